/** `hub audit ...` as a privacy officer runs it: what it says, where it says it, and how it ends. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { openSealKey, sealTrail } from '../../src/access/index.js';
import { asSystem, realClock } from '../../src/kernel/index.js';
import { openPool } from '../../src/store/index.js';
import { append, entry, uid } from '../access/trail.js';
import { appendEntries } from '../../src/access/index.js';
import { emptyFolder } from '../support/empty-folder.js';
import { builtHub, runHub } from '../support/hub.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let worker: Pool;
let story: Story;
const data = emptyFolder();
const checkpoints = join(data, 'audit', 'checkpoints.jsonl');
const key = join(data, 'audit', 'checkpoint-key.pem');

beforeAll(async () => {
  await builtHub();
  database = await testDatabase();
  story = await tellStory(database.url);
  worker = openPool(database.workerUrl, { max: 1, name: 'test' });
  await append(worker, 100, 12);
  await appendEntries(worker, [entry(50, { personUid: story.maria.uid, requestId: 'of-maria' })]);
}, 120_000);
afterAll(async () => {
  await worker.end();
  await database.drop();
});
const audit = (...words: string[]) =>
  runHub(['audit', ...words, '--data', data], { HUB_WORKER_DATABASE_URL: database.workerUrl, DATABASE_URL: database.url });
const seal = async () => sealTrail(worker, { file: checkpoints, key: await openSealKey(key), every: 1, everyMs: 0, clock: realClock });

describe('hub audit key', () => {
  it('makes the key where there is none, readable by its owner only, and prints the public half', async () => {
    const { code, stdout } = await audit('key');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^Key \S{16} signs .*-----BEGIN PUBLIC KEY-----\n\S+\n-----END PUBLIC KEY-----\n$/s),
    ]);
    expect(stdout).not.toContain('PRIVATE');
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect((await audit('key')).stdout).toBe(stdout);
  });
});

describe('hub audit verify', () => {
  it('says how many entries, from when to when, up to which checkpoint, and what it cannot know', async () => {
    expect((await audit('verify')).stdout).toContain('could have written it anew');
    await seal();
    const { code, stdout, stderr } = await audit('verify');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^13 entries, 1 to 13, from \d{4}-\S+Z to \d{4}-\S+Z\.$/m);
    expect(stdout).toMatch(/^Sealed up to entry 13 by the checkpoint of \S+Z \(1 in .*checkpoints.jsonl\)\.$/m);
    expect(stdout).toMatch(/cut off together with the head of the chain: that cannot be known/);
    expect(stdout).toMatch(/^Nothing was altered, taken out or put in\.$/m);
  });

  it('believes the public key that was kept elsewhere, and no other', async () => {
    const kept = join(data, 'kept.pem');
    writeFileSync(kept, (await audit('key')).stdout);
    expect((await audit('verify', '--key', kept)).code).toBe(0);
    const other = join(data, 'other.pem');
    writeFileSync(other, String((await openSealKey(join(data, 'other', 'key.pem'))).publicKey.export({ type: 'spki', format: 'pem' })));
    const { code, stderr } = await audit('verify', '--key', other);
    expect([code, stderr]).toEqual([1, expect.stringContaining('which is not one of those given')]);
    expect((await audit('verify', '--key', join(data, 'none.pem'))).stderr).toMatch(/^--key: expected a file that can be read/);
  });

  it('names an altered entry and one that was cut off, the first of them on standard error, and ends with 1', async () => {
    const [kept] = await asOwner<{ row: string }>(database.url, 'select to_jsonb(e)::text as row from audit_entry e where seq = 13');
    await asOwner(database.url, `update audit_entry set outcome = 'REFUSED' where seq = 4`);
    await asOwner(database.url, 'delete from audit_entry where seq = 13');
    const { code, stdout, stderr } = await audit('verify');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^entry 4 was altered: .*\nentry 13 is missing at the end: the checkpoint of \S+ says that there were 13, and the chain's head says that there were 13$/m,
    );
    expect(stderr).toMatch(/^The audit trail was changed \(2 findings\)\. The first: entry 4 was altered/);
    await asOwner(database.url, `update audit_entry set outcome = 'ALLOWED' where seq = 4`);
    await asOwner(database.url, 'insert into audit_entry select * from jsonb_populate_record(null::audit_entry, $1::jsonb)', [kept?.row]);
    expect((await audit('verify')).code).toBe(0);
  });
});

describe('hub audit export', () => {
  const lines = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { resourceType: string; id: string });

  it('writes an AuditEvent a line, and is an entry of its own before the first of them', async () => {
    const { code, stdout } = await audit('export');
    expect([code, lines(stdout).length]).toEqual([0, 13]);
    expect(new Set(lines(stdout).map(({ resourceType }) => resourceType))).toEqual(new Set(['AuditEvent']));
    expect(await asOwner(database.url, 'select action, system, operation from audit_entry order by seq desc limit 1')).toEqual([
      { action: 'EXPORT', system: 'audit export', operation: 'auditExport' },
    ]);
    expect((await audit('verify')).code).toBe(0);
  });

  it('is narrowed to a patient, a person or a time, and holds ids of the hub only', async () => {
    const ofMaria = await audit('export', '--patient', `pat_${story.maria.uid}`);
    expect(lines(ofMaria.stdout)).toHaveLength(1);
    expect(ofMaria.stdout).toContain(`pat_${story.maria.uid}`);
    expect(ofMaria.stdout).not.toContain('Zz-');
    expect(lines((await audit('export', '--user', `usr_${uid(1)}`)).stdout)).toHaveLength(12 - 2 + 1);
    expect((await audit('export', '--to', '2000-01-01')).stdout).toBe('');
    expect((await audit('export', '--patient', 'Zz-Maria')).stderr).toMatch(/^--patient: expected an id of the hub that begins with pat_/);
    expect((await audit('export', '--from', 'yesterday')).stderr).toMatch(/^--from: expected a day/);
  });

  it('into a file makes it for the hub alone, and overwrites none', async () => {
    const out = join(data, 'trail.ndjson');
    const { code, stdout } = await audit('export', '--patient', `pat_${story.maria.uid}`, '--out', out);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d AuditEvents? written to /)]);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const before = readFileSync(out, 'utf8');
    expect((await audit('export', '--out', out)).code).toBe(1);
    expect(readFileSync(out, 'utf8')).toBe(before);
  });
});

describe('hub audit accounting', () => {
  it('tells a patient to whom they were disclosed, repeats together, without what an agency has suspended', async () => {
    const of = `insert into disclosure (patient_record_id, at, recipient, description, purpose, recorded_at) values ($1, $2, $3, 'Complaint file', 'Health oversight', now())`;
    for (const [at, recipient] of [
      ['2026-03-01', 'Survey Agency'],
      ['2026-04-01', 'survey agency'],
      ['2026-05-01', 'Sheriff'],
      ['2015-05-01', 'Long ago'],
    ])
      await asOwner(database.url, of, [story.maria.recordRow, at, recipient]);
    await asOwner(
      database.url,
      `insert into accounting_suspension (patient_record_id, recipient, statement, stated_by, stated_at, until, recorded_at) values ($1, 'SHERIFF', 'WRITTEN', 'x', now(), now() + interval '1 day', now())`,
      [story.maria.recordRow],
    );
    const { code, stdout, stderr } = await audit('accounting', '--patient', `pat_${story.maria.uid}`);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^2026-03-01 {2}Survey Agency\n +Complaint file\n +Purpose: Health oversight\n +2 times in all, the last on 2026-04-01$/m,
    );
    expect(stdout).not.toMatch(/Sheriff|Long ago/i);
    expect(stderr).toBe('For the office: 1 left out by a statement of an agency (45 CFR 164.528(a)(2)).\n');
    expect(await asOwner(database.url, 'select action, operation, person_uid from audit_entry order by seq desc limit 1')).toEqual([
      { action: 'EXPORT', operation: 'accounting', person_uid: story.maria.uid },
    ]);
  });
  it('says None where there is none, and knows no other patients', async () => {
    expect((await audit('accounting', '--patient', `pat_${story.john.uid}`)).stdout).toMatch(/^None\.$/m);
    expect(await audit('accounting', '--patient', `pat_${uid(999)}`)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^--patient/),
    });
  });
});

describe('hub audit retire', () => {
  it('takes away nothing that is younger than six years, and says what it would', async () => {
    expect(await audit('retire')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^No month is older than 6 years/) });
    await asOwner(database.url, `select make_audit_month('2001-05-01')`);
    expect((await audit('retire', '--dry-run')).stdout).toMatch(/^Would take away 2001-05: entries up to 0/);
    expect((await audit('retire')).stdout).toMatch(/^Took away 2001-05/);
    expect(existsSync(checkpoints)).toBe(true);
    expect((await audit('verify')).code).toBe(0);
  });
});

it('work of the hub itself is told by name', async () => {
  await appendEntries(worker, [entry(60, { actor: asSystem('scope', 'HSYSADMIN'), personUid: null })]);
  expect((await audit('verify')).code).toBe(0);
});
