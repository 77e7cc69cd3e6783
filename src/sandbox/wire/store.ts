/** One system's resources in one Postgres schema: a single table, the JSON text as served beside the few columns that
 *  searches need. Loaded by COPY before its indexes exist; changed one resource at a time by `put` and `remove`. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Pool } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { JsonObject, Resource } from '../systems/resource.js';
import { searchKeysOf, type Range, type Search } from './search.js';

export interface StoredRow {
  readonly id: string;
  readonly version: number;
  readonly updatedAt: number;
  readonly deleted: boolean;
  readonly body: string;
}
export interface ResourceStore {
  create(): Promise<void>;
  load(resources: Iterable<Resource>): Promise<number>;
  find(search: Search, after?: { updatedAt: number; id: string }): Promise<{ rows: StoredRow[]; servedAt: string }>;
  count(search: Search): Promise<number>;
  read(type: string, id: string): Promise<StoredRow | null>;
  put(resource: Resource): Promise<{ version: number; lastUpdated: string }>;
  remove(type: string, id: string): Promise<boolean>;
}

const rowColumns = 'id, version, (extract(epoch from last_updated) * 1000)::float8 as "updatedAt", deleted, body';

function metaOf(resource: JsonObject): { version: number; lastUpdated: string } {
  const meta = resource['meta'] as { versionId?: string; lastUpdated?: string } | undefined;
  return { version: Number(meta?.versionId ?? 1), lastUpdated: meta?.lastUpdated ?? '1970-01-01T00:00:00.000Z' };
}

const copyText = (text: string): string => text.replaceAll('\\', '\\\\');
const copyValue = (value: string | null): string => (value === null ? '\\N' : copyText(value));

/** Rows in COPY's text form, some hundred a chunk: a chunk per row would spend its time in the stream. */
function* copyChunks(resources: Iterable<Resource>, loaded: (rows: number) => void): Generator<string> {
  let lines: string[] = [];
  let rows = 0;
  for (const resource of resources) {
    const keys = searchKeysOf(resource);
    const { version, lastUpdated } = metaOf(resource);
    const identifiers = `{${keys.identifiers.map((one) => `"${one.replaceAll('"', '')}"`).join(',')}}`;
    lines.push(
      [
        resource.resourceType,
        resource.id,
        String(version),
        lastUpdated,
        copyValue(keys.patient),
        copyText(identifiers),
        copyValue(keys.status),
        copyValue(keys.startAt),
        copyValue(keys.endAt),
        copyText(JSON.stringify(resource)),
      ].join('\t'),
    );
    if (lines.length === 400) {
      yield `${lines.join('\n')}\n`;
      rows += lines.length;
      lines = [];
    }
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`;
  loaded(rows + lines.length);
}

/** The WHERE of a search. Values travel as parameters, never as text. */
function conditionsOf(search: Search): { sql: string; values: unknown[] } {
  const values: unknown[] = [search.type];
  const parts = ['type = $1', 'not deleted'];
  const hold = (value: unknown): string => `$${values.push(value)}`;
  const within = (column: [from: string, until: string], { from, until }: Range): void => {
    if (from !== undefined) parts.push(`${column[0]} >= to_timestamp(${hold(from)}::float8 / 1000)`);
    if (until !== undefined) parts.push(`${column[1]} < to_timestamp(${hold(until)}::float8 / 1000)`);
  };
  if (search.ids) parts.push(`id = any(${hold(search.ids)})`);
  if (search.patient !== undefined) parts.push(`patient_key = ${hold(search.patient)}`);
  if (search.identifiers) parts.push(`identifiers && ${hold(search.identifiers)}::text[]`);
  if (search.statuses) parts.push(`status = any(${hold(search.statuses)})`);
  for (const range of search.dates) within(['coalesce(end_at, start_at)', 'start_at'], range);
  for (const range of search.lastUpdated) within(['last_updated', 'last_updated'], range);
  return { sql: parts.join(' and '), values };
}

export function resourceStore(pool: Pool, schema: string): ResourceStore {
  const table = `${schema}.resource`;

  async function create(): Promise<void> {
    // toast_tuple_target keeps a body of a few kB in its row: reading 250 of them out of line costs more than the search
    await pool.query(`drop schema if exists ${schema} cascade; create schema ${schema};
      create table ${table} (type text not null, id text collate "C" not null, version int not null, last_updated timestamptz(3) not null, patient_key text,
        identifiers text[] not null, status text, start_at timestamptz, end_at timestamptz, body text not null, deleted boolean not null default false) with (toast_tuple_target = 8160);
      alter table ${table} alter column body set storage external`);
  }

  async function load(resources: Iterable<Resource>): Promise<number> {
    let loaded = 0;
    const client = await pool.connect();
    try {
      // Frozen rows (the truncate makes that lawful) are visible to all at once: counting a type then reads the index only.
      await client.query(`begin; truncate ${table}`);
      const into = client.query(
        copyFrom(
          `copy ${table} (type, id, version, last_updated, patient_key, identifiers, status, start_at, end_at, body) from stdin with (freeze)`,
        ),
      );
      await pipeline(
        Readable.from(
          copyChunks(resources, (rows) => (loaded = rows)),
          { objectMode: true },
        ),
        into,
      );
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
    await pool.query(`alter table ${table} add primary key (type, id);
      create index on ${table} (type, last_updated, id) where not deleted;
      create index on ${table} (patient_key, type, last_updated) where patient_key is not null;
      create index on ${table} using gin (identifiers);
      analyze ${table} (type, id, last_updated, patient_key, identifiers, status, start_at, end_at, deleted)`);
    return loaded;
  }

  async function find(search: Search, after?: { updatedAt: number; id: string }): Promise<{ rows: StoredRow[]; servedAt: string }> {
    const { sql, values } = conditionsOf(search);
    const keyset = after
      ? ` and (last_updated, id) > (to_timestamp($${values.push(after.updatedAt)}::float8 / 1000)::timestamptz(3), $${values.push(after.id)})`
      : '';
    // The server's time is taken before the rows: what is written meanwhile then counts as later, and is read again.
    const clock = await pool.query<{ now: Date }>('select clock_timestamp() as now');
    const found = await pool.query<StoredRow>(
      `select ${rowColumns} from ${table} where ${sql}${keyset} order by last_updated, id limit ${search.count + 1}`,
      values,
    );
    return { rows: found.rows, servedAt: (clock.rows[0]?.now as Date).toISOString() };
  }

  async function count(search: Search): Promise<number> {
    const { sql, values } = conditionsOf(search);
    const found = await pool.query<{ total: number }>(`select count(*)::int as total from ${table} where ${sql}`, values);
    return found.rows[0]?.total ?? 0;
  }

  async function read(type: string, id: string): Promise<StoredRow | null> {
    const found = await pool.query<StoredRow>(`select ${rowColumns} from ${table} where type = $1 and id = $2`, [type, id]);
    return found.rows[0] ?? null;
  }

  async function put(resource: Resource): Promise<{ version: number; lastUpdated: string }> {
    const earlier = await read(resource.resourceType, resource.id);
    const version = (earlier?.version ?? 0) + 1;
    const clock = await pool.query<{ now: Date }>('select clock_timestamp() as now');
    const lastUpdated = new Date(Math.max((clock.rows[0]?.now as Date).getTime(), (earlier?.updatedAt ?? 0) + 1)).toISOString();
    const keys = searchKeysOf(resource);
    const body = JSON.stringify({
      ...resource,
      meta: { ...(resource['meta'] as JsonObject | undefined), versionId: String(version), lastUpdated },
    });
    await pool.query(
      `insert into ${table} (type, id, version, last_updated, patient_key, identifiers, status, start_at, end_at, body) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       on conflict (type, id) do update set version = excluded.version, last_updated = excluded.last_updated, patient_key = excluded.patient_key, identifiers = excluded.identifiers,
         status = excluded.status, start_at = excluded.start_at, end_at = excluded.end_at, body = excluded.body, deleted = false`,
      [
        resource.resourceType,
        resource.id,
        version,
        lastUpdated,
        keys.patient,
        keys.identifiers,
        keys.status,
        keys.startAt,
        keys.endAt,
        body,
      ],
    );
    return { version, lastUpdated };
  }

  async function remove(type: string, id: string): Promise<boolean> {
    const gone = await pool.query(
      `update ${table} set deleted = true, version = version + 1, last_updated = greatest(clock_timestamp(), last_updated + interval '1 millisecond') where type = $1 and id = $2 and not deleted`,
      [type, id],
    );
    return gone.rowCount === 1;
  }

  return { create, load, find, count, read, put, remove };
}
