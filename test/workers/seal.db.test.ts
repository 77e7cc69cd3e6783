/** The seal worker: checkpoints where they are due, one at a time however many workers try, and none over a broken trail. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { readLine } from '../../src/access/checkpoints.js';
import { findSealKey, openSealKey } from '../../src/access/seal-key.js';
import { fixedClock, realClock, silentLog } from '../../src/kernel/index.js';
import { openPool } from '../../src/store/index.js';
import { sealLoop } from '../../workers/seal.js';
import { startWorkers } from '../../workers/main.js';
import { append, openSeals } from '../access/trail.js';
import { emptyFolder } from '../support/empty-folder.js';
import type { TestDatabase } from '../support/services.js';
import { asWorker, workerDatabase } from './hub-of-workers.js';

let database: TestDatabase;
let pools: Pool[];

beforeAll(async () => {
  database = await workerDatabase();
  pools = Array.from({ length: 4 }, () => openPool(database.workerUrl, { max: 2, name: 'test' }));
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await database.drop();
});
const checkpoints = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => readLine(line)?.seq);
const [first] = [() => pools[0] as Pool];

describe('a checkpoint', () => {
  it('is due at the first entry, every n entries, and after a time if there was anything', async () => {
    const seals = await openSeals();
    expect(await seals.seal(first())).toBeNull();
    await append(first(), 1, 1);
    expect(await seals.seal(first())).toMatchObject({ seq: 1 });
    await append(first(), 2, 9);
    expect(await seals.seal(first())).toBeNull();
    await append(first(), 11, 1);
    expect(await seals.seal(first())).toMatchObject({ seq: 11 });
    expect(await seals.seal(first(), '2026-11-23T16:00:00Z')).toBeNull();
    await append(first(), 12, 1);
    expect(await seals.seal(first(), '2026-11-23T14:59:59Z')).toBeNull();
    expect(await seals.seal(first(), '2026-11-23T15:00:00Z')).toMatchObject({ seq: 12 });
    expect(await seals.verify(first())).toMatchObject({ findings: [], sealed: { seq: 12 } });
  });

  it('is added by one worker at a time, while entries are appended', async () => {
    const seals = await openSeals();
    const writing = Promise.all(Array.from({ length: 60 }, (_, n) => append(pools[n % 4] as Pool, 100 + n, 4)));
    for (let turn = 0; turn < 30; turn += 1) await Promise.all(pools.map((pool) => seals.seal(pool)));
    await writing;
    await seals.seal(first(), '2026-11-23T18:00:00Z');
    const seqs = checkpoints(seals.sealing.file);
    expect(seqs).toEqual([...seqs].toSorted((a, b) => (a ?? 0) - (b ?? 0)));
    expect(new Set(seqs).size).toBe(seqs.length);
    const verdict = await seals.verify(first());
    expect(verdict).toMatchObject({ findings: [], checkpoints: seqs.length });
    expect(verdict.sealed?.seq).toBe(verdict.last?.seq);
  });

  it('is signed in each folder for itself where workers share none', async () => {
    const [one, other] = [await openSeals(), await openSeals()];
    await one.seal(first());
    await other.seal(first());
    for (const seals of [one, other]) expect(await seals.verify(first())).toMatchObject({ findings: [], checkpoints: 1 });
  });

  it('is not signed over a trail that was altered since the last one', async () => {
    const seals = await openSeals();
    await seals.seal(first());
    await append(first(), 900, 12);
    const owner = openPool(database.url, { max: 1, name: 'test' });
    const [{ seq } = { seq: '' }] = (await owner.query<{ seq: string }>('select seq from audit_head')).rows;
    await owner.query(`update audit_entry set outcome = 'REFUSED' where seq = $1`, [seq]);
    await expect(seals.seal(first())).rejects.toMatchObject({
      code: 'AUDIT_BROKEN',
      message: expect.stringContaining(`entry ${seq} does not follow`),
    });
    await owner.query(`update audit_entry set outcome = 'ALLOWED' where seq = $1`, [seq]);
    expect(await seals.seal(first())).toMatchObject({ seq: Number(seq) });
    await owner.end();
  });
});

describe('the key', () => {
  it('is made once for a folder though several start together, and is readable by its owner only', async () => {
    const file = join(emptyFolder(), 'deeper', 'key.pem');
    expect(await findSealKey(file)).toBeNull();
    const keys = await Promise.all(Array.from({ length: 5 }, () => openSealKey(file)));
    expect(new Set(keys.map(({ id }) => id)).size).toBe(1);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await findSealKey(file))?.id).toBe(keys[0]?.id);
  });
});

describe('the worker', () => {
  it('makes the months ahead ready and seals', async () => {
    const folder = emptyFolder();
    const settings = { checkpoints: join(folder, 'checkpoints.jsonl'), key: join(folder, 'key.pem'), every: 1 };
    const loop = sealLoop({ pool: first(), clock: fixedClock('2031-12-15T00:00:00Z'), log: silentLog, settings });
    await loop.turn();
    const { rows } = await first().query<{ there: boolean }>(
      `select bool_and(to_regclass('hub.audit_entry_' || m) is not null) as there from unnest('{2031_12,2032_01,2032_02,2032_03}'::text[]) m`,
    );
    expect(rows).toEqual([{ there: true }]);
    expect(checkpoints(settings.checkpoints)).toHaveLength(1);
  });

  it('runs among the others', async () => {
    const folder = emptyFolder();
    const seal = { checkpoints: join(folder, 'checkpoints.jsonl'), key: join(folder, 'key.pem'), every: 1 };
    const workers = await startWorkers({
      databaseUrl: asWorker(database.url),
      queue: { backend: 'postgres', databaseUrl: database.url },
      sources: [],
      log: silentLog,
      seal,
    });
    for (const until = realClock.now().getTime() + 20_000; realClock.now().getTime() < until; await pause(50))
      if (statSync(seal.checkpoints, { throwIfNoEntry: false })?.size) break;
    await workers.stop();
    expect(checkpoints(seal.checkpoints)).toHaveLength(1);
  });
});
