/** A hub that has been running: its entries were hashed over the JSON that was handed in. They stay as they are, and verify. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Pool } from 'pg';
import { ormForOwner } from '../../src/store/orm.js';
import { migrate, openPool } from '../../src/store/index.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { append, openSeals, uid } from './trail.js';

let database: TestDatabase;
let url: string;
let owner: Pool;

const appendAsBefore = (entries: readonly object[]) => owner.query('select append_audit($1::jsonb)', [JSON.stringify(entries)]);
const person = (n: number, at: string) => ({
  uid: uid(n),
  at,
  requestId: `old-${n}`,
  userUid: uid(1),
  role: 'ADVOCATE',
  purpose: 'HOPERAT',
  tokenId: 'a "token"',
  action: 'READ',
  operation: n % 2 ? null : 'PatientContext',
  personUid: n % 3 ? uid(n) : null,
  caseUid: null,
  phiClasses: ['IDENTITY', 'CLINICAL'].slice(0, n % 3),
  outcome: 'ALLOWED',
  withheldFields: n % 2 ? ['sensitivity.masked', 'alerts'] : [],
});
const system = (n: number, at: string) => {
  const { userUid: _user, role: _role, tokenId: _token, ...rest } = person(n, at);
  return { ...rest, system: 'demo' };
};

beforeAll(async () => {
  database = await testDatabase();
  const admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  await admin.query(`create database ${database.name}_before`);
  await admin.end();
  url = database.url.replace(database.name, `${database.name}_before`);
  owner = openPool(url, { max: 2, name: 'test' });
  await owner.query('create schema hub');
  await owner.query('create extension if not exists pg_trgm schema public');
  const orm = await ormForOwner(url);
  await orm.migrator.up({ to: 'migration-0005-security' });
  await orm.close(true);
  await appendAsBefore([person(1, '2026-08-31T23:59:59.999Z'), system(2, '2026-08-31T23:59:59.999Z')]);
  // Clocks of two gateways: the later entry is dated before.
  await appendAsBefore([person(3, '2026-09-01T00:00:00.000Z'), person(4, '2026-08-31T23:59:59.998Z')]);
  for (let n = 5; n < 60; n += 1)
    await appendAsBefore([n % 5 ? person(n, '2026-10-02T08:00:00.010Z') : system(n, '2026-10-02T08:00:00.010Z')]);
});
afterAll(async () => {
  await owner.query(`select 1`);
  await owner.end();
  const admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  await admin.query(`drop database ${database.name}_before with (force)`);
  await admin.end();
  await database.drop();
});

it('old entries keep seq, hash and content, lie in months that hold one stretch each, and verify with those that follow', async () => {
  const before = await owner.query<{ seq: string; hash: Buffer }>('select seq, hash from audit_entry order by seq');
  await migrate(url, {});
  const after = await owner.query<{ seq: string; hash: Buffer }>('select seq, hash from audit_entry order by seq');
  expect(after.rows).toEqual(before.rows);
  const months = await owner.query<{ month: string }>(`select to_char(month, 'YYYY-MM') as month from audit_entry order by seq limit 5`);
  expect(months.rows.map(({ month }) => month)).toEqual(['2026-08', '2026-08', '2026-09', '2026-09', '2026-10']);
  await append(owner, 100, 20);
  const seals = await openSeals();
  await seals.seal(owner);
  expect(await seals.verify(owner)).toMatchObject({ entries: 79, findings: [], sealed: { seq: 79 } });
});

it.each([
  [2, `system = 'other'`],
  [3, `operation = 'Other'`],
  [4, `phi_classes = '{}'`],
  [5, `at = at + interval '1 millisecond'`],
])('an altered old entry is named: %d', async (seq, change) => {
  const seals = await openSeals();
  const [kept] = (await owner.query('select * from audit_entry where seq = $1', [seq])).rows as [Record<string, unknown>];
  await owner.query(`update audit_entry set ${change} where seq = $1`, [seq]);
  expect(await seals.says(owner)).toEqual([`entry ${seq} was altered: what is stored does not give its hash`]);
  await owner.query('update audit_entry set system = $2, operation = $3, phi_classes = $4, at = $5 where seq = $1', [
    seq,
    kept['system'],
    kept['operation'],
    kept['phi_classes'],
    kept['at'],
  ]);
  expect(await seals.says(owner)).toEqual([]);
});
