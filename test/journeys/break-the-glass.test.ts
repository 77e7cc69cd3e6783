/** A patient calls whose case a colleague holds, and the colleague is away. The advocate sees what is withheld and why, breaks
 *  the glass with a reason, sees what a case would have shown and no more; the privacy officer finds the access in the queue
 *  and in the trail, ends it, and it is gone at the next request. Over HTTP, each as their role. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { settleGrants } from '../../src/access/index.js';
import { openPool } from '../../src/store/index.js';
import { at, listAt, textAt } from '../support/answers.js';
import { testPolicy } from '../support/gateway.js';
import { openHttpGateway, type GraphQLBody, type HttpGateway } from '../support/http-gateway.js';
import { addLabelledRows, hiddenMark, maskedMark } from '../support/labelled-rows.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let gateway: HttpGateway;
let story: Story;
let officerUid: string;
let managerUid: string;

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  const [john] = await asOwner<{ id: string }>(database.url, `select id from patient_record where source_key = 'Patient/2'`);
  await addLabelledRows(database.url, { recordRow: john?.id ?? '', source: 'ehr' });
  const people = await asOwner<{ uid: string }>(
    database.url,
    `insert into directory_user (uid, name, role) values (gen_random_uuid(), 'Zz-Jun Zz-Spruce', 'PRIVACY_OFFICER'), (gen_random_uuid(), 'Zz-Dora Zz-Hazel', 'MANAGER') returning uid`,
  );
  [officerUid = '', managerUid = ''] = people.map(({ uid }) => uid);
  gateway = await openHttpGateway(database);
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

type Who = Parameters<HttpGateway['token']>[0];
const advocate = (): Who => ({ userUid: story.advocate.uid });
const officer = (): Who => ({ userUid: officerUid, role: 'PRIVACY_OFFICER', purpose: 'HCOMPL' });
async function ask(who: Who, query: string, variables: object = {}): Promise<GraphQLBody & { readonly text: string }> {
  const { json, text, status } = await gateway.post(await gateway.token(who), { query, variables });
  expect([status, json.errors]).toEqual([200, undefined]);
  return { ...json, text };
}
const patient = `query Read($id: ID!) { patient(id: $id) { name address
  encounters(first: 50) { totalCount nodes { start reason { display } withheld { field rule } } withheld { field reason rule remedy } }
  appointments(first: 50) { nodes { status } } conditions(first: 50) { nodes { code { code } } } claims(first: 50) { nodes { insurer payments { payer } } } coverages { payor }
  careTeam { name } timeline(first: 100) { nodes { kind title } } cases { nodes { number narrative } } balance { amount }
  withheld { field reason rule remedy } } }`;
const john = () => ({ id: `pat_${story.john.uid}` });
const breakGlass = `mutation Break($input: BreakGlassInput!) { breakGlass(input: $input) { __typename ... on Outcome { message }
  ... on GrantChanged { grant { id reason expiresAt overdue user { name } patient { name } reviewedBy { name } } } ... on Refused { code field } } }`;
const change = (name: 'revokeGrant' | 'reviewGrant') =>
  `mutation Change($input: GrantActionInput!) { ${name}(input: $input) { __typename ... on Outcome { message } ... on GrantChanged { grant { id revokedAt reviewedAt note reviewedBy { name } overdue } } ... on Refused { code } } }`;
const reason = 'He is at the desk, his complaint is with Olu, who is away today.';
const input = (more: object = {}) => ({ input: { patientId: john().id, reason, ...more } });
const queue = `query Queue($overdue: Boolean) { accessGrants(reviewed: false, overdue: $overdue) { totalCount nodes { id reason overdue user { name } patient { name } } } }`;
const trail = () =>
  asOwner<{ action: string; operation: string; outcome: string; personUid: string | null; grantUid: string | null; phiClasses: string[] }>(
    database.url,
    'select action, operation, outcome, purpose, person_uid as "personUid", grant_uid as "grantUid", phi_classes as "phiClasses" from audit_entry order by seq',
  );
let grantId: string;

describe('an advocate without a case of the patient', () => {
  it('reads the name, and of all else what is withheld, why, and what to do about it', async () => {
    const answer = await ask(advocate(), patient, john());
    expect(at(answer, 'patient.name')).toBe('Zz-John Zz-Doe');
    expect(at(answer, 'patient.encounters')).toEqual({
      totalCount: null,
      nodes: [],
      withheld: [{ field: 'nodes', reason: 'RELATIONSHIP', rule: 'context.related', remedy: expect.stringContaining('break the glass') }],
    });
    expect(listAt(answer, 'patient.withheld').map((row) => at(row, 'reason'))).toEqual(
      listAt(answer, 'patient.withheld').map(() => 'RELATIONSHIP'),
    );
    expect(answer.extensions).toBeUndefined();
  });

  it('cannot break the glass without a reason; the refusal is an answer, and is in the trail', async () => {
    const from = (await trail()).length;
    const answer = await ask(advocate(), breakGlass, input({ reason: '   ' }));
    expect(at(answer, 'breakGlass')).toEqual({
      __typename: 'Refused',
      code: 'BAD_INPUT',
      field: 'reason',
      message: expect.stringContaining('expected a reason'),
    });
    expect((await trail()).slice(from)).toMatchObject([
      { action: 'BREAK_GLASS', operation: 'breakGlass', outcome: 'REFUSED', personUid: null },
    ]);
  });

  it('breaks the glass with a reason, for an hour', async () => {
    const from = (await trail()).length;
    const answer = await ask(advocate(), breakGlass, input({ idempotencyKey: 'desk-1' }));
    expect(at(answer, 'breakGlass')).toMatchObject({
      __typename: 'GrantChanged',
      grant: { reason, overdue: false, user: { name: 'Zz-Ana Zz-Diaz' }, patient: { name: 'Zz-John Zz-Doe' }, reviewedBy: null },
    });
    grantId = textAt(answer, 'breakGlass.grant.id');
    const minutes = (Date.parse(textAt(answer, 'breakGlass.grant.expiresAt')) - Date.now()) / 60_000;
    expect(Math.round(minutes)).toBe(60);
    expect((await trail()).slice(from)).toMatchObject([
      { action: 'BREAK_GLASS', operation: 'breakGlass', outcome: 'ALLOWED', personUid: story.john.uid, grantUid: grantId.slice(6) },
    ]);
    const again = await ask(advocate(), breakGlass, input({ idempotencyKey: 'desk-1' }));
    expect(at(again, 'breakGlass.grant.id')).toBe(grantId);
  });

  it('then reads what a case would have shown: masked stays masked, of what is hidden there is no trace; and the answer says by which grant', async () => {
    const from = (await trail()).length;
    const answer = await ask(advocate(), patient, john());
    expect(answer.extensions).toEqual({ breakGlass: [grantId] });
    expect(at(answer, 'patient')).toMatchObject({
      address: '1 Zz Street',
      withheld: [{ field: 'balance', rule: 'sensitivity.masked' }],
      cases: { nodes: [{ narrative: 'They moved my appointment twice.' }] },
    });
    const visits = listAt(answer, 'patient.encounters.nodes');
    expect(visits.filter((visit) => at(visit, 'reason.display') === 'Knee')).toHaveLength(1);
    expect(visits.filter((visit) => at(visit, 'reason') === null).map((visit) => at(visit, 'withheld.0.rule'))).toEqual([
      'sensitivity.masked',
      'sensitivity.masked',
    ]);
    expect(at(answer, 'patient.encounters.totalCount')).toBe(3); // of seven: Part 2, psychotherapy notes and what is not labelled are not there
    expect(answer.text).not.toContain(hiddenMark);
    expect(answer.text).not.toContain(maskedMark);
    expect((await trail()).slice(from)).toMatchObject([
      { action: 'READ', operation: 'Read', personUid: story.john.uid, grantUid: grantId.slice(6), purpose: 'HOPERAT' },
    ]);
    expect((await trail()).slice(from)[0]?.phiClasses).toContain('CLINICAL');
  });

  it('is not marked where a case opens it, nor where nobody is asked about', async () => {
    const from = (await trail()).length;
    const maria = await ask(advocate(), patient, { id: `pat_${story.maria.uid}` });
    const me = await ask(advocate(), '{ me { role breakGlass { id } } }');
    expect([maria.extensions, me.extensions]).toEqual([undefined, undefined]);
    expect(at(me, 'me')).toEqual({ role: 'ADVOCATE', breakGlass: [{ id: grantId }] });
    expect((await trail()).slice(from)[0]).toMatchObject({ personUid: story.maria.uid, grantUid: null });
  });
});

describe('the privacy officer', () => {
  it('was told at once, in the hub and without a name', async () => {
    const told = await asOwner(
      database.url,
      'select u.uid, r.reason, r.status from reminder r join directory_user u on u.id = r.recipient_id where r.grant_id is not null',
    );
    expect(told).toEqual([{ uid: officerUid, reason: 'A break-glass access waits for your review.', status: 'SENT' }]);
  });

  it('finds the access in the queue, with the reason, and nobody else does', async () => {
    const answer = await ask(officer(), queue);
    expect(at(answer, 'accessGrants')).toEqual({
      totalCount: 1,
      nodes: [{ id: grantId, reason, overdue: false, user: { name: 'Zz-Ana Zz-Diaz' }, patient: { name: 'Zz-John Zz-Doe' } }],
    });
    for (const who of [advocate(), { userUid: story.other.uid }, { userUid: managerUid, role: 'MANAGER' }])
      expect(at(await ask(who, queue), 'accessGrants')).toEqual({ totalCount: null, nodes: [] });
    const byId = 'query ($id: ID!) { node(id: $id) { ... on AccessGrant { reason } } }';
    expect(at(await ask(officer(), byId, { id: grantId }), 'node')).toEqual({ reason });
    expect(at(await ask(advocate(), byId, { id: grantId }), 'node')).toEqual({ reason });
    expect(at(await ask({ userUid: story.other.uid }, byId, { id: grantId }), 'node')).toBeNull();
  });

  it('finds the entries in the trail: the breaking, and the reading that followed', async () => {
    const rows = await asOwner(
      database.url,
      `select action, operation, outcome from audit_entry where person_uid = $1 and user_uid = $2 and operation in ('breakGlass', 'Read') order by seq`,
      [story.john.uid, story.advocate.uid],
    );
    expect(rows).toEqual([
      { action: 'READ', operation: 'Read', outcome: 'PARTLY_WITHHELD' },
      { action: 'BREAK_GLASS', operation: 'breakGlass', outcome: 'ALLOWED' },
      { action: 'READ', operation: 'breakGlass', outcome: 'ALLOWED' }, // sent again: what it once did is told
      { action: 'READ', operation: 'Read', outcome: 'PARTLY_WITHHELD' },
    ]);
  });

  it('ends it: at the next request all is closed as before', async () => {
    const answer = await ask(officer(), change('revokeGrant'), { input: { grantId, note: 'Olu is back.' } });
    expect(at(answer, 'revokeGrant')).toMatchObject({
      __typename: 'GrantChanged',
      grant: { id: grantId, revokedAt: expect.stringMatching(/Z$/) },
    });
    const read = await ask(advocate(), patient, john());
    expect(read.extensions).toBeUndefined();
    expect(at(read, 'patient.encounters')).toMatchObject({ totalCount: null, nodes: [] });
    expect(at(read, 'patient.address')).toBeNull();
    expect(at(await ask(advocate(), '{ me { breakGlass { id } } }'), 'me.breakGlass')).toEqual([]);
  });

  it('reviews it, which the advocate cannot, and the queue is empty', async () => {
    expect(at(await ask(advocate(), change('reviewGrant'), { input: { grantId } }), 'reviewGrant')).toMatchObject({
      __typename: 'Refused',
      code: 'NOT_PERMITTED',
    });
    const from = (await trail()).length;
    const answer = await ask(officer(), change('reviewGrant'), { input: { grantId, note: 'In order.' } });
    expect(at(answer, 'reviewGrant.grant')).toMatchObject({
      note: 'In order.',
      reviewedAt: expect.stringMatching(/Z$/),
      reviewedBy: { name: 'Zz-Jun Zz-Spruce' },
      overdue: false,
    });
    expect((await trail()).slice(from)).toMatchObject([
      { action: 'UPDATE', operation: 'reviewGrant', personUid: story.john.uid, grantUid: grantId.slice(6) },
    ]);
    expect(at(await ask(officer(), queue), 'accessGrants.totalCount')).toBe(0);
  });
});

describe('an access that nobody ends or reviews', () => {
  it('ends by itself, and its overdue review goes up: to the officer, then to the manager', async () => {
    const made = await ask(advocate(), breakGlass, input({ minutes: 1 }));
    const id = textAt(made, 'breakGlass.grant.id');
    expect(at(await ask(advocate(), patient, john()), 'patient.address')).toBe('1 Zz Street');
    await asOwner(
      database.url,
      `update access_grant set granted_at = now() - interval '3 days', expires_at = now() - interval '2 days', review_due_at = now() - interval '25 hours' where uid = $1`,
      [id.slice(6)],
    );
    expect(at(await ask(advocate(), patient, john()), 'patient.address')).toBeNull(); // no worker has run
    expect(at(await ask(officer(), queue, { overdue: true }), 'accessGrants.nodes')).toMatchObject([{ id, overdue: true }]);

    const pool = openPool(database.workerUrl, { max: 1, name: 'test' });
    expect(await settleGrants(pool, testPolicy.glass)).toEqual({ ended: 1, told: 2 });
    await pool.end();
    const told = await asOwner(
      database.url,
      `select u.uid, r.escalation_level as level from reminder r join directory_user u on u.id = r.recipient_id join access_grant g on g.id = r.grant_id where g.uid = $1 order by level`,
      [id.slice(6)],
    );
    expect(told).toEqual([
      { uid: officerUid, level: 0 },
      { uid: officerUid, level: 1 },
      { uid: managerUid, level: 2 },
    ]);
    expect(await asOwner(database.url, `select system, action, operation from audit_entry where operation = 'endGrant'`)).toEqual([
      { system: 'scope', action: 'SYSTEM', operation: 'endGrant' },
    ]);
  });
});

it('no reason, no name and nothing of a patient stands in the log', () => {
  expect(gateway.logged()).not.toMatch(/Zz-|at the desk|Knee|Zz Street/);
});
