/** A worker process that takes one job, says so, and never ends it: the conformance suite kills it there. */
import { silentLog } from '../../src/kernel/index.js';
import { openQueues, type QueuePlace, type QueueTiming } from '../../src/queue/index.js';

interface Order {
  readonly place: QueuePlace;
  readonly timing: QueueTiming;
}

const { place, timing } = JSON.parse(process.argv[2] ?? '') as Order;
const queues = await openQueues(place, { log: silentLog, timing });
const never = new Promise<void>(() => undefined);
const linkRange = async (_: unknown, turn: { jobId: string }): Promise<void> => {
  process.stdout.write(`inside ${turn.jobId}\n`);
  await never;
};
await queues.process('sync', { pullSource: () => never, linkRange }, { concurrency: 1 });
