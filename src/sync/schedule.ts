/** Queues a reading of each source that is due. Any number of workers may run this loop: a source is taken by moving its
 *  time of attempt, in the transaction that writes the outbox row, and only the first to move it has it. */
import type { Pool } from 'pg';
import { requestJob, type Clock, type SourceId } from '../kernel/index.js';
import { inTransaction, writeOutbox } from '../store/index.js';
import type { Circuit } from './circuit.js';
import { isDue, type SourceTimes } from './due.js';
import { runLocks } from './run-lock.js';

interface SourceRow extends SourceTimes {
  readonly id: SourceId;
  readonly circuit: Circuit;
}

/** @returns the sources queued */
export async function queueDueSources(pool: Pool, clock: Clock): Promise<SourceId[]> {
  const now = clock.now();
  const { rows } = await pool.query<SourceRow>(
    `select id, circuit, expected_interval_seconds as "expectedIntervalSeconds", last_attempt_at as "lastAttemptAt", error_code is not null as failed
       from source s where active and not exists (
         select from outbox o where o.relayed_at is null and o.job = 'pullSource' and (o.payload ->> 'sourceId')::int = s.id)`,
  );
  const queued: SourceId[] = [];
  for (const source of rows.filter((row) => isDue(row, now))) if (await take(pool, source, now)) queued.push(source.id);
  return queued;
}

/** Readings that a dead process left: their run says RUNNING, but nobody holds it. Asked for at once, at a worker's start. */
export async function queueInterrupted(pool: Pool, clock: Clock): Promise<SourceId[]> {
  const { rows } = await pool.query<SourceRow>(
    `select distinct s.id, s.last_attempt_at as "lastAttemptAt" from source s join sync_run r on r.source_id = s.id and r.state = 'RUNNING'
      where s.active and s.id not in (${runLocks})`,
  );
  const queued: SourceId[] = [];
  for (const source of rows) if (await take(pool, source, clock.now())) queued.push(source.id);
  return queued;
}

/** A reading that somebody asked for. */
export async function queueSource(pool: Pool, sourceId: SourceId, { full }: { full: boolean }): Promise<void> {
  await inTransaction(pool, (client) => writeOutbox(client, [requestJob('pullSource', { sourceId, full })]));
}

function take(pool: Pool, { id, lastAttemptAt }: Pick<SourceRow, 'id' | 'lastAttemptAt'>, now: Date): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    // To the millisecond: what JavaScript read is not all that Postgres keeps.
    const { rowCount } = await client.query(
      `update source set last_attempt_at = $2 where id = $1 and date_trunc('milliseconds', last_attempt_at) is not distinct from date_trunc('milliseconds', $3::timestamptz)`,
      [id, now, lastAttemptAt],
    );
    if (rowCount === 0) return false;
    await writeOutbox(client, [requestJob('pullSource', { sourceId: id, full: false })]);
    return true;
  });
}
