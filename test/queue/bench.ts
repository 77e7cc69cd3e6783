/** What a check of the conformance suite works with: an empty place on one engine, queues opened on it and closed after
 *  use, and the kinds of jobs and waits that all checks share. */
import { silentLog, type Log } from '../../src/kernel/index.js';
import { openQueues, type Handlers, type JobToAdd, type QueuePlace, type Queues, type QueueTiming } from '../../src/queue/index.js';

/** What differs between the engines when one looks behind the door. */
export interface Bench {
  readonly place: QueuePlace;
  /** Puts a job into the queue `sync` past the catalogue's check, as an older version of the hub would have. */
  smuggle(job: { name: string; id: string; data: unknown }): Promise<void>;
  /** All that the engine keeps, as text: to look for what must not be there. */
  dump(): Promise<string>;
}

export interface Check {
  readonly name: string;
  run(bench: Bench): Promise<void>;
}

/** Claims as in production: a machine that stands still for a second under load must not make a job run twice here. */
const steady: QueueTiming = { lockMs: 10_000, stalledCheckMs: 5_000, firstRetryMs: 100, attempts: 3, closeMs: 8_000 };
/** Short claims, for the checks that wait for one to run out. */
export const shortClaims: QueueTiming = { ...steady, lockMs: 2_000, stalledCheckMs: 500 };
/** Claims that are renewed in good time on a machine that stands still for two seconds, and still run out within a check. */
export const renewedClaims: QueueTiming = { ...steady, lockMs: 5_000, stalledCheckMs: 500 };
export const rangeJob = (id: number | string): JobToAdd => ({ name: 'linkRange', payload: { fromId: '1', toId: '9' }, jobId: String(id) });
const ignore = (): Promise<void> => Promise.resolve();
export const linking = (linkRange: Handlers<'sync'>['linkRange']): Handlers<'sync'> => ({ pullSource: ignore, linkRange });

interface With {
  readonly timing?: QueueTiming;
  readonly log?: Log;
}

export async function withQueues(
  { place }: Bench,
  use: (queues: Queues) => Promise<void>,
  { timing = steady, log = silentLog }: With = {},
): Promise<void> {
  const queues = await openQueues(place, { log, timing });
  try {
    await use(queues);
  } finally {
    await queues.close();
  }
}
