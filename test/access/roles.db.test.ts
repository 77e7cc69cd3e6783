/** Every role of the policy against every document of schema/operations: it is answered, and with no more than its rules
 *  allow; what a role is denied is not even in the statement. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { packageRoot } from '../../src/kernel/index.js';
import { at, listAt } from '../support/answers.js';
import { openTestGateway, operation, testPolicy, type Asking, type TestGateway } from '../support/gateway.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let gateway: TestGateway;
let story: Story;

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  // Shared with the department of everybody who asks here.
  await asOwner(database.url, 'insert into case_department (case_id, department_id) select id, $1 from case_file where uid = $2', [
    story.department.row,
    story.maria.caseUid,
  ]);
  gateway = openTestGateway(database.gatewayUrl);
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

const documents = readdirSync(join(packageRoot, 'schema/operations')).map((file) => basename(file, '.graphql'));
const queries = documents.filter((name) => operation(name).includes('query '));
const rolesAndPurposes = [...testPolicy.roles].flatMap(([role, { purposes }]) => [...purposes].map((purpose) => ({ role, purpose })));

const asking = (role: string, purpose: string): Asking => ({
  role,
  purpose,
  user: story.advocate,
  departments: [story.department],
  facility: story.facility,
});
const variablesOf = (): Record<string, unknown> => ({
  caseId: `case_${story.maria.caseUid}`,
  id: `pat_${story.maria.uid}`,
  search: { identifier: 'Patient/1' },
});

/** What the story says of Maria that must not reach somebody who may not know her. */
const said = ['Zz-Maria', 'Zz-Lopez', '1959-02-03', '555-0100', '1 Zz Street', 'They moved my appointment', 'Moved twice', 'Called back'];

describe.each(rolesAndPurposes)('$role asking under $purpose', ({ role, purpose }) => {
  it.each(queries)('is answered %s without an error, on either way of execution', async (name) => {
    // At one moment, just after the sources were read: how many seconds ago that was is in the answer.
    await asOwner(database.url, 'update source set last_success_at = now() where last_success_at is not null');
    const [compiled, interpreted] = await Promise.all([
      gateway.ask(asking(role, purpose), operation(name), variablesOf()),
      gateway.ask(asking(role, purpose), operation(name), variablesOf(), 'interpreted'),
    ]);
    expect(compiled.errors).toBeUndefined();
    expect(interpreted.data).toEqual(compiled.data);
  });
});

describe('an analyst', () => {
  it.each(queries)('reads no name, birth date, contact or narrative from %s', async (name) => {
    const answer = await gateway.ask(asking('ANALYST', 'HQUALIMP'), operation(name), variablesOf());
    const text = JSON.stringify(answer.data);
    expect(said.filter((word) => text.includes(word))).toEqual([]);
    expect(answer.context.trail.refused).toBe(true);
  });

  it('is answered single objects with null, and lists empty with the reason', async () => {
    const analyst = asking('ANALYST', 'HQUALIMP');
    const denied = [{ field: 'nodes', reason: 'ROLE' }];
    expect((await gateway.ask(analyst, operation('patient-context'), variablesOf())).data).toEqual({ case: null });
    expect((await gateway.ask(analyst, operation('timeline'), variablesOf())).data).toEqual({ patient: null });
    expect((await gateway.ask(analyst, operation('find-patient'), variablesOf())).data).toEqual({
      patients: { totalCount: null, nodes: [], withheld: denied },
    });
    expect((await gateway.ask(analyst, operation('worklist'))).data).toEqual({
      cases: {
        totalCount: null,
        nodes: [],
        pageInfo: { hasNextPage: false, endCursor: null },
        withheld: [{ ...denied[0], rule: 'default.deny' }],
      },
    });
    expect((await gateway.ask(analyst, operation('sources'))).data).toEqual({
      sources: [],
      setAside: { totalCount: null, nodes: [], withheld: denied },
    });
  });

  it('sends no statement that names a table of patients or cases', async () => {
    gateway.statements();
    for (const name of queries) await gateway.ask(asking('ANALYST', 'HQUALIMP'), operation(name), variablesOf());
    expect(gateway.statements().filter((text) => /person|patient|case_file|encounter|appointment|claim|set_aside/.test(text))).toEqual([]);
  });
});

describe('a billing specialist who shares the case', () => {
  it('reads claims and balance, but nothing clinical and no booking', async () => {
    const answer = await gateway.ask(asking('BILLING_SPECIALIST', 'HPAYMT'), operation('patient-context'), variablesOf());
    expect(at(answer, 'case.patient')).toMatchObject({
      name: 'Zz-Maria Zz-Lopez',
      balance: { amount: '412.50' },
      claims: { nodes: [{ paid: { amount: '0' }, encounter: null, withheld: [{ field: 'encounter', reason: 'ROLE' }] }] },
      encounters: { nodes: [] },
      appointments: { nodes: [] },
      conditions: { nodes: [] },
      careTeam: null,
      alerts: null,
      preferences: null,
    });
    const fields = (listAt(answer, 'case.patient.withheld') as { field: string; reason: string }[])
      .filter(({ reason }) => reason === 'ROLE')
      .map(({ field }) => field);
    expect(fields.toSorted()).toEqual([
      'alerts',
      'appointments',
      'careTeam',
      'conditions',
      'encounters',
      'identifiers',
      'interpreterNeeded',
      'language',
      'preferences',
    ]);
  });

  it('sends a statement in which nothing that the role is denied is named', async () => {
    gateway.statements();
    await gateway.ask(asking('BILLING_SPECIALIST', 'HPAYMT'), operation('patient-context'), variablesOf());
    await gateway.ask(asking('BILLING_SPECIALIST', 'HPAYMT'), operation('timeline'), variablesOf());
    const [context = '', timeline = ''] = gateway.statements();
    expect(context).toContain('from claim ');
    expect(context).toContain('balance_amount');
    for (const text of [context, timeline]) {
      expect(text).not.toMatch(/\b(from|join) (encounter|appointment|condition|care_team_member|patient_identifier)\b/);
      expect(text).not.toMatch(/\.(reason_display|code_display|clinical_status|alerts|preferences|interpreter_needed|language)\b/);
    }
    expect(timeline).toMatch(/from claim /);
    expect(timeline).toMatch(/from payment /);
  });

  it('is told by the line of time that some of it is withheld, and the rest is there', async () => {
    const answer = await gateway.ask(
      asking('BILLING_SPECIALIST', 'HPAYMT'),
      'query ($id: ID!) { patient(id: $id) { timeline { nodes { kind } withheld { field reason } } } }',
      variablesOf(),
    );
    expect(at(answer, 'patient.timeline')).toEqual({
      nodes: [{ kind: 'CASE_OPENED' }, { kind: 'CLAIM' }],
      withheld: [{ field: 'nodes', reason: 'ROLE' }],
    });
    const [entry] = answer.context.trail.touched;
    expect([...(entry?.phiClasses ?? [])].toSorted()).toEqual(['BILLING', 'NARRATIVE']);
    expect([...(entry?.withheldFields ?? [])]).toEqual(['timeline']);
  });
});

describe('a responder whose department is asked', () => {
  it('reads the complaint and the bookings, but no bill, no diagnosis and no number', async () => {
    const answer = await gateway.ask(asking('RESPONDER', 'HOPERAT'), operation('patient-context'), variablesOf());
    expect(at(answer, 'case')).toMatchObject({
      narrative: 'They moved my appointment twice.',
      patient: { name: 'Zz-Maria Zz-Lopez', appointments: { nodes: [{ status: 'booked' }] } },
    });
    expect(at(answer, 'case.patient')).toMatchObject({
      claims: { nodes: [] },
      encounters: { nodes: [] },
      identifiers: null,
      contactPoints: null,
      balance: null,
    });
  });

  it('finds only persons of whom the department has a case, by name; by number whoever has it, without a name', async () => {
    const responder = asking('RESPONDER', 'HOPERAT');
    const find = async (search: object) => listAt(await gateway.ask(responder, operation('find-patient'), { search }), 'patients.nodes');
    expect(await find({ name: 'zz-maria' })).toMatchObject([{ name: 'Zz-Maria Zz-Lopez' }]);
    expect(await find({ name: 'zz-john' })).toEqual([]);
    expect(await find({ identifier: 'Patient/2' })).toMatchObject([
      { name: null, birthDate: null, withheld: [{ field: 'name', reason: 'RELATIONSHIP' }, { field: 'birthDate' }] },
    ]);
  });
});

describe('a manager', () => {
  const manager = (more: Partial<Asking> = {}): Asking => ({
    role: 'MANAGER',
    purpose: 'HOPERAT',
    user: story.other,
    facility: story.facility,
    ...more,
  });

  it('reads the complaints of the own facility, but a patient only where there is a relation', async () => {
    const answer = await gateway.ask(manager(), operation('patient-context'), variablesOf());
    expect(at(answer, 'case')).toMatchObject({
      summary: 'Moved twice',
      patient: { name: 'Zz-Maria Zz-Lopez', encounters: { nodes: [] }, balance: null, cases: { nodes: [{ number: 'PR-2026-0001' }] } },
    });
    expect(
      at(await gateway.ask(manager({ user: story.advocate }), operation('patient-context'), variablesOf()), 'case.patient.balance'),
    ).toEqual({ amount: '412.50', currency: 'USD' });
  });

  it('reads nothing of it from another facility, or from a token that names none', async () => {
    const { facility: _none, ...nowhere } = manager();
    const elsewhere = manager({ facility: { uid: story.facility.uid, row: '999999' } });
    for (const who of [nowhere, elsewhere])
      expect(at(await gateway.ask(who, operation('patient-context'), variablesOf()), 'case')).toMatchObject({
        number: 'PR-2026-0001',
        summary: null,
        patient: null,
      });
  });

  it('asking for quality improvement is told that it is the purpose, and the purpose under which to ask', async () => {
    const answer = await gateway.ask(manager({ purpose: 'HQUALIMP' }), operation('patient-context'), variablesOf());
    expect(listAt(answer, 'case.withheld')).toContainEqual({
      field: 'summary',
      reason: 'PURPOSE',
      rule: 'context.facility',
      remedy: 'Ask under HOPERAT or PATADMIN.',
    });
  });
});

describe('an integration engineer', () => {
  it('reads the sources and what was set aside, and no patient', async () => {
    const engineer = asking('INTEGRATION_ENGINEER', 'HSYSADMIN');
    await asOwner(
      database.url,
      `insert into set_aside (source_id, received_at, code, reason, hash, body) select id, now(), 'NO_PATIENT', 'names nobody', '\\x01', 'Zz-BODY' from source where name = 'ehr' on conflict do nothing`,
    );
    const answer = await gateway.ask(engineer, operation('sources'));
    expect(answer.data).toMatchObject({
      sources: [
        { name: 'billing', setAside: 0, circuit: 'CLOSED', lastRun: null },
        { name: 'ehr', setAside: 1 },
      ],
      setAside: { totalCount: 1, nodes: [{ source: 'ehr', code: 'NO_PATIENT', reason: 'names nobody', state: 'WAITING' }] },
    });
    expect((await gateway.ask(engineer, operation('find-patient'), variablesOf())).data).toMatchObject({
      patients: { nodes: [], totalCount: null },
    });
    expect((await gateway.ask(engineer, operation('patient-context'), variablesOf())).data).toEqual({ case: null });
  });
});
