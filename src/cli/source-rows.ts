/** What the commands read about sources and runs. No PHI stands in these tables. */
import type { Pool } from 'pg';
import { HubError, nearest, type SourceId } from '../kernel/index.js';

export interface RunRow {
  readonly id: string;
  readonly state: string;
  readonly startedAt: Date;
  readonly read: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly deleted: number;
  readonly notTaken: number;
  readonly setAside: number;
  readonly error: string | null;
  readonly progress: number | null;
}

export interface SourceRow {
  readonly id: SourceId;
  readonly name: string;
  readonly kind: string;
  readonly every: number;
  readonly supplies: readonly string[];
  readonly circuit: string;
  readonly errorCode: string | null;
  readonly records: number;
  /** Set aside and not yet replayed. */
  readonly waiting: number;
  readonly run: RunRow | null;
}

export async function sourceRows(pool: Pool): Promise<SourceRow[]> {
  const { rows } = await pool.query<Omit<SourceRow, 'run'>>(
    `select id, name, kind, supplies, circuit, records, expected_interval_seconds as every, error_code as "errorCode",
            (select count(*)::int from set_aside a where a.source_id = s.id and a.state = 'WAITING') as waiting
       from source s where active order by name`,
  );
  return Promise.all(rows.map(async (row) => ({ ...row, run: await lastRun(pool, row.id) })));
}

export async function lastRun(pool: Pool, sourceId: number): Promise<RunRow | null> {
  const { rows } = await pool.query<RunRow>(
    `select id, state, started_at as "startedAt", read, created, updated, unchanged, deleted, not_taken as "notTaken", set_aside as "setAside", error, progress
       from sync_run where source_id = $1 order by id desc limit 1`,
    [sourceId],
  );
  return rows[0] ?? null;
}

/** @throws HubError SOURCE_UNKNOWN */
export async function findSource(pool: Pool, name: string): Promise<SourceId> {
  const { rows } = await pool.query<{ id: SourceId; name: string }>('select id, name from source where active order by name');
  const found = rows.find((row) => row.name === name);
  if (found) return found.id;
  const meant = nearest(
    name,
    rows.map((row) => row.name),
  );
  throw new HubError(
    'SOURCE_UNKNOWN',
    `Expected one of ${rows.map((row) => row.name).join(', ') || 'no sources at all'}, found another${meant ? `; the nearest is ${meant.word}` : ''}.`,
  );
}
