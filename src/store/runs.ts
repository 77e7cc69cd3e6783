/** A run of one source: when it began, how it ended, and what that says about the source. Counts are added batch by batch
 *  by ingest, in the transaction that stores the batch. */
import type { ClientBase, Pool } from 'pg';
import type { SourceId } from '../kernel/index.js';
import { inTransaction } from './pool.js';

export interface Run {
  readonly id: string;
  readonly uid: string;
}

/** A worker that was killed leaves its run behind; silent for this long, it is not coming back. */
const silenceMinutes = 10;

export async function startRun(
  pool: Pool,
  { sourceId, full, at }: { readonly sourceId: SourceId; readonly full: boolean; readonly at: Date },
): Promise<Run> {
  return inTransaction(pool, async (client) => {
    await client.query(
      `update sync_run set state = 'FAILED', error = 'INTERRUPTED', ended_at = $2
        where source_id = $1 and state = 'RUNNING' and coalesce(heartbeat_at, started_at) < $2::timestamptz - make_interval(mins => $3)`,
      [sourceId, at, silenceMinutes],
    );
    await client.query('update source set last_attempt_at = $2 where id = $1', [sourceId, at]);
    const { rows } = await client.query<Run>(
      `insert into sync_run (source_id, started_at, state, "full", heartbeat_at) values ($1, $2, 'RUNNING', $3, $2) returning id, uid`,
      [sourceId, at, full],
    );
    const [run] = rows;
    if (!run) throw new Error('the run was not recorded');
    return run;
  });
}

/** In the caller's transaction: with the end of a run go the jobs that its end asks for. */
export async function finishRun(client: Pool | ClientBase, { runId, at }: { readonly runId: string; readonly at: Date }): Promise<void> {
  await client.query(
    `with run as (
        update sync_run set state = 'DONE', ended_at = $2, heartbeat_at = $2, progress = 1 where id = $1 returning source_id
      )
      update source set last_success_at = $2, error_code = null from run where source.id = run.source_id`,
    [runId, at],
  );
}

/** `errorCode` is shown beside the source; it is a code of the catalogue, never a text that a source sent. */
export async function failRun(
  client: Pool | ClientBase,
  { runId, at, errorCode }: { readonly runId: string; readonly at: Date; readonly errorCode: string },
): Promise<void> {
  await client.query(
    `with run as (
        update sync_run set state = 'FAILED', ended_at = $2, heartbeat_at = $2, error = $3 where id = $1 returning source_id
      )
      update source set error_code = $3 from run where source.id = run.source_id`,
    [runId, at, errorCode],
  );
}
