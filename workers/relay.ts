/** From the outbox to the queues. A row that is not of the catalogue would keep all others waiting: it is logged and passed
 *  over, and stays in the outbox table to look at. */
import type { Pool } from 'pg';
import { readJob, type Log } from '../src/kernel/index.js';
import type { Queues } from '../src/queue/index.js';
import { relayOutbox, type OutboxJob } from '../src/store/index.js';

const rowsAtOnce = 500;

/** @returns whether there was any */
export async function relayOnce({
  pool,
  queues,
  log,
}: {
  readonly pool: Pool;
  readonly queues: Queues;
  readonly log: Log;
}): Promise<boolean> {
  const fits = ({ name, payload, jobId }: OutboxJob): boolean => {
    const read = readJob(name, payload);
    if (!read.fits) log.error({ jobId, reason: read.reason }, 'a row of the outbox cannot be read and is passed over');
    return read.fits;
  };
  return (await relayOutbox(pool, (jobs) => queues.add(jobs.filter(fits)), { limit: rowsAtOnce })) > 0;
}
