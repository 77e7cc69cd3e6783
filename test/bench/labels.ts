/** How fast rows are labelled anew when label rules change, from `hub policy apply` until the last range is done: the real
 *  commands' code, queue and worker, on a database of its own with fsync on. Three changes: one that touches few rows, one that
 *  touches most, with what inherits from them, and the way back. Each must end with the labels that the rules say. Beside it the
 *  bare writing: every row updated once, a thousand at a time, with nothing worked out. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { applyPolicy, labelledTables, readPolicySet, relabelProgress, type PolicySet } from '../../src/access/index.js';
import { packageRoot, silentLog } from '../../src/kernel/index.js';
import { migrateQueues } from '../../src/queue/index.js';
import { ingestBatch, migrate, openPool, registerSources, roleUrls, startEmbeddedPostgres, startRun } from '../../src/store/index.js';
import { startWorkers } from '../../workers/main.js';
import { benchFolder } from './folder.js';
import { syntheticPages } from './synthetic-records.js';

const passwords = { gatewayPassword: 'bench', workerPassword: 'bench' };
const shipped = readPolicySet(join(packageRoot, 'schema', 'policy'));
const changed = (from: string, to: string): PolicySet =>
  readPolicySet({ ...shipped.texts, 'labels.yaml': (shipped.texts['labels.yaml'] ?? '').replace(from, to) });
const sickleCell = '{ system: icd10, prefix: D57 }';
const few = changed(sickleCell, '{ system: icd10, prefix: M17 }');
const most = changed(sickleCell, '{ system: icd10, from: E00, to: M99 }');

/** @param patients about 39 labelled rows each */
export async function benchLabels(say: (line: string) => void, patients = 2_600): Promise<void> {
  const dataDir = await benchFolder();
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLog });
  const { worker } = roleUrls(postgres.url, passwords);
  try {
    await migrate(postgres.url, passwords);
    const owner = openPool(postgres.url, { max: 1, name: 'bench-owner' });
    await owner.query(`do $$ begin execute format('grant create on database %I to hub_worker', current_database()); end $$`);
    await migrateQueues(worker);
    const pool = openPool(worker, { max: 2, name: 'bench-worker' });
    await applyPolicy(pool, shipped, { by: 'bench' });
    await fill(pool, patients);
    const workers = await startWorkers({
      databaseUrl: worker,
      queue: { backend: 'postgres', databaseUrl: worker },
      sources: [],
      log: silentLog,
    });
    await within(10 * 60, async () => (await workers.firstSync()).done);
    const rows = await countRows(pool);
    const bare = await writeAll(pool);
    say(`labels, bare update of every row: ${Math.round(rows / bare)} rows/s (${bare.toFixed(1)} s)`);
    await owner.query('vacuum analyze');
    for (const [name, set] of [
      ['few rows', few],
      ['most rows', most],
      ['most rows, back', shipped],
    ] as const) {
      const began = performance.now();
      const { generation, ranges } = await applyPolicy(pool, set, { by: 'bench' });
      const appliedMs = performance.now() - began;
      await within(10 * 60, async () => ((await relabelProgress(pool))?.done ?? 0) >= ranges);
      const seconds = (performance.now() - began) / 1000;
      const touched = await expectLabels(pool, set);
      say(
        `labels, ${name}: ${Math.round(rows / seconds)} rows/s, ${(bare / seconds).toFixed(2)} of bare updates (${rows} rows in ${ranges} ranges, ${seconds.toFixed(1)} s, in force after ${appliedMs.toFixed(0)} ms; ${touched} carry a label; generation ${generation})`,
      );
    }
    await workers.stop();
    await pool.end();
    await owner.end();
  } finally {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function fill(pool: Pool, patients: number): Promise<void> {
  const [source] = await registerSources(pool, [{ name: 'bench', kind: 'fhir', supplies: [], expectedIntervalSeconds: 300 }]);
  if (!source) throw new Error('the source was not registered');
  const receivedAt = new Date('2026-06-01T00:00:00Z');
  const run = await startRun(pool, { sourceId: source.id, full: false, at: receivedAt });
  for (const [page, messages] of syntheticPages(patients).entries()) {
    await ingestBatch(pool, {
      sourceId: source.id,
      runId: run.id,
      receivedAt,
      batch: { messages, cursor: { page }, progress: null },
      maskOf: ({ labelCodes }) => shipped.labels.maskOf(labelCodes),
    });
  }
  // As after a run that read all: what is not there will not come.
  await pool.query("update sync_run set state = 'DONE', started_at = now(), ended_at = now() where id = $1", [run.id]);
}

async function within(seconds: number, isSo: () => Promise<boolean>): Promise<void> {
  for (const until = performance.now() + seconds * 1000; !(await isSo()); await pause(20))
    if (performance.now() > until) throw new Error(`nothing came of it within ${seconds} s`);
}

/** @returns seconds */
async function writeAll(pool: Pool): Promise<number> {
  const began = performance.now();
  for (const table of labelledTables) {
    const { rows } = await pool.query<{ last: number }>(`select coalesce(max(id), 0)::int as last from ${table}`);
    for (let from = 0; from <= (rows[0]?.last ?? 0); from += 1000)
      await pool.query(`update ${table} set own_mask = own_mask, label_mask = label_mask where id between $1 and $2`, [from, from + 999]);
  }
  return (performance.now() - began) / 1000;
}

async function countRows(pool: Pool): Promise<number> {
  const counts = await Promise.all(
    labelledTables.map(async (table) => (await pool.query<{ n: number }>(`select count(*)::int as n from ${table}`)).rows[0]?.n ?? 0),
  );
  return counts.reduce((sum, n) => sum + n, 0);
}

/** Every row says what its codes say under these rules, and what inherits from it says so too. @returns rows with a label */
async function expectLabels(pool: Pool, { labels }: PolicySet): Promise<number> {
  let touched = 0;
  for (const table of labelledTables) {
    const { rows } = await pool.query<{ codes: string[]; own: number; mask: number }>(
      `select label_codes as codes, own_mask as own, label_mask as mask from ${table}`,
    );
    const wrong = rows.filter(({ codes, own, mask }) => own !== labels.maskOf(codes) || (mask & own) !== own);
    if (wrong.length > 0) throw new Error(`${table}: ${wrong.length} of ${rows.length} rows do not carry the labels of their codes`);
    touched += rows.filter(({ mask }) => mask !== 0).length;
  }
  const { rows } = await pool.query<{ n: number }>(
    `select (select count(*) from claim c join encounter e on e.id = c.encounter_id where e.label_mask & ~c.label_mask <> 0)
          + (select count(*) from adjudication a join claim c on c.id = a.claim_id where c.label_mask & ~a.label_mask <> 0)
          + (select count(*) from payment p join claim c on c.id = p.claim_id where c.label_mask & ~p.label_mask <> 0)
          + (select count(*) from encounter e join condition k on k.encounter_id = e.id where k.own_mask & ~e.label_mask <> 0) as n`,
  );
  if (Number(rows[0]?.n) !== 0) throw new Error(`${rows[0]?.n} rows do not carry the labels of what they inherit from`);
  return touched;
}
