/** The audit trail itself: durable, complete, in one gap-free chain, however many write at once. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openAudit, type AuditEntry } from '../../src/access/index.js';
import { asSystem, fixedClock, silentLog, toWireId, type Viewer } from '../../src/kernel/index.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';

let database: TestDatabase;
beforeAll(async () => (database = await testDatabase()));
afterAll(async () => await database.drop());

const uid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const viewer: Viewer = {
  userId: toWireId('usr', uid(1)),
  userUuid: uid(1),
  role: 'ADVOCATE',
  purpose: 'HOPERAT',
  departments: [],
  facility: null,
  tokenId: 'token-1',
};
const entry = (n: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  actor: viewer,
  requestId: `request-${n}`,
  action: 'READ',
  operation: 'PatientContext',
  personUid: uid(n),
  caseUid: null,
  phiClasses: ['IDENTITY', 'CLINICAL'],
  outcome: 'ALLOWED',
  withheldFields: [],
  ...more,
});
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

  it('verifies from the rows alone: each hash covers the entry and the hash before it', async () => {
    const [found] = await asOwner<{ broken: string; n: string }>(
      database.url,
      `${verify} select count(*) as n, count(*) filter (where hash is distinct from expected) as broken from worked_out`,
    );
    expect(found).toEqual({ n: String(await headOf()), broken: '0' });
  });

  it('shows a changed entry, and one that was taken out', async () => {
    const broken = async () =>
      (
        await asOwner<{ seq: string }>(
          database.url,
          `${verify} select seq from worked_out where hash is distinct from expected order by seq`,
        )
      ).map(({ seq }) => Number(seq));
    await asOwner(database.url, `update audit_entry set outcome = 'REFUSED' where seq = 5`);
    expect(await broken()).toEqual([5]);
    await asOwner(database.url, `update audit_entry set outcome = 'ALLOWED' where seq = 5`);
    expect(await broken()).toEqual([]);
    await asOwner(database.url, 'delete from audit_entry where seq = 9');
    expect(await broken()).toEqual([10]);
  });
});

const headOf = async (): Promise<number> => Number((await asOwner<{ seq: string }>(database.url, 'select seq from audit_head'))[0]?.seq);

/** The entry as it was hashed, made again from its row. */
const verify = `
  with told as (
    select seq, hash, lag(hash, 1, '\\x00'::bytea) over (order by seq) as before,
      jsonb_build_object('uid', uid, 'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'requestId', request_id, 'purpose', purpose, 'action', action, 'operation', operation,
        'personUid', person_uid, 'caseUid', case_uid, 'phiClasses', to_jsonb(phi_classes), 'outcome', outcome, 'withheldFields', to_jsonb(withheld_fields))
      || case when system is null then jsonb_build_object('userUid', user_uid, 'role', role, 'tokenId', token_id) else jsonb_build_object('system', system) end as entry
    from audit_entry),
  worked_out as (select *, sha256(before || convert_to(seq || entry::text, 'UTF8')) as expected from told)`;
