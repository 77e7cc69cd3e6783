/** Two published sample sets of synthetic patients, whole: what comes of them, and that reading them again changes nothing.
 *  They lie beside the checkout, not in it. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import { realClock, type SourceId } from '../../src/kernel/index.js';
import { queueSource } from '../../src/sync/index.js';
import { openPool } from '../../src/store/index.js';
import type { Workers, WorkerSource } from '../../workers/main.js';
import { beside, describeBeside } from '../support/beside.js';
import type { TestDatabase } from '../support/services.js';
import { asWorker, startOn, untilSynced, workerDatabase } from './hub-of-workers.js';

const names = ['synthea-smart', 'synthea-hiv'];
const sources = names.map((name): WorkerSource => ({
  name,
  kind: 'fhir-files',
  path: join(beside('data/fhir-r4'), name),
  everyMs: 3_600_000,
}));

describeBeside('data/fhir-r4', 'the published samples', () => {
  let database: TestDatabase;
  let pool: Pool;
  let workers: Workers;
  let tookMs: number;
  beforeAll(async () => {
    database = await workerDatabase();
    pool = openPool(asWorker(database.url), { max: 3, name: 'test' });
    const startedAt = realClock.now().getTime();
    workers = await startOn(database, sources);
    await untilSynced(workers, 170_000);
    tookMs = realClock.now().getTime() - startedAt;
  }, 180_000);
  afterAll(async () => {
    await workers.stop();
    await pool.end();
    await database.drop();
  });
  const count = async (rows: string): Promise<number> =>
    (await pool.query<{ count: number }>(`select count(*)::int as count from ${rows}`)).rows[0]?.count ?? -1;

  it('are 99 persons with their encounters and claims, each claim joined with its encounter', async () => {
    process.stderr.write(`published samples: first sync in ${tookMs} ms\n`);
    expect(await count('(select distinct person_id from person_link) persons')).toBe(99);
    expect(await count('patient_record where stub')).toBe(0);
    expect(await count('encounter')).toBe(3153);
    expect(await count('claim')).toBe(3605);
    expect(await count('claim where encounter_id is null')).toBe(0);
    expect(await count("claim where kind = 'INSTITUTIONAL' and adjudication_id is null")).toBe(0);
    expect(await count(`claim where label_mask is null or label_mask & ${1 << 30} <> 0`)).toBe(0);
    expect(await count('link_conflict')).toBe(0);
  });

  it('are all unchanged when they are read again', async () => {
    const { rows } = await pool.query<{ id: SourceId }>('select id from source');
    for (const { id } of rows) await queueSource(pool, id, { full: false });
    while ((await count("sync_run where state = 'DONE'")) < 4) await new Promise((resolve) => setTimeout(resolve, 200));
    const runs = await pool.query<{ written: number; unchanged: boolean }>(
      'select created + updated + deleted as written, read = unchanged + not_taken as unchanged from sync_run order by id desc limit 2',
    );
    expect(runs.rows).toEqual(Array.from({ length: 2 }, () => ({ written: 0, unchanged: true })));
  }, 120_000);
});
