/** The workers whole: three real FHIR servers in, linked and labelled rows out. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import { createLog, silentLog } from '../../src/kernel/index.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { openPool } from '../../src/store/index.js';
import type { Workers, WorkerSource } from '../../workers/main.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { asWorker, startOn, untilSynced, workerDatabase } from './hub-of-workers.js';

let database: TestDatabase;
let home: TestDatabase;
let sandbox: Sandbox;
let workers: Workers;
let pool: Pool;
beforeAll(async () => {
  [database, home] = await Promise.all([workerDatabase(), testDatabase()]);
  sandbox = await startSandbox({ databaseUrl: home.url, people: 60, seed: 4, today: '2026-11-20', log: silentLog });
  pool = openPool(asWorker(database.url), { max: 4, name: 'test' });
  const sources = sandbox.systems.map(({ name, url, supplies }): WorkerSource => ({
    name,
    kind: 'fhir',
    url,
    supplies,
    auth: { kind: 'none' },
    everyMs: 2_000,
  }));
  workers = await startOn(database, sources, createLog('test', 'warn'));
  await untilSynced(workers);
}, 120_000);
afterAll(async () => {
  await workers.stop();
  await sandbox.stop();
  await pool.end();
  await Promise.all([database.drop(), home.drop()]);
});

const one = async <T>(sql: string): Promise<T> => (await pool.query<{ value: T }>(`select (${sql}) as value`)).rows[0]?.value as T;

describe('after the first sync', () => {
  it('each source has a run that is done', async () => {
    const { rows } = await pool.query<{ name: string }>(
      "select s.name from source s join sync_run r on r.source_id = s.id where r.state = 'DONE' group by s.name order by 1",
    );
    expect(rows.map(({ name }) => name)).toEqual(['billing', 'ehr', 'scheduling']);
  });

  it('each patient record has one person, joined where the systems share a strong identifier', async () => {
    const { people, linkedScheduling, linkedBilling, contradictions } = sandbox.summary;
    expect(await one<number>('select count(*)::int from patient_record where stub')).toBe(0);
    expect(await one<number>('select count(*)::int from person_link')).toBe(3 * people);
    expect(await one<number>('select count(distinct person_id)::int from person_link')).toBe(3 * people - linkedScheduling - linkedBilling);
    expect(await one<number>('select count(*)::int from link_conflict')).toBe(2 * contradictions);
  });

  it('claims are joined with their visits across systems where the records are one person', async () => {
    const { rows } = await pool.query<{ together: boolean; joined: boolean; claims: number }>(
      `select lb.person_id is not null as together, c.encounter_id is not null as joined, count(*)::int as claims from claim c
         join patient_record b on b.id = c.patient_record_id
         left join person_link lb on lb.patient_record_id = b.id and exists (select from person_link o join patient_record r on r.id = o.patient_record_id and r.source_id <> b.source_id
                where o.person_id = lb.person_id and r.source_id = (select id from source where name = 'ehr'))
        where c.encounter_ref is not null group by 1, 2`,
    );
    expect(rows.filter(({ together, joined }) => together !== joined)).toEqual([]);
    expect(rows.find(({ joined }) => joined)?.claims).toBeGreaterThan(0);
  });

  it('every visit to the program is labelled as one, and so is the bill for it', async () => {
    const visits = `from encounter e join source_name n on n.source_id = e.source_id and n.ref in (e.location_ref, e.organization_ref) where n.name = 'Zz Harbor Recovery Program'`;
    expect(await one<number>(`select count(*)::int ${visits}`)).toBeGreaterThan(0);
    expect(await one<number>(`select count(*)::int ${visits} and e.label_mask & 1 = 0`)).toBe(0);
    expect(
      await one<number>(
        `select count(*)::int from claim c join encounter e on e.id = c.encounter_id where e.label_mask & 1 <> 0 and c.label_mask & 1 = 0`,
      ),
    ).toBe(0);
  });

  it('nothing more is written by the runs that follow', async () => {
    const rows = "select sum(('x' || substr(md5(t::text), 1, 8))::bit(32)::bigint)::text from claim t";
    const before = await one<string>(rows);
    const runs = await one<number>("select count(*)::int from sync_run where state = 'DONE'");
    while ((await one<number>("select count(*)::int from sync_run where state = 'DONE'")) < runs + 3)
      await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await one<string>(rows)).toBe(before);
    expect(await one<number>('select count(*)::int from sync_run where id > 3 and created + updated + deleted > 0')).toBe(0);
  });
});
