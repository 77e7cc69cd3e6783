/** The workers as a process of their own: heavy jobs must not hold up answers, and one that dies is started again. Settings
 *  travel over the channel between the two, so that no secret stands in a list of processes. The child ends with its
 *  parent, however that ends: the channel closes (worker-process.ts). */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HubError, type Log } from '../kernel/index.js';
import type { WorkerOrder } from './worker-service.js';

export interface WorkerChild {
  /** Resolves when the first one works. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

const restartAfterMs = [500, 1_000, 2_000, 5_000, 10_000, 30_000];
/** One that lived this long did not die of its start. */
const soundAfterMs = 60_000;
/** Running jobs are waited for; a little longer than the queue itself waits. */
const patienceMs = 30_000;

const main = fileURLToPath(new URL('./main.js', import.meta.url));

export function startWorkerChild(order: WorkerOrder, log: Log): WorkerChild {
  let child: ChildProcess;
  let stopping = false;
  let restarts = 0;
  let timer: NodeJS.Timeout | undefined;
  let settle: { done: () => void; failed: (error: HubError) => void };
  const ready = new Promise<void>((done, failed) => (settle = { done, failed }));
  ready.catch(() => undefined);

  const start = (): void => {
    const startedAt = performance.now();
    child = fork(main, ['worker-process'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], detached: true });
    child.send(order);
    child.on('message', (message) => {
      if (message === 'working') settle.done();
    });
    child.on('error', () => log.error({ code: 'INTERNAL' }, 'the workers could not be started'));
    child.once('exit', (code, signal) => {
      if (stopping) return;
      if (performance.now() - startedAt > soundAfterMs) restarts = 0;
      const waitMs = restartAfterMs[Math.min(restarts, restartAfterMs.length - 1)] ?? 0;
      restarts += 1;
      log.error({ code: 'INTERNAL', exitCode: code, signal, restarts, waitMs }, 'the workers ended by themselves; starting them again');
      if (restarts === restartAfterMs.length) settle.failed(new HubError('INTERNAL', 'The workers do not start.'));
      timer = setTimeout(start, waitMs);
    });
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
  return { ready, stop };
}
