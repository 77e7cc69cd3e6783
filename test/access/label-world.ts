/** Where tests of labels play: a database of two sources, empty before each test, and what moves it on. A row comes, jobs
 *  of the outbox run, a source has told all, two records become one person. */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import type { Pool, QueryResultRow } from 'pg';
import { readLabelRules } from '../../src/access/label-rules.js';
import { relabelRange, type RowRange } from '../../src/access/labels.js';
import { queueUnsettled } from '../../src/access/unsettled.js';
import { packageRoot } from '../../src/kernel/index.js';
import { inTransaction } from '../../src/store/index.js';
import { addSource, workerPool } from '../identity/crowd.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { arrive, labelsNow, type Row } from './story.js';

export const rules = readLabelRules(join(packageRoot, 'schema/policy/labels.yaml'));

export interface LabelWorld {
  readonly sources: Readonly<Record<string, number>>;
  pool(): Pool;
  sql<T extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<T[]>;
  clear(): Promise<void>;
  come(row: Row): Promise<void>;
  /** Runs what the outbox asks for, in an order of the caller's choosing. */
  work(choose?: (many: number) => number, atMost?: number): Promise<void>;
  /** The source has been read through once more, by a run that began after all rows came. */
  finish(source: string): Promise<void>;
  settle(): Promise<number>;
  /** All records are one person from now on. */
  linkBoth(): Promise<void>;
  /** The same after a record was given to another person. */
  queueRecords(): Promise<void>;
  labels(): Promise<Record<string, string>>;
}

/** One for a test file: it opens before the first test and closes after the last. */
export function labelWorld(): LabelWorld {
  let database: TestDatabase;
  let pool: Pool;
  const sources: Record<string, number> = {};
  beforeAll(async () => {
    database = await testDatabase();
    pool = workerPool(database.url);
    for (const name of ['ehr', 'billing']) sources[name] = await addSource(pool, name);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(() => clear(pool));
  return {
    sources,
    pool: () => pool,
    sql: async <T extends QueryResultRow>(text: string, values: readonly unknown[] = []) => (await pool.query<T>(text, [...values])).rows,
    clear: () => clear(pool),
    come: (row) => arrive(pool, sources, rules, row),
    work: (choose = () => 0, atMost = Infinity) => work(pool, choose, atMost),
    finish: async (source) =>
      void (await pool.query(
        "insert into sync_run (source_id, started_at, state) select id, '2026-11-20T12:30:00Z', 'DONE' from source where name = $1",
        [source],
      )),
    settle: () => inTransaction(pool, (client) => queueUnsettled(client, rules)),
    linkBoth: () => linkBoth(pool),
    queueRecords: () => queueRecords(pool),
    labels: () => labelsNow(pool, rules),
  };
}

const tables = [
  'outbox',
  'sync_run',
  'payment',
  'adjudication',
  'claim',
  'coverage',
  'condition',
  'appointment',
  'encounter',
  'source_name',
  'person_link',
  'patient_record',
  'person',
];

async function clear(pool: Pool): Promise<void> {
  for (const table of tables) await pool.query(`delete from ${table}`);
  await pool.query("update source set error_code = null, circuit = 'CLOSED'");
}

async function work(pool: Pool, choose: (many: number) => number, atMost: number): Promise<void> {
  for (let done = 0; done < atMost; done++) {
    const { rows } = await pool.query<{ id: string; payload: RowRange }>('select id, payload from outbox order by id');
    const row = rows[choose(rows.length)];
    if (!row) return;
    await relabelRange(pool, row.payload, { labels: rules, generation: null });
    await pool.query('delete from outbox where id = $1', [row.id]);
  }
}

async function linkBoth(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ id: string }>('insert into person default values returning id');
  await pool.query(
    "insert into person_link select id, $1, 'CERTAIN', 1, '{}', 'test', now() from patient_record on conflict (patient_record_id) do update set person_id = excluded.person_id",
    [rows[0]?.id],
  );
  await queueRecords(pool);
}

async function queueRecords(pool: Pool): Promise<void> {
  await pool.query(
    "insert into outbox (job, payload) select 'labelRange', jsonb_build_object('table', 'patient_record', 'fromId', id::text, 'toId', id::text, 'generation', 0) from patient_record",
  );
}
