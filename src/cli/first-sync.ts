/** Waits until everything that the sources have is read, linked and labelled, and shows how far it is. */
import { setTimeout as pause } from 'node:timers/promises';
import { openQueues } from '../queue/index.js';
import type { Log } from '../kernel/index.js';
import { openPool } from '../store/index.js';
import { firstSyncDone, type FirstSync } from '../sync/index.js';
import { queuePlace, type WorkerOrder } from './worker-service.js';
import type { Terminal } from './terminal.js';

const lookEveryMs = 200;

export async function waitForFirstSync(order: Pick<WorkerOrder, 'workerUrl' | 'queue'>, { terminal, log }: { terminal: Terminal; log: Log }): Promise<FirstSync> {
  const pool = openPool(order.workerUrl, { max: 2, name: 'first-sync' });
  const queues = await openQueues(queuePlace(order), { log });
  try {
    for (;;) {
      const state = await firstSyncDone(pool, queues);
      terminal.show(progressLines(state));
      if (state.done) return state;
      await pause(lookEveryMs);
    }
  } finally {
    terminal.settle();
    await queues.close();
    await pool.end();
  }
}

/** Pure. */
export function progressLines({ perSource, jobs }: Pick<FirstSync, 'perSource' | 'jobs'>): string[] {
  const width = Math.max(...perSource.map(({ source }) => source.length), 10);
  const lines = perSource.map(({ source, read, records, share, errorCode }) => {
    const state = read ? 'read' : errorCode !== null ? `not read: ${errorCode}, trying again` : share === null ? 'reading' : `reading, ${Math.floor(share * 100)} %`;
    return `  ${source.padEnd(width)}  ${String(records).padStart(7)} records  ${state}`;
  });
  const linking = perSource.every(({ read }) => read) && jobs > 0;
  return linking ? [...lines, `  linking and labelling: ${jobs} jobs left`] : lines;
}
