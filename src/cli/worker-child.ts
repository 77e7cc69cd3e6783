/** The workers as a process of their own: heavy jobs must not hold up answers, and one that dies is started again. Settings
 *  travel over the channel between the two, so that no secret stands in a list of processes. The child ends with its
 *  parent, however that ends: the channel closes (worker-process.ts). */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Log } from '../kernel/index.js';
import type { WorkerOrder } from './worker-service.js';

export interface WorkerChild {
  stop(): Promise<void>;
}

const restartAfterMs = [500, 1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** One that lived this long did not die of its start. */
const soundAfterMs = 60_000;
/** Running jobs are waited for; a little longer than the queue itself waits. */
const patienceMs = 30_000;

const main = fileURLToPath(new URL('./main.js', import.meta.url));

/** The process is made at once, so that it loads while the order is still being prepared. */
export function startWorkerChild(order: Promise<WorkerOrder>, { log, tell }: { log: Log; tell: (sentence: string) => void }): WorkerChild {
  let child: ChildProcess;
  let stopping = false;
  let deaths = 0;
  let timer: NodeJS.Timeout | undefined;

  const start = (): void => {
    const startedAt = performance.now();
    // In a session of its own: Ctrl-C reaches the hub alone, which then stops it in good order.
    child = fork(main, ['worker-process'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], detached: true });
    child.on('error', () => log.error({ code: 'INTERNAL' }, 'the channel to the workers failed'));
    child.once('exit', (code, signal) => {
      if (stopping) return;
      deaths = performance.now() - startedAt > soundAfterMs ? 1 : deaths + 1;
      const waitMs = restartAfterMs[Math.min(deaths, restartAfterMs.length) - 1];
      log.error({ code: 'INTERNAL', exitCode: code, signal, deaths, waitMs }, 'the workers ended by themselves; starting them again');
      tell(`The workers ended by themselves (${signal ?? `exit code ${code}`}); starting them again. The log says why.`);
      timer = setTimeout(start, waitMs);
    });
    const born = child;
    order.then(
      (ready) => born.send(ready, () => undefined), // one that died in between is told of by its exit
      () => undefined, // then nothing starts, and this is stopped with the rest
    );
  };
  start();

  const stop = async (): Promise<void> => {
    stopping = true;
    clearTimeout(timer);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    await ended;
    clearTimeout(force);
  };
  return { stop };
}
