/** Which source systems the hub reads, as its configuration names them. A source that is gone from the configuration keeps
 *  its rows and its history, and is shown as inactive. */
import type { ClientBase, Pool } from 'pg';
import type { RowId, SourceId } from '../kernel/index.js';
import type { Cursor } from '../records/index.js';
import { inTransaction } from './pool.js';

export interface SourceEntry {
  readonly name: string;
  readonly kind: string;
  /** Resource types, as the source's own standard calls them. */
  readonly supplies: readonly string[];
  readonly expectedIntervalSeconds: number;
}

export interface RegisteredSource {
  readonly id: SourceId;
  readonly uid: string;
  readonly name: string;
  readonly kind: string;
}

export async function registerSources(pool: Pool, entries: readonly SourceEntry[]): Promise<RegisteredSource[]> {
  return inTransaction(pool, async (client) => {
    const registered: RegisteredSource[] = [];
    for (const { name, kind, supplies, expectedIntervalSeconds } of entries) {
      const { rows } = await client.query<RegisteredSource>(
        `insert into source (name, kind, supplies, expected_interval_seconds) values ($1, $2, $3, $4)
          on conflict (name) do update set kind = excluded.kind, supplies = excluded.supplies, active = true,
            expected_interval_seconds = excluded.expected_interval_seconds
          returning id, uid, name, kind`,
        [name, kind, supplies, expectedIntervalSeconds],
      );
      registered.push(...rows);
    }
    await client.query('update source set active = false where active and name <> all($1)', [entries.map(({ name }) => name)]);
    return registered;
  });
}

/** Where reading is to go on: null at the very beginning. */
export async function readCursor(pool: Pool, sourceId: SourceId): Promise<Cursor | null> {
  const { rows } = await pool.query<{ cursor: Cursor | null }>('select cursor from source where id = $1', [sourceId]);
  return rows[0]?.cursor ?? null;
}

export type Circuit = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

export async function setCircuit(client: Pool | ClientBase, sourceId: SourceId, circuit: Circuit): Promise<void> {
  await client.query('update source set circuit = $2 where id = $1', [sourceId, circuit]);
}

/** The row of a source by its name; null where there is none. */
export async function sourceRow(pool: Pool, name: string): Promise<RowId | null> {
  const { rows } = await pool.query<{ id: RowId }>('select id::text from source where name = $1', [name]);
  return rows[0]?.id ?? null;
}
