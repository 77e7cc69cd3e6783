/** Tampering by who owns the database: whatever is done to rows, head, checkpoints or months, verification names it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import type { Pool } from 'pg';
import { hashOf } from '../../src/access/audit-chain.js';
import { auditPages } from '../../src/access/audit-pages.js';
import { retireMonths } from '../../src/access/audit-months.js';
import { fixedClock, realClock } from '../../src/kernel/index.js';
import { openPool } from '../../src/store/index.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { append, openSeals, type Seals } from './trail.js';

let database: TestDatabase;
let owner: Pool;
let worker: Pool;
let seals: Seals;

beforeAll(async () => {
  database = await testDatabase();
  owner = openPool(database.url, { max: 2, name: 'test-owner' });
  worker = openPool(database.workerUrl, { max: 4, name: 'test-worker' });
});
afterAll(async () => {
  await Promise.all([owner.end(), worker.end()]);
  await database.drop();
});
/** Forty entries, sealed at 10, 20 and 30. */
beforeEach(async () => {
  seals = await openSeals();
  for (let from = 1; from <= 31; from += 10) {
    await append(worker, from, 10);
    if (from < 31) await seals.seal(worker, `2026-11-2${(from - 1) / 10}T14:00:00Z`);
  }
});
afterEach(async () => {
  await owner.query('truncate audit_entry');
  await owner.query(`update audit_head set seq = 0, hash = '\\x00', month = date_trunc('month', now() at time zone 'UTC')`);
});
const tamper = (sql: string, values: unknown[] = []) => owner.query(sql, values);
/** As somebody would who knows the chain: makes every hash from an entry on anew, and the head. */
async function rewriteFrom(seq: number): Promise<void> {
  const entries = [];
  for await (const page of auditPages(owner)) entries.push(...page.entries);
  let before = entries.find((one) => one.seq === seq - 1)?.hash ?? Buffer.from([0]);
  for (const one of entries.filter((each) => each.seq >= seq)) {
    before = hashOf(before, one, 0);
    await tamper('update audit_entry set hash = $1 where seq = $2', [before, one.seq]);
  }
  await tamper('update audit_head set hash = $1, seq = $2', [before, entries.at(-1)?.seq]);
}

describe('a trail that nobody touched', () => {
  it.each([2, 7, 40, 2_000])('verifies, in pages of %d, up to its last checkpoint', async (size) => {
    const verdict = await seals.verify(worker, size);
    expect(verdict).toMatchObject({ entries: 40, findings: [], checkpoints: 3, sealed: { seq: 30, at: '2026-11-22T14:00:00.000Z' } });
    expect([verdict.first?.seq, verdict.last?.seq]).toEqual([1, 40]);
  });

  it('verifies while others append', async () => {
    const writing = Promise.all(Array.from({ length: 30 }, (_, n) => append(worker, 100 + n, 3)));
    for (let turn = 0; turn < 5; turn += 1) expect((await seals.verify(owner, 5)).findings).toEqual([]);
    await writing;
    expect(await seals.verify(owner, 11)).toMatchObject({ entries: 130, findings: [] });
  });

  it('verifies whatever texts are in it', async () => {
    const odd = ['"', '\\', '\n\t\u0001\u001f\u007f', '{a,"b"}', 'é 漢字 😀', ' ', '\u2028'];
    for (const text of odd)
      await owner.query('select append_audit($1::jsonb)', [
        JSON.stringify(
          [
            {
              uid: '00000000-0000-4000-8000-000000000009',
              at: '2026-11-23T01:02:03.004Z',
              requestId: text,
              system: text,
              purpose: text,
              action: text,
              operation: text,
              phiClasses: [text, ''],
              outcome: text,
              withheldFields: [text],
            },
          ].map((one, n) => ({ ...one, uid: one.uid.replace(/9$/, String(odd.indexOf(text) + n)) })),
        ),
      ]);
    expect((await seals.verify(worker)).findings).toEqual([]);
  });
});

describe('verification names', () => {
  it.each([
    ['outcome', `outcome = 'REFUSED'`],
    ['at', `at = at + interval '1 microsecond'`],
    ['purpose', `purpose = 'TREAT'`],
    ['role', `role = null`],
    ['user_uid', `user_uid = gen_random_uuid()`],
    ['person_uid', `person_uid = null`],
    ['case_uid', `case_uid = gen_random_uuid()`],
    ['phi_classes', `phi_classes = '{}'`],
    ['withheld_fields', `withheld_fields = '{alerts}'`],
    ['operation', `operation = null`],
    ['token_id', `token_id = 'x'`],
    ['request_id', `request_id = 'x'`],
    ['grant_uid', `grant_uid = gen_random_uuid()`],
    ['uid', `uid = gen_random_uuid()`],
    ['system', `system = 'nobody'`],
    ['action', `action = 'SYSTEM'`],
  ])('an entry of which %s was altered', async (_, change) => {
    await tamper(`update audit_entry set ${change} where seq = 15`);
    expect(await seals.says(worker)).toEqual(['entry 15 was altered: what is stored does not give its hash']);
  });

  it('one altered and the last one cut off, both', async () => {
    await tamper(`update audit_entry set outcome = 'REFUSED' where seq = 12`);
    await tamper('delete from audit_entry where seq = 40');
    expect(await seals.says(worker)).toEqual([
      'entry 12 was altered: what is stored does not give its hash',
      "entry 40 is missing at the end: the chain's head says that there were 40",
    ]);
  });

  it('entries taken out of the middle, and goes on from a checkpoint', async () => {
    await tamper('delete from audit_entry where seq between 12 and 20');
    await tamper(`update audit_entry set outcome = 'REFUSED' where seq = 21`);
    expect(await seals.says(worker)).toEqual([
      'entries 12 to 20 are missing: the checkpoint of 2026-11-21T14:00:00.000Z says that there were 20',
      'entry 21 was altered: what is stored does not give its hash',
    ]);
  });

  it('the last ones cut off together with the head, as far as a checkpoint knows them', async () => {
    await tamper('delete from audit_entry where seq > 24');
    await tamper('update audit_head set seq = 24, hash = (select hash from audit_entry where seq = 24)');
    expect(await seals.says(worker)).toEqual([
      'entries 25 to 30 are missing at the end: the checkpoint of 2026-11-22T14:00:00.000Z says that they were there',
    ]);
  });

  it('nothing where what no checkpoint has seen is cut off together with the head: it says so instead', async () => {
    await tamper('delete from audit_entry where seq > 35');
    await tamper('update audit_head set seq = 35, hash = (select hash from audit_entry where seq = 35)');
    expect(await seals.verify(worker)).toMatchObject({ entries: 35, findings: [], sealed: { seq: 30 } });
  });

  it('one inserted at the end', async () => {
    await tamper(
      `insert into audit_entry select 41, month, gen_random_uuid(), at, request_id, user_uid, system, role, purpose, token_id, action, operation, person_uid, case_uid, phi_classes, outcome, withheld_fields, grant_uid, hash from audit_entry where seq = 40`,
    );
    expect((await seals.says(worker))[0]).toMatch(/^entry 41 was altered|^entry 41 is inserted/);
    expect(await seals.says(worker)).toContain("entry 41 is inserted: the chain's head knows 40 entries");
  });

  it('one inserted in the middle, though those after it were numbered anew', async () => {
    await tamper('update audit_entry set seq = seq + 1000 where seq >= 15');
    await tamper('update audit_entry set seq = seq - 999 where seq > 1000');
    await tamper(
      `insert into audit_entry select 15, month, gen_random_uuid(), at, request_id, user_uid, system, role, purpose, token_id, action, operation, person_uid, case_uid, phi_classes, outcome, withheld_fields, grant_uid, hash from audit_entry where seq = 3`,
    );
    expect(await seals.says(worker)).toEqual(['entry 15 was inserted']);
  });

  it('one that stands there twice', async () => {
    await tamper(`select make_audit_month((select month + interval '1 month' from audit_head)::date)`);
    await tamper(
      `insert into audit_entry select seq, month + interval '1 month', gen_random_uuid(), at, request_id, user_uid, system, role, purpose, token_id, action, operation, person_uid, case_uid, phi_classes, outcome, withheld_fields, grant_uid, hash from audit_entry where seq = 7`,
    );
    expect(await seals.says(worker)).toEqual(['entry 7 is there twice: one was inserted']);
  });

  it.each([
    ['with their hashes', 'seq = 17 + 18 - seq'],
    ['but for their hashes', 'seq = 17 + 18 - seq, hash = (select o.hash from audit_entry o where o.seq = 17 + 18 - audit_entry.seq)'],
  ])('two that were swapped, %s', async (_, change) => {
    await tamper('alter table audit_entry drop constraint audit_entry_pkey');
    await tamper(`update audit_entry set ${change} where seq in (17, 18)`);
    await tamper('alter table audit_entry add primary key (seq, month)');
    expect(await seals.says(worker)).toEqual(['entries 17 and 18 were swapped']);
  });

  it('one taken out where those after it were numbered anew', async () => {
    await tamper('delete from audit_entry where seq = 15');
    await tamper('update audit_entry set seq = seq + 1000 where seq > 15');
    await tamper('update audit_entry set seq = seq - 1001 where seq > 1000');
    expect((await seals.says(worker))[0]).toBe('an entry before entry 15 is missing, and those after it were numbered anew');
  });

  it('a stretch written anew with hashes that fit, by the checkpoint that saw it before', async () => {
    await tamper(`update audit_entry set outcome = 'REFUSED' where seq = 15`);
    await rewriteFrom(15);
    expect((await seals.says(worker))[0]).toBe(
      'entries 11 to 20 are written anew: the checkpoint of 2026-11-21T14:00:00.000Z says another hash for entry 20',
    );
  });

  it('a head that was altered alone', async () => {
    await tamper(`update audit_head set hash = '\\x01'`);
    expect(await seals.says(worker)).toEqual(["the chain's head was altered: it does not have the hash of entry 40"]);
  });

  it('the whole trail gone', async () => {
    await tamper('delete from audit_entry');
    expect((await seals.says(worker))[0]).toMatch(/^entries 1 to 40 are missing at the end: the checkpoint of 2026-11-22/);
  });
});

describe('a checkpoint', () => {
  const lines = (): string[] => readFileSync(seals.sealing.file, 'utf8').trimEnd().split('\n');
  const write = (changed: readonly string[]): void => writeFileSync(seals.sealing.file, `${changed.join('\n')}\n`);

  it('that was altered is named', async () => {
    const [one = '', two = '', three = ''] = lines();
    write([one, two.replace('"seq":20', '"seq":19'), three]);
    expect(await seals.says(worker)).toEqual([
      'checkpoint 2 (entry 19, of 2026-11-21T14:00:00.000Z) was altered: its signature does not fit',
      'checkpoint 3 (entry 30, of 2026-11-22T14:00:00.000Z) does not follow from the line before it: a line was altered or taken out',
    ]);
  });

  it('that was taken out is missed by the one after it', async () => {
    const [one = '', , three = ''] = lines();
    write([one, three]);
    expect(await seals.says(worker)).toEqual([
      'checkpoint 2 (entry 30, of 2026-11-22T14:00:00.000Z) does not follow from the line before it: a line was altered or taken out',
    ]);
  });

  it('signed by another key is not believed', async () => {
    const other = await openSeals();
    write([]);
    await other.seal(worker);
    writeFileSync(seals.sealing.file, readFileSync(other.sealing.file));
    expect(await seals.says(worker)).toEqual([
      expect.stringMatching(/^checkpoint 1 .*was signed by the key .*, which is not one of those given$/),
    ]);
  });

  it('that was cut off while it was written never counted, and the next one stands in its place', async () => {
    appendFileSync(seals.sealing.file, '{"seq":40,"hash":"ab');
    expect((await seals.verify(worker)).findings).toEqual([]);
    expect(await seals.seal(worker)).toMatchObject({ seq: 40 });
    expect(await seals.verify(worker)).toMatchObject({ findings: [], checkpoints: 4, sealed: { seq: 40 } });
  });
});

describe('months', () => {
  it('that need not be kept any longer go whole, and the trail then begins at the signed checkpoint that says so', async () => {
    await moveFirst(20, '2019-03-01');
    const old = { file: seals.sealing.file, key: seals.sealing.key, clock: realClock };
    // Moved months do not fit their hashes: made anew, they are the trail that a hub of six years has.
    await rewriteFrom(1);
    seals = await openSeals();
    await seals.seal(worker);
    const order = {
      ...old,
      file: seals.sealing.file,
      key: seals.sealing.key,
      before: new Date('2020-11-01'),
      clock: fixedClock('2026-11-24T00:00:00Z'),
    };
    expect(await retireMonths(owner, { ...order, dryRun: true })).toEqual({ months: ['2019-03'], to: 20 });
    expect(await retireMonths(owner, { ...order, dryRun: false })).toEqual({ months: ['2019-03'], to: 20 });
    expect(await seals.verify(worker)).toMatchObject({ entries: 20, findings: [], first: { seq: 21 } });
    expect(await retireMonths(owner, { ...order, dryRun: false })).toBeNull();
    await append(worker, 500, 10);
    await seals.seal(worker);
    expect(await seals.verify(worker)).toMatchObject({ findings: [], sealed: { seq: 50 } });
    await tamper('delete from audit_entry where seq between 21 and 23');
    expect((await seals.says(worker))[0]).toMatch(/^entries 21 to 23 are missing/);
  });

  it('dropped without such a checkpoint are missed', async () => {
    await moveFirst(20, '2019-03-01');
    await rewriteFrom(1);
    seals = await openSeals();
    await seals.seal(worker);
    await tamper('drop table audit_entry_2019_03');
    expect(await seals.says(worker)).toEqual([
      'entries 1 to 20 are missing: the checkpoint of 2026-11-23T14:00:00.000Z says that there were 40',
    ]);
  });

  it('are taken away by nobody but the owner', async () => {
    await expect(
      retireMonths(worker, {
        before: new Date('2100-01-01'),
        file: seals.sealing.file,
        key: seals.sealing.key,
        clock: realClock,
        dryRun: false,
      }),
    ).rejects.toBeDefined();
    expect(await seals.verify(worker)).toMatchObject({ entries: 40, findings: [] });
  });

  async function moveFirst(count: number, month: string): Promise<void> {
    await tamper('select make_audit_month($1)', [month]);
    await tamper('update audit_entry set month = $1 where seq <= $2', [month, count]);
  }
});
