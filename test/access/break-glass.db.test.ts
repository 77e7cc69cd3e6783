/** The acts on break-glass access, with the gateway's own role and row-level security: who may, with which reason, for how
 *  long, for whom; what a grant opens and what it never does; and that it does not widen when persons are linked anew. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Pool } from 'pg';
import { grantActs, planFor, type GrantActs, type GrantOutcome } from '../../src/access/index.js';
import type { RowId } from '../../src/kernel/index.js';
import { openPool } from '../../src/store/index.js';
import { at, listAt } from '../support/answers.js';
import { openTestGateway, testPolicy, type Asking, type TestGateway } from '../support/gateway.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let gateway: TestGateway;
let pool: Pool;
let story: Story;
let officer: Asking['user'];
let secondOfficer: Asking['user'];

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  [officer, secondOfficer] = (await asOwner(
    database.url,
    `insert into directory_user (uid, name, role, active) values (gen_random_uuid(), 'Zz-Jun', 'PRIVACY_OFFICER', true), (gen_random_uuid(), 'Zz-Ida', 'PRIVACY_OFFICER', true), (gen_random_uuid(), 'Zz-Gone', 'PRIVACY_OFFICER', false) returning uid, id as row`,
  )) as unknown as [Asking['user'], Asking['user']];
  pool = openPool(database.gatewayUrl, { max: 4, name: 'test' });
  gateway = openTestGateway(database.gatewayUrl);
});
afterEach(async () => {
  await asOwner(database.url, 'delete from reminder where grant_id is not null');
  await asOwner(database.url, 'delete from grant_request');
  await asOwner(database.url, 'delete from access_grant');
  await asOwner(database.url, `update person_link set assurance = 'CERTAIN'`);
});
afterAll(async () => {
  await pool.end();
  await gateway.close();
  await database.drop();
});

const acting = (who: Asking): GrantActs =>
  grantActs({
    pool,
    plan: planFor(testPolicy, who, 1),
    viewer: { userRow: who.user.row as RowId, departmentRows: (who.departments ?? []).map(({ row }) => row as RowId), facilityRow: null },
  });
const advocate = (): Asking => ({ role: 'ADVOCATE', purpose: 'HOPERAT', user: story.advocate });
const reviewer = (): Asking => ({ role: 'PRIVACY_OFFICER', purpose: 'HCOMPL', user: officer });
const reason = 'Her daughter is on the line and asks about tonight.';
const forJohn = () => ({ patientId: `pat_${story.john.uid}`, reason });
const refused = (code: string, field?: string) => expect.objectContaining({ outcome: 'refused', code, ...(field ? { field } : {}) });
const changed = (outcome: GrantOutcome): string => {
  if (outcome.outcome !== 'changed') throw new Error(`expected a grant, found ${outcome.code}`);
  return `grant_${outcome.grantUid}`;
};
const grants = () => asOwner(database.url, 'select * from access_grant order by id');
const visits = async (who: Asking, uid: string): Promise<unknown> =>
  at(
    await gateway.ask(who, 'query ($id: ID!) { patient(id: $id) { encounters { totalCount } } }', { id: `pat_${uid}` }),
    'patient.encounters.totalCount',
  );

describe('breaking the glass', () => {
  it('opens the patient, for the minutes that were asked for, and records who, why and as what', async () => {
    expect(await visits(advocate(), story.john.uid)).toBeNull();
    const before = Date.now();
    await acting(advocate()).breakGlass({ ...forJohn(), minutes: 30 });
    expect(await visits(advocate(), story.john.uid)).toBe(1);
    const [grant] = await grants();
    expect(grant).toMatchObject({ reason, role: 'ADVOCATE', purpose: 'HOPERAT', revoked_at: null, reviewed_at: null, ended_at: null });
    const minutes = ((grant?.['expires_at'] as Date).getTime() - before) / 60_000;
    expect(minutes).toBeGreaterThan(29.9);
    expect(minutes).toBeLessThan(30.1);
    const hours = ((grant?.['review_due_at'] as Date).getTime() - before) / 3_600_000;
    expect(Math.round(hours)).toBe(testPolicy.glass.reviewWithinHours);
  });

  it('takes the minutes of the policy where none are said', async () => {
    await acting(advocate()).breakGlass({ ...forJohn(), minutes: null });
    const [grant] = await grants();
    expect(Math.round(((grant?.['expires_at'] as Date).getTime() - (grant?.['granted_at'] as Date).getTime()) / 60_000)).toBe(60);
  });

  it.each([
    ['', 'reason'],
    ['   \n\t ', 'reason'],
    ['urgent', 'reason'],
    ['. . . . . . . . . . . . . . . . . . . . .', 'reason'],
    ['x'.repeat(2_001), 'reason'],
    [`${reason}\u0000`, 'reason'],
  ])('is refused for the reason %j, and the refusal does not repeat it', async (text, field) => {
    const outcome = await acting(advocate()).breakGlass({ ...forJohn(), reason: text });
    expect(outcome).toEqual(refused('BAD_INPUT', field));
    if (text.trim()) expect(JSON.stringify(outcome)).not.toContain(text.slice(0, 12));
    expect(await grants()).toEqual([]);
  });

  it.each([0, -5, 241, 1.5, 1e9])('is refused for %p minutes, and the most is said', async (minutes) => {
    expect(await acting(advocate()).breakGlass({ ...forJohn(), minutes })).toEqual({
      outcome: 'refused',
      code: 'BAD_INPUT',
      field: 'minutes',
      message: 'minutes: expected a whole number from 1 to 240.',
    });
  });

  it('is for roles with the capability only, whatever they see otherwise', async () => {
    for (const [role, { purposes, capabilities }] of testPolicy.roles) {
      const who: Asking = { role, purpose: [...purposes][0] ?? '', user: story.other };
      const outcome = await acting(who).breakGlass(forJohn());
      expect([role, outcome.outcome]).toEqual([role, capabilities.has('BREAK_GLASS') ? 'changed' : 'refused']);
      if (outcome.outcome === 'refused') expect(outcome.code).toBe('NOT_PERMITTED');
    }
  });

  it('is as if there were nobody for an id that is absent, of another kind, hidden, or no id', async () => {
    await asOwner(database.url, `insert into person (uid) values ('00000000-0000-4000-8000-0000000000aa')`);
    for (const patientId of [
      'pat_00000000-0000-4000-8000-00000000dead',
      `case_${story.john.caseUid}`,
      'pat_00000000-0000-4000-8000-0000000000aa',
      "' or 1=1",
      '',
    ])
      // prettier-ignore
      expect(await acting(advocate()).breakGlass({ patientId, reason })).toEqual(refused('NOT_FOUND', 'patientId'));
    await asOwner(database.url, `update patient_record set label_mask = 1 where source_key = 'Patient/2'`);
    try {
      expect(await acting(advocate()).breakGlass(forJohn())).toEqual(refused('NOT_FOUND', 'patientId'));
    } finally {
      await asOwner(database.url, `update patient_record set label_mask = 0 where source_key = 'Patient/2'`);
    }
  });

  it('is for somebody whose identity the viewer is shown: by relation, where the role asks for one', async () => {
    const policy = { ...testPolicy, roles: new Map([...testPolicy.roles].map(([role, row]) => [role, { ...row, capabilities: new Set([...row.capabilities, 'BREAK_GLASS' as const]) }])) }; // prettier-ignore
    const responder = (personUid: string) =>
      grantActs({
        pool,
        plan: planFor(policy, { role: 'RESPONDER', purpose: 'HOPERAT' }, 1),
        viewer: { userRow: story.advocate.row as RowId, departmentRows: [], facilityRow: null },
      }).breakGlass({ patientId: `pat_${personUid}`, reason });
    expect(await responder(story.john.uid)).toEqual(refused('NOT_FOUND', 'patientId'));
    expect(await responder(story.maria.uid)).toMatchObject({ outcome: 'changed' });
  });

  it('tells every reviewer at once, but not who broke the glass nor who has left, and in words that name nobody', async () => {
    await acting(advocate()).breakGlass(forJohn());
    const told = await asOwner(
      database.url,
      'select recipient_id, rule, reason, status, escalation_level, case_id from reminder where grant_id is not null order by recipient_id',
    );
    expect(told).toEqual(
      [officer.row, secondOfficer.row].map((row) => ({
        recipient_id: row,
        rule: 'glass.broken',
        reason: 'A break-glass access waits for your review.',
        status: 'SENT',
        escalation_level: 0,
        case_id: null,
      })),
    );
  });

  it('twice under one key is once; the same key for another request is refused', async () => {
    const acts = acting(advocate());
    const both = await Promise.all([
      acts.breakGlass({ ...forJohn(), idempotencyKey: 'k' }),
      acts.breakGlass({ ...forJohn(), idempotencyKey: 'k' }),
    ]);
    expect(both[0]).toEqual(both[1]);
    expect(await grants()).toHaveLength(1);
    expect(await acts.breakGlass({ ...forJohn(), minutes: 5, idempotencyKey: 'k' })).toEqual(refused('BAD_INPUT', 'idempotencyKey'));
    expect(await acting({ ...advocate(), user: story.other }).breakGlass({ ...forJohn(), idempotencyKey: 'k' })).toMatchObject({
      outcome: 'changed',
    });
    expect(await grants()).toHaveLength(2);
  });
});

describe('a grant', () => {
  const everything = `query ($id: ID!) { patient(id: $id) { contactPoints { value } encounters { nodes { status } } appointments { totalCount } claims { totalCount } cases { nodes { number narrative } } timeline { nodes { kind } } } }`;

  it("opens also the complaint about the patient, for reading; another's case is not changed by it", async () => {
    await acting(advocate()).breakGlass(forJohn());
    const answer = await gateway.ask(advocate(), everything, { id: `pat_${story.john.uid}` });
    expect(at(answer, 'patient')).toMatchObject({
      contactPoints: [{ value: '555-0100' }],
      cases: { nodes: [{ number: 'PR-2026-0002', narrative: 'They moved my appointment twice.' }] },
    });
    const byCase = await gateway.ask(advocate(), 'query ($id: ID!) { case(id: $id) { narrative patient { address } } }', {
      id: `case_${story.john.caseUid}`,
    });
    expect(at(byCase, 'case')).toEqual({ narrative: 'They moved my appointment twice.', patient: { address: '1 Zz Street' } });
  });

  it('opens nothing to anybody else, and no other patient', async () => {
    await acting(advocate()).breakGlass(forJohn());
    await asOwner(database.url, 'update case_file set assigned_to = $1', [officer.row]);
    try {
      expect(await visits({ ...advocate(), user: story.other }, story.john.uid)).toBeNull();
      expect(await visits(advocate(), story.maria.uid)).toBeNull();
      expect(await visits(advocate(), story.john.uid)).toBe(1);
    } finally {
      await asOwner(
        database.url,
        `update case_file set assigned_to = case when number = 'PR-2026-0001' then $1::bigint else $2::bigint end`,
        [story.advocate.row, story.other.row],
      );
    }
  });

  it('lifts no label: what is masked stays masked, what is hidden stays hidden', async () => {
    await acting({ ...advocate(), user: story.other }).breakGlass({ patientId: `pat_${story.maria.uid}`, reason });
    const answer = await gateway.ask(
      { ...advocate(), user: story.other },
      'query ($id: ID!) { patient(id: $id) { encounters { totalCount nodes { start reason { display } withheld { rule } } } } }',
      { id: `pat_${story.maria.uid}` },
    );
    expect(at(answer, 'patient.encounters')).toEqual({
      totalCount: 2,
      nodes: [
        { start: '2026-11-02T09:00:00.000Z', reason: { display: 'Chest pain' }, withheld: [] },
        { start: '2026-11-01T09:00:00.000Z', reason: null, withheld: [{ rule: 'sensitivity.masked' }] },
      ],
    });
  });

  it('opens what the policy gives by it only: to another role of the same person nothing more', async () => {
    await acting(advocate()).breakGlass(forJohn());
    for (const [role, purpose] of [
      ['RESPONDER', 'HOPERAT'],
      ['BILLING_SPECIALIST', 'HPAYMT'],
      ['PRIVACY_OFFICER', 'HCOMPL'],
    ] as const)
      // prettier-ignore
      expect([role, at(await gateway.ask({ role, purpose, user: story.advocate }, everything, { id: `pat_${story.john.uid}` }), 'patient.claims.totalCount')]).toEqual([role, null]);
  });

  it('holds until its time is over, by the real clock, whatever the business clock says and whether or not a worker runs', async () => {
    await acting(advocate()).breakGlass(forJohn());
    await asOwner(database.url, 'update business_clock set offset_ms = 86400000::bigint * 30');
    expect(await visits(advocate(), story.john.uid)).toBe(1);
    await asOwner(database.url, 'update business_clock set offset_ms = -86400000::bigint * 30');
    await asOwner(
      database.url,
      `update access_grant set granted_at = now() - interval '2 hours', expires_at = now() - interval '1 millisecond'`,
    );
    expect(await visits(advocate(), story.john.uid)).toBeNull();
    await asOwner(database.url, 'update business_clock set offset_ms = 0');
  });

  describe('is for the person as they were known then', () => {
    const moveRecord = (key: string, personUid: string) =>
      asOwner(
        database.url,
        `update person_link set person_id = (select id from person where uid = $2) where patient_record_id = (select id from patient_record where source_key = $1)`,
        [key, personUid],
      );

    it('a record that comes to the person, by a link or a merge, closes it; the new state asks for a new reason', async () => {
      await acting(advocate()).breakGlass(forJohn());
      await moveRecord('Patient/B1', story.john.uid);
      try {
        expect(await visits(advocate(), story.john.uid)).toBeNull();
        await acting(advocate()).breakGlass(forJohn());
        expect(await visits(advocate(), story.john.uid)).toBe(1);
      } finally {
        await moveRecord('Patient/B1', story.maria.uid);
      }
    });

    it('a record that is only probably theirs neither closes it nor is opened by it', async () => {
      await acting(advocate()).breakGlass(forJohn());
      await moveRecord('Patient/B1', story.john.uid);
      await asOwner(
        database.url,
        `update person_link set assurance = 'PROBABLE' where patient_record_id = (select id from patient_record where source_key = 'Patient/B1')`,
      );
      await asOwner(database.url, `update patient_record set address = 'Zz-Elsewhere' where source_key = 'Patient/B1'`);
      try {
        const answer = await gateway.ask(
          advocate(),
          'query ($id: ID!) { patient(id: $id) { encounters { totalCount } records { address } claims { totalCount } } }',
          { id: `pat_${story.john.uid}` },
        );
        expect(at(answer, 'patient')).toEqual({
          encounters: { totalCount: 1 },
          records: [{ address: '1 Zz Street' }, { address: null }],
          claims: { totalCount: 0 },
        });
      } finally {
        await moveRecord('Patient/B1', story.maria.uid);
      }
    });

    it('a record that turns out to be of somebody else takes its data along: neither of the two is opened by it', async () => {
      await asOwner(database.url, `insert into person (uid) values ('00000000-0000-4000-8000-0000000000bb') on conflict do nothing`);
      await acting(advocate()).breakGlass(forJohn());
      await moveRecord('Patient/2', '00000000-0000-4000-8000-0000000000bb');
      try {
        expect(await visits(advocate(), '00000000-0000-4000-8000-0000000000bb')).toBeNull();
      } finally {
        await moveRecord('Patient/2', story.john.uid);
      }
    });

    it('a label that is lifted later shows nothing that was not there when the reason was written', async () => {
      await moveRecord('Patient/B1', story.john.uid);
      await asOwner(database.url, `update patient_record set label_mask = 1 where source_key = 'Patient/B1'`);
      try {
        await acting(advocate()).breakGlass(forJohn());
        expect(await visits(advocate(), story.john.uid)).toBe(1);
        await asOwner(database.url, `update patient_record set label_mask = 0 where source_key = 'Patient/B1'`);
        expect(await visits(advocate(), story.john.uid)).toBeNull();
      } finally {
        await asOwner(database.url, `update patient_record set label_mask = 0 where source_key = 'Patient/B1'`);
        await moveRecord('Patient/B1', story.maria.uid);
      }
    });
  });
});

describe('ending and reviewing', () => {
  it('who broke the glass ends it, and the next request finds it closed', async () => {
    const grantId = changed(await acting(advocate()).breakGlass(forJohn()));
    expect(await visits(advocate(), story.john.uid)).toBe(1);
    expect(await acting(advocate()).revokeGrant({ grantId })).toMatchObject({ outcome: 'changed' });
    expect(await visits(advocate(), story.john.uid)).toBeNull();
    expect(await acting(advocate()).revokeGrant({ grantId })).toEqual(refused('GRANT_ENDED', 'grantId'));
  });

  it('a reviewer ends it; a colleague cannot, and is not told that it exists', async () => {
    const grantId = changed(await acting(advocate()).breakGlass(forJohn()));
    expect(await acting({ ...advocate(), user: story.other }).revokeGrant({ grantId })).toEqual(refused('NOT_FOUND', 'grantId'));
    expect(
      await acting({ ...advocate(), user: story.other }).revokeGrant({ grantId: 'grant_00000000-0000-4000-8000-00000000dead' }),
    ).toEqual(refused('NOT_FOUND', 'grantId'));
    expect(await acting(reviewer()).revokeGrant({ grantId, note: 'Not needed.' })).toMatchObject({ outcome: 'changed' });
    expect(await grants()).toMatchObject([{ revoked_by: officer.row, revoke_note: 'Not needed.' }]);
    expect(await visits(advocate(), story.john.uid)).toBeNull();
  });

  it('one that has run out is not ended once more', async () => {
    const grantId = changed(await acting(advocate()).breakGlass(forJohn()));
    await asOwner(database.url, `update access_grant set granted_at = now() - interval '2 hours', expires_at = now() - interval '1 hour'`);
    expect(await acting(advocate()).revokeGrant({ grantId })).toEqual(refused('GRANT_ENDED', 'grantId'));
  });

  it('a review records who, when and what was noted, and what was told is done with; once', async () => {
    const grantId = changed(await acting(advocate()).breakGlass(forJohn()));
    expect(await acting(reviewer()).reviewGrant({ grantId, note: ' Spoke with her. ' })).toMatchObject({
      outcome: 'changed',
      message: 'The review is recorded.',
    });
    expect(await grants()).toMatchObject([
      { reviewed_by: officer.row, review_note: 'Spoke with her.', reviewed_at: expect.any(Date), revoked_at: null },
    ]);
    expect(await asOwner(database.url, 'select distinct status from reminder where grant_id is not null')).toEqual([{ status: 'DONE' }]);
    expect(await acting({ ...reviewer(), user: secondOfficer }).reviewGrant({ grantId })).toEqual(refused('GRANT_ENDED', 'grantId'));
  });

  it('is for who reviews access, and never for who broke the glass', async () => {
    const grantId = changed(await acting(advocate()).breakGlass(forJohn()));
    expect(await acting(advocate()).reviewGrant({ grantId })).toEqual(refused('NOT_PERMITTED'));
    await asOwner(database.url, 'update access_grant set user_id = $1', [officer.row]);
    expect(await acting(reviewer()).reviewGrant({ grantId })).toEqual(refused('NOT_PERMITTED', 'grantId'));
    await expect(asOwner(database.url, 'update access_grant set reviewed_by = user_id, reviewed_at = now()')).rejects.toThrow(
      /access_grant_reviewed_by_another/,
    );
    expect(await acting({ ...reviewer(), user: secondOfficer }).reviewGrant({ grantId })).toMatchObject({ outcome: 'changed' });
  });

  it('under one key is done once and answered the same again', async () => {
    const grantId = changed(await acting(advocate()).breakGlass(forJohn()));
    const first = await acting(reviewer()).reviewGrant({ grantId, idempotencyKey: 'r' });
    expect(await acting(reviewer()).reviewGrant({ grantId, idempotencyKey: 'r' })).toEqual(first);
    expect(await acting(reviewer()).reviewGrant({ grantId, note: 'other', idempotencyKey: 'r' })).toEqual(
      refused('BAD_INPUT', 'idempotencyKey'),
    );
  });
});

describe("the gateway's role", () => {
  async function asGateway<T>(
    settings: Record<string, string>,
    work: (ask: (sql: string, values?: unknown[]) => Promise<Record<string, unknown>[]>) => Promise<T>,
  ): Promise<T> {
    const client = new pg.Client({ connectionString: database.gatewayUrl, options: '-c search_path=hub' });
    await client.connect();
    try {
      for (const [name, value] of Object.entries(settings)) await client.query('select set_config($1, $2, false)', [name, value]);
      return await work(async (sql, values = []) => (await client.query<Record<string, unknown>>(sql, values)).rows);
    } finally {
      await client.end();
    }
  }

  it('reads no grant without the settings of a viewer, nor with those that an earlier transaction left empty', async () => {
    await acting(advocate()).breakGlass(forJohn());
    for (const table of ['access_grant', 'grant_request'])
      await asGateway({ 'hub.hidden': '0' }, async (ask) => {
        await expect(ask(`select * from ${table}`)).rejects.toThrow(/hub\.viewer/);
        await ask(`begin; select set_config('hub.viewer', '${story.advocate.row}', true), set_config('hub.reviews', 'true', true); commit`);
        await expect(ask(`select * from ${table}`)).rejects.toThrow(/invalid input syntax/);
      });
  });

  it("reads a viewer's own, and all for who reviews", async () => {
    await acting(advocate()).breakGlass(forJohn());
    await acting({ ...advocate(), user: story.other }).breakGlass(forJohn());
    const count = (viewer: string, reviews: string) =>
      asGateway({ 'hub.viewer': viewer, 'hub.reviews': reviews }, async (ask) => (await ask('select 1 from access_grant')).length);
    expect(await Promise.all([count(story.advocate.row, 'false'), count(officer.row, 'false'), count(officer.row, 'true')])).toEqual([
      1, 0, 2,
    ]);
  });

  it('cannot break the glass for another, nor change reason, time or records of a grant, nor delete one', async () => {
    await acting(advocate()).breakGlass(forJohn());
    await asGateway({ 'hub.hidden': '0', 'hub.viewer': story.advocate.row, 'hub.reviews': 'false' }, async (ask) => {
      const forge = `insert into access_grant (user_id, role, purpose, person_id, record_ids, reason, granted_at, expires_at, review_due_at) select $1, 'ADVOCATE', 'HOPERAT', person_id, record_ids, reason, now(), now() + interval '1 hour', now() from access_grant`;
      await expect(ask(forge, [story.other.row])).rejects.toThrow(/row-level security/);
      for (const change of [
        `reason = 'x'`,
        `expires_at = now() + interval '1 year'`,
        `record_ids = '{}'`,
        'ended_at = null',
        'user_id = 1',
      ])
        await expect(ask(`update access_grant set ${change}`)).rejects.toThrow(/permission denied/);
      await expect(ask('delete from access_grant')).rejects.toThrow(/permission denied/);
    });
  });
});

describe('the queue', () => {
  it('shows reviewers who opened what and why, what waits and what is overdue; and nobody else that it exists', async () => {
    const first = changed(await acting(advocate()).breakGlass(forJohn()));
    const second = changed(await acting({ ...advocate(), user: story.other }).breakGlass({ patientId: `pat_${story.maria.uid}`, reason }));
    await asOwner(database.url, `update access_grant set review_due_at = now() - interval '1 minute' where uid = $1`, [first.slice(6)]);
    await acting(reviewer()).reviewGrant({ grantId: second });
    const queue =
      'query ($reviewed: Boolean, $overdue: Boolean) { accessGrants(reviewed: $reviewed, overdue: $overdue) { totalCount nodes { id reason overdue user { name } patient { name } reviewedBy { name } } withheld { field reason } } }';
    const ask = async (who: Asking, variables = {}) => at(await gateway.ask(who, queue, variables), 'accessGrants');
    expect(await ask(reviewer())).toEqual({
      totalCount: 2,
      nodes: [
        {
          id: second,
          reason,
          overdue: false,
          user: { name: 'Zz-Olu Zz-Okoro' },
          patient: { name: 'Zz-Maria Zz-Lopez' },
          reviewedBy: { name: 'Zz-Jun' },
        },
        { id: first, reason, overdue: true, user: { name: 'Zz-Ana Zz-Diaz' }, patient: { name: 'Zz-John Zz-Doe' }, reviewedBy: null },
      ],
      withheld: [],
    });
    const ids = async (variables: object): Promise<unknown[]> =>
      listAt(await gateway.ask(reviewer(), queue, { ...variables }), 'accessGrants.nodes').map((node) => at(node, 'id'));
    expect([
      await ids({ reviewed: true }),
      await ids({ reviewed: false }),
      await ids({ overdue: true }),
      await ids({ overdue: false }),
    ]).toEqual([[second], [first], [first], [second]]);
    expect(await ask(advocate())).toEqual({ totalCount: null, nodes: [], withheld: [{ field: 'nodes', reason: 'ROLE' }] });
  });

  it('shows a viewer their own access that holds now', async () => {
    const grantId = changed(await acting(advocate()).breakGlass(forJohn()));
    await asOwner(
      database.url,
      `insert into access_grant (user_id, role, purpose, person_id, record_ids, reason, granted_at, expires_at, review_due_at) select user_id, role, purpose, person_id, record_ids, 'Long ago, for another caller.', granted_at - interval '1 day', granted_at - interval '1 hour', review_due_at from access_grant`,
    );
    const me =
      '{ me { user { name departments { name } facility { name } } role purpose may breakGlass { id patient { name } expiresAt } } }';
    expect(at(await gateway.ask(advocate(), me), 'me')).toEqual({
      user: { name: 'Zz-Ana Zz-Diaz', departments: [], facility: { name: 'Zz General' } },
      role: 'ADVOCATE',
      purpose: 'HOPERAT',
      may: ['READ_CASES', 'WRITE_CASES', 'READ_IDENTITY', 'READ_CLINICAL', 'READ_SCHEDULING', 'READ_BILLING', 'BREAK_GLASS'],
      breakGlass: [{ id: grantId, patient: { name: 'Zz-John Zz-Doe' }, expiresAt: expect.stringMatching(/Z$/) }],
    });
    expect(at(await gateway.ask(reviewer(), me), 'me')).toMatchObject({ role: 'PRIVACY_OFFICER', purpose: 'HCOMPL', breakGlass: [] });
  });
});
