/** The child side of worker-child.ts: takes its order over the channel, works, and ends in good order when it is told to,
 *  or when the channel closes because the parent is gone. */
import { createLog } from '../kernel/index.js';
import { faultOf } from './fault.js';
import type { Workers } from '../../workers/main.js';
import { startWorking, type WorkerOrder } from './worker-service.js';

export function runWorkerProcess(): void {
  let working: Promise<Workers> | null = null;
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await working?.then((running) => running.stop()).catch(() => undefined);
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => undefined); // Ctrl-C is the parent's to hear
  process.on('disconnect', () => void stop());
  process.once('message', (message) => {
    const order = message as WorkerOrder;
    const log = createLog('workers', order.logLevel, order.logFile ?? undefined);
    working = startWorking(order, log);
    working.catch((error: unknown) => {
      log.fatal({ fault: faultOf(error) }, 'the workers could not start');
      process.exit(1);
    });
  });
}
