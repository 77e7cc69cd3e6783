/** The audit trail itself: durable, complete, in one gap-free chain, however many write at once. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openAudit } from '../../src/access/index.js';
import { asSystem, fixedClock, silentLog } from '../../src/kernel/index.js';
import { openPool } from '../../src/store/index.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { entry, openSeals, uid } from './trail.js';

let database: TestDatabase;
beforeAll(async () => (database = await testDatabase()));
afterAll(async () => await database.drop());

const open = () => openAudit(database.gatewayUrl, { log: silentLog, clock: fixedClock('2026-11-23T14:00:00.123Z') });

describe('an entry', () => {
  it('says who, as what, for which purpose, what was done, of whom and what was withheld', async () => {
    const audit = open();
    await audit.record([entry(7, { caseUid: uid(8), outcome: 'PARTLY_WITHHELD', withheldFields: ['sensitivity.masked', 'alerts'] })]);
    await audit.record([entry(9, { actor: asSystem('scope', 'HSYSADMIN'), action: 'SYSTEM', operation: null, personUid: null })]);
    await audit.close();
    const rows = await asOwner(
      database.url,
      `select *, to_char(at, 'YYYY-MM-DD HH24:MI:SS.MS') as at from audit_entry where request_id in ('request-7', 'request-9') order by seq`,
    );
    expect(rows[0]).toMatchObject({
      at: '2026-11-23 14:00:00.123',
      user_uid: uid(1),
      system: null,
      role: 'ADVOCATE',
      purpose: 'HOPERAT',
      token_id: 'token-1',
      action: 'READ',
      operation: 'PatientContext',
      person_uid: uid(7),
      case_uid: uid(8),
      phi_classes: ['IDENTITY', 'CLINICAL'],
      outcome: 'PARTLY_WITHHELD',
      withheld_fields: ['sensitivity.masked', 'alerts'],
    });
    expect(rows[1]).toMatchObject({
      user_uid: null,
      system: 'scope',
      role: null,
      purpose: 'HSYSADMIN',
      token_id: null,
      action: 'SYSTEM',
      person_uid: null,
    });
  });

  it('is there for others to read as soon as `record` is done', async () => {
    const audit = open();
    for (let n = 100; n < 110; n += 1) {
      await audit.record([entry(n)]);
      expect(await asOwner(database.url, 'select 1 from audit_entry where request_id = $1', [`request-${n}`])).toHaveLength(1);
    }
    await audit.close();
  });

  it('that cannot be written fails whoever waits for it', async () => {
    const audit = open();
    await expect(audit.record([entry(1, { personUid: 'nobody' })])).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await audit.record([entry(1000)]); // the next one is written
    await audit.close();
    const shut = openAudit(database.gatewayUrl.replace('test@', 'wrong@'), { log: silentLog });
    await expect(shut.record([entry(1)])).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await shut.close();
  });
});

describe('the chain', () => {
  it('is one sequence without gaps though several gateways write at once, and many entries share a commit', async () => {
    const before = await headOf();
    const gateways = [open(), open(), open()];
    await Promise.all(
      Array.from({ length: 150 }, async (_, n) =>
        gateways[n % 3]?.record(n % 10 === 0 ? [entry(200 + n), entry(500 + n)] : [entry(200 + n)]),
      ),
    );
    await Promise.all(gateways.map((audit) => audit.close()));
    const rows = await asOwner<{ seq: string; request: string; commit: string }>(
      database.url,
      'select seq, request_id as request, xmin as commit from audit_entry where seq > $1 order by seq',
      [before],
    );
    expect(rows).toHaveLength(165);
    expect(rows.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: 165 }, (_, n) => before + 1 + n));
    expect(new Set(rows.map(({ request }) => request)).size).toBe(165);
    expect(new Set(rows.map(({ commit }) => commit)).size).toBeLessThan(30);
    expect(await headOf()).toBe(before + 165);
  });

  it('is verified from the rows alone', async () => {
    const seals = await openSeals();
    const pool = openPool(database.workerUrl, { max: 1, name: 'test' });
    try {
      expect(await seals.verify(pool)).toMatchObject({ entries: await headOf(), findings: [] });
    } finally {
      await pool.end();
    }
  });
});

describe('a role of the hub', () => {
  const roles = ['hub_gateway', 'hub_worker'];
  const trail = `select c.relname from pg_class c where c.relnamespace = 'hub'::regnamespace and (c.relname = 'audit_head' or c.relname like 'audit_entry%') and c.relkind in ('r', 'p')`;

  it('has no right to write, change, remove or empty the trail, its months or its head: it is appended to by the function alone', async () => {
    const tables = await asOwner<{ relname: string }>(database.url, trail);
    expect(tables.length).toBeGreaterThan(5);
    const granted = await asOwner(
      database.url,
      `select r.role, t.relname, p.what from unnest($1::text[]) r(role), (${trail}) t, unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p(what)
       where has_table_privilege(r.role, 'hub.' || t.relname, p.what)`,
      [roles],
    );
    expect(granted).toEqual([]);
    const columns = await asOwner(
      database.url,
      `select r.role, t.relname from unnest($1::text[]) r(role), (${trail}) t where has_any_column_privilege(r.role, 'hub.' || t.relname, 'INSERT,UPDATE')`,
      [roles],
    );
    expect(columns).toEqual([]);
    const owned = await asOwner(database.url, `select 1 from pg_class where pg_get_userbyid(relowner) = any($1)`, [roles]);
    expect(owned).toEqual([]);
  });

  it.each(['gatewayUrl', 'workerUrl'] as const)('is refused by the database (%s), whatever it tries', async (as) => {
    const pool = openPool(database[as], { max: 1, name: 'test' });
    const tries = [
      `update audit_entry set outcome = 'ALLOWED'`,
      'delete from audit_entry',
      'truncate audit_entry',
      `insert into audit_entry (seq, month, uid, at, request_id, purpose, action, outcome, hash) select 9999, month, gen_random_uuid(), now(), 'x', 'x', 'x', 'x', '' from audit_head`,
      'update audit_head set seq = 0',
      'delete from audit_head',
      'drop table audit_entry',
      'alter table audit_entry disable row level security',
      'create or replace function append_audit(entries jsonb) returns bigint language sql as $$ select 1 $$',
    ];
    for (const attempt of tries) await expect(pool.query(attempt)).rejects.toMatchObject({ code: '42501' });
    await pool.end();
  });

  it('of a gateway reads no entry without the settings of a viewer', async () => {
    const pool = openPool(database.gatewayUrl, { max: 1, name: 'test' });
    await expect(pool.query('select * from audit_entry')).rejects.toMatchObject({ code: '42704' });
    await pool.end();
  });
});

describe('an entry among others', () => {
  it('that cannot be written fails nobody else who waits in the same commit', async () => {
    const audit = open();
    const first = audit.record([entry(3000)]); // in flight; the next three share a commit
    const results = await Promise.allSettled([
      audit.record([entry(3001)]),
      audit.record([entry(1, { personUid: 'nobody' })]),
      audit.record([entry(3002)]),
    ]);
    await first;
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await audit.close();
  });

  it('of a break-glass grant names the grant, and the hash covers it', async () => {
    const audit = open();
    await audit.record([entry(3010, { grantUid: uid(77) })]);
    await audit.close();
    expect(await asOwner(database.url, `select grant_uid from audit_entry where request_id = 'request-3010'`)).toEqual([
      { grant_uid: uid(77) },
    ]);
  });
});

const headOf = async (): Promise<number> => Number((await asOwner<{ seq: string }>(database.url, 'select seq from audit_head'))[0]?.seq);
