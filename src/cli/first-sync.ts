/** Waits until everything that the sources have is read, linked and labelled, and nothing is left to do; shows how far it is. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Log, SourceId } from '../kernel/index.js';
import { openQueues } from '../queue/index.js';
import { openPool } from '../store/index.js';
import { firstSyncDone, queueSource, type FirstSync } from '../sync/index.js';
import { queuePlace, type WorkerOrder } from './worker-service.js';
import type { Terminal } from './terminal.js';

const lookEveryMs = 200;
const askAgainAfterMs = 5_000;

export async function untilSettled(
  order: Pick<WorkerOrder, 'workerUrl' | 'queue'>,
  { terminal, log }: { terminal: Terminal; log: Log },
): Promise<void> {
  const pool = openPool(order.workerUrl, { max: 2, name: 'first-sync' });
  const queues = await openQueues(queuePlace(order), { log });
  try {
    for (let askedAt = -askAgainAfterMs; ;) {
      const state = await firstSyncDone(pool, queues);
      terminal.show(progressLines(state));
      if (state.done) return;
      if (waitsForOthers(state) && performance.now() - askedAt > askAgainAfterMs) {
        askedAt = performance.now();
        await readOnceMore(pool);
      }
      await pause(lookEveryMs);
    }
  } finally {
    terminal.settle();
    await queues.close();
    await pool.end();
  }
}

/** All is read and no job is left, yet rows wait: what they name may have come to a source since its reading began. */
const waitsForOthers = ({ perSource, jobs }: FirstSync): boolean => jobs === 0 && perSource.every(({ read }) => read);

/** A short reading that begins after those rows came tells, sooner than the next turn comes. */
async function readOnceMore(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ id: SourceId }>('select id from source where active');
  for (const { id } of rows) await queueSource(pool, id, { full: false });
}

/** Pure. */
export function progressLines({ perSource, jobs }: Pick<FirstSync, 'perSource' | 'jobs'>): string[] {
  const width = Math.max(...perSource.map(({ source }) => source.length), 10);
  const lines = perSource.map(({ source, read, records, share, errorCode }) => {
    const state = read
      ? 'read'
      : errorCode !== null
        ? `not read: ${errorCode}, trying again`
        : share === null
          ? 'reading'
          : `reading, ${Math.floor(share * 100)} %`;
    return `  ${source.padEnd(width)}  ${String(records).padStart(7)} records  ${state}`;
  });
  const linking = perSource.every(({ read }) => read) && jobs > 0;
  return linking ? [...lines, `  linking and labelling: ${jobs} jobs left`] : lines;
}
