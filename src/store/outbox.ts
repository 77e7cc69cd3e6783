/** Work that follows from what has just been stored, written in the same transaction, so that neither is ever without the
 *  other. A relay hands it to the queue under the row's own id: handed over twice, it is one job. */
import type { ClientBase, Pool } from 'pg';
import type { JobRequest } from '../kernel/index.js';
import { inTransaction } from './pool.js';

export interface OutboxJob {
  readonly name: string;
  readonly payload: unknown;
  /** The same each time the row is handed over. */
  readonly jobId: string;
}

export async function writeOutbox(client: ClientBase, jobs: readonly JobRequest[]): Promise<void> {
  if (jobs.length === 0) return;
  await client.query({
    name: 'write outbox',
    text: 'insert into outbox (job, payload) select job, payload::jsonb from unnest($1::text[], $2::text[]) as i (job, payload)',
    values: [jobs.map(({ name }) => name), jobs.map(({ payload }) => JSON.stringify(payload))],
  });
}

interface OutboxRow {
  readonly id: string;
  readonly job: string;
  readonly payload: unknown;
}

/** Hands waiting rows to the queue, oldest first, and gives their number. The queue takes them before they are marked: a
 *  crash in between hands them over again under the same ids. */
export async function relayOutbox(
  pool: Pool,
  add: (jobs: readonly OutboxJob[]) => Promise<void>,
  { limit }: { limit: number },
): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<OutboxRow>(
      'select id, job, payload from outbox where relayed_at is null order by id limit $1 for update skip locked',
      [limit],
    );
    if (rows.length === 0) return 0;
    await add(rows.map(({ id, job, payload }) => ({ name: job, payload, jobId: `outbox-${id}` })));
    await client.query('update outbox set relayed_at = now() where id = any($1::bigint[])', [rows.map(({ id }) => id)]);
    return rows.length;
  });
}

/** Relayed rows are kept for a while, to look back at; then they go. */
export async function trimOutbox(pool: Pool, { keepHours }: { keepHours: number }): Promise<number> {
  const text = 'delete from outbox where relayed_at < now() - make_interval(hours => $1)';
  return (await pool.query(text, [keepHours])).rowCount ?? 0;
}
