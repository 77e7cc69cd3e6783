/** kill -9 of the worker process at random moments of a sync, again and again: in the end the same rows as undisturbed. */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packageRoot } from '../../src/kernel/index.js';
import { demoSystems, generatePeople } from '../../src/sandbox/index.js';
import { openPool } from '../../src/store/index.js';
import type { WorkerSource } from '../../workers/main.js';
import type { TestDatabase } from '../support/services.js';
import { asWorker, workerDatabase } from './hub-of-workers.js';

const kills = 20;
const people = 150;
const today = '2026-11-20';

const folders: string[] = [];
let sources: WorkerSource[];
let undisturbed: TestDatabase;
beforeAll(async () => {
  undisturbed = await workerDatabase();
  sources = await Promise.all(
    demoSystems.map(async ({ name, records }): Promise<WorkerSource> => ({
      name,
      kind: 'fhir-files',
      path: await writeFolder(name, records),
      everyMs: 3_600_000,
    })),
  );
}, 60_000);
afterAll(async () => {
  for (const folder of folders) rmSync(folder, { recursive: true });
  await undisturbed.drop();
});

async function writeFolder(name: string, records: (typeof demoSystems)[number]['records']): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `hub-kill-${name}-`));
  folders.push(folder);
  const file = createWriteStream(join(folder, 'all.ndjson'));
  for (const resource of records(generatePeople({ seed: 4, count: people, today }), today)) file.write(`${JSON.stringify(resource)}\n`);
  await new Promise((resolve) => file.end(resolve));
  return folder;
}

interface Life {
  readonly ended: 'synced' | 'killed' | 'crashed';
  /** From the moment its loops ran: starting up writes nothing that could be lost. */
  readonly ms: number;
}

/** Runs workers until they are done or the time is up. */
async function work({ url }: TestDatabase, killAfterMs: number | null): Promise<Life> {
  const order = JSON.stringify({ databaseUrl: asWorker(url), queue: { backend: 'postgres', databaseUrl: url }, sources });
  const words = [
    '--import',
    join(packageRoot, 'test/support/load-typescript.mjs'),
    join(packageRoot, 'test/workers/worker-to-kill.ts'),
    order,
  ];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  let said = '';
  child.stdout.on('data', (text: Buffer) => (said += text.toString()));
  while (!said.includes('running') && child.exitCode === null) await pause(10);
  const startedAt = Date.now();
  if (killAfterMs !== null) void pause(killAfterMs, undefined, { ref: false }).then(() => child.kill('SIGKILL'));
  const signal = await ended;
  const killed = signal === 'SIGKILL' ? 'killed' : 'crashed';
  return { ended: said.includes('synced') ? 'synced' : killed, ms: Date.now() - startedAt };
}

/** Every row by what sources and rules make of it: ids, times and uuids apart, references by the key they lead to. */
const content: Record<string, string> = {
  patient_record:
    'select s.name, t.source_key, stub, t.name, birth_date, identifiers, label_codes, own_mask, label_mask from patient_record t join source s on s.id = t.source_id',
  patient_identifier:
    'select r.source_id, r.source_key, i.system, i.value, i.type from patient_identifier i join patient_record r on r.id = i.patient_record_id',
  encounter:
    'select t.source_id, t.source_key, r.source_key as patient, t.identifiers, status, start_at, location_ref, t.own_mask, t.label_mask from encounter t join patient_record r on r.id = t.patient_record_id',
  appointment:
    'select t.source_id, t.source_key, r.source_key as patient, status, start_at, reschedules, t.own_mask, t.label_mask from appointment t join patient_record r on r.id = t.patient_record_id',
  condition:
    'select t.source_id, t.source_key, e.source_key as encounter, code, t.own_mask, t.label_mask from condition t left join encounter e on e.id = t.encounter_id',
  care_team_member: 'select source_id, source_key, position, member_ref, name, label_mask from care_team_member',
  coverage: 'select source_id, source_key, member_id, label_mask from coverage',
  claim:
    'select t.source_id, t.source_key, e.source_key as encounter, a.source_key as adjudication, billed_amount, t.label_mask from claim t left join encounter e on e.id = t.encounter_id left join adjudication a on a.id = t.adjudication_id',
  adjudication:
    'select t.source_id, t.source_key, c.source_key as claim, allowed_amount, paid_amount, t.label_mask from adjudication t left join claim c on c.id = t.claim_id',
  payment:
    'select t.source_id, t.source_key, c.source_key as claim, r.source_key as patient, amount, t.label_mask from payment t left join claim c on c.id = t.claim_id left join patient_record r on r.id = t.patient_record_id',
  account: 'select source_id, source_key, balance_amount, label_mask from account',
  document: "select source_id, key, encode(hash, 'hex') from document",
  source_name: 'select source_id, ref, name from source_name',
  set_aside: 'select source_id, code, reason from set_aside',
  persons:
    "select string_agg(r.source_id || ' ' || r.source_key, ', ' order by r.source_id, r.source_key) as together from person_link l join patient_record r on r.id = l.patient_record_id group by l.person_id",
  link_conflict:
    'select r.source_key, o.source_key as other, system from link_conflict c join patient_record r on r.id = c.patient_record_id join patient_record o on o.id = c.other_record_id',
  source: 'select name, records, error_code, circuit from source',
};

async function dump({ url }: TestDatabase): Promise<Record<string, string[]>> {
  const pool = openPool(url, { max: 1, name: 'test' });
  const found: Record<string, string[]> = {};
  for (const [name, sql] of Object.entries(content)) {
    const { rows } = await pool.query<{ row: string }>(`select to_jsonb(t)::text as row from (${sql}) t order by 1`);
    found[name] = rows.map(({ row }) => row);
  }
  await pool.end();
  return found;
}

async function runsInterrupted({ url }: TestDatabase): Promise<number> {
  const pool = openPool(url, { max: 1, name: 'test' });
  const { rows } = await pool.query<{ runs: number }>("select count(*)::int as runs from sync_run where error = 'INTERRUPTED'");
  await pool.end();
  return rows[0]?.runs ?? 0;
}

async function expectRows(database: TestDatabase, calm: Record<string, string[]>): Promise<void> {
  const counted = (of: Record<string, string[]>) => Object.fromEntries(Object.entries(of).map(([name, rows]) => [name, rows.length]));
  const rough = await dump(database);
  expect(counted(rough)).toEqual(counted(calm));
  expect(rough).toEqual(calm);
}

describe('workers that are killed', () => {
  it(`leave, after ${kills} kills and a last run, the same rows as workers left in peace`, async () => {
    const calmly = await work(undisturbed, null);
    expect(calmly.ended).toBe('synced');
    // All lives together last about as long as the sync takes undisturbed, so the kills fall all over it.
    const longestMs = (2 * calmly.ms) / kills;
    const calmRows = await dump(undisturbed);
    let killed = 0;
    let interrupted = 0;
    // On a machine that became faster meanwhile a sync may end before the last kill: the next one then begins anew.
    while (killed < kills) {
      const disturbed = await workerDatabase();
      let life: Life;
      do {
        const killAfterMs = killed < kills ? Math.random() * longestMs : null;
        life = await work(disturbed, killAfterMs);
        if (life.ended === 'killed') killed += 1;
      } while (life.ended === 'killed');
      expect(life.ended).toBe('synced');
      await expectRows(disturbed, calmRows);
      interrupted += await runsInterrupted(disturbed);
      await disturbed.drop();
      process.stderr.write(`sync undisturbed ${calmly.ms} ms; ${killed} kills, ${interrupted} runs interrupted; last life ${life.ms} ms\n`);
    }
    expect(interrupted).toBeGreaterThan(0);
  }, 600_000);
});
