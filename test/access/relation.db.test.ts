/** Who may see what of a case and its patient: whoever holds the case, whoever shares it through a department, and the rest. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { at, listAt } from '../support/answers.js';
import { openTestGateway, operation, type Asking, type TestGateway } from '../support/gateway.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let gateway: TestGateway;
let story: Story;
let advocate: Asking;

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  gateway = openTestGateway(database.gatewayUrl);
  advocate = { role: 'ADVOCATE', purpose: 'HOPERAT', user: story.advocate };
});
afterEach(async () => {
  await asOwner(database.url, 'delete from case_department');
  await asOwner(database.url, 'update case_file set closed_at = null');
  await asOwner(database.url, `update person_link set assurance = 'CERTAIN'`);
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

const context = (who: Asking, caseUid: string) => gateway.ask(who, operation('patient-context'), { caseId: `case_${caseUid}` });
const everyConnection = ['encounters', 'appointments', 'conditions', 'claims', 'cases']
  .map((name) => `${name} { totalCount nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } withheld { field reason rule } }`)
  .join(' ');
const wholePatient = `
  query ($id: ID!) { patient(id: $id) {
    id name birthDate sex deceasedAt language interpreterNeeded identifiers { value } contactPoints { value } address preferences alerts
    records { name birthDate sex assurance provenance { source sourceRecordId } identifiers { value } address score evidence withheld { field reason } }
    ${everyConnection} timeline { nodes { id } edges { cursor } withheld { field reason rule } }
    careTeam { name } coverages { id } balance { amount } patientResponsibility { amount } withheld { field reason rule remedy } } }`;

describe("another's case", () => {
  it('shows id, number, status, version, facility and deadlines; all else is null or empty, and listed', async () => {
    const answer = await context(advocate, story.john.caseUid);
    expect(answer.errors).toBeUndefined();
    const clock = { rule: 'us.cms.hospital.reply', dueAt: '2026-11-28T04:59:59.999Z', status: 'RUNNING' };
    const withheld = listAt(answer, 'case.withheld') as { field: string; reason: string; rule: string }[];
    expect(answer.data).toEqual({
      case: {
        id: `case_${story.john.caseUid}`,
        number: 'PR-2026-0002',
        status: 'RECEIVED',
        version: 1,
        facility: { name: 'Zz General', timeZone: 'America/New_York' },
        deadlines: [{ ...clock, step: 'REPLY', citation: '42 CFR 482.13(a)(2)', regulatory: true }],
        nextDeadline: clock,
        kind: null,
        classification: null,
        channel: null,
        receivedAt: null,
        summary: null,
        narrative: null,
        severity: null,
        escalationLevel: null,
        assignedTo: null,
        complainant: null,
        patient: null,
        departments: [],
        issues: [],
        interactions: { nodes: [] },
        reminders: [],
        withheld,
      },
    });
    expect(withheld.map(({ field }) => field).toSorted()).toEqual(
      [
        'kind',
        'classification',
        'channel',
        'receivedAt',
        'summary',
        'narrative',
        'severity',
        'escalationLevel',
        'assignedTo',
        'complainant',
        'patient',
        'departments',
        'issues',
        'interactions',
        'reminders',
      ].toSorted(),
    );
    expect(new Set(withheld.map(({ reason, rule }) => `${reason} ${rule}`))).toEqual(new Set(['RELATIONSHIP context.related']));
  });

  it('lists in `withheld` only what was selected', async () => {
    const answer = await gateway.ask(advocate, 'query ($id: ID!) { case(id: $id) { number summary withheld { field } } }', {
      id: `case_${story.john.caseUid}`,
    });
    expect(answer.data).toEqual({ case: { number: 'PR-2026-0002', summary: null, withheld: [{ field: 'summary' }] } });
  });

  it('stands on the worklist with its number and its clock, and cannot be found by what is withheld', async () => {
    const worklist = await gateway.ask(advocate, operation('worklist'));
    const rows = listAt(worklist, 'cases.nodes') as Record<string, unknown>[];
    expect(rows.map(({ number, summary, patient }) => [number, summary, patient === null])).toEqual([
      ['PR-2026-0001', 'Moved twice', false],
      ['PR-2026-0002', null, true],
    ]);
    expect(at(worklist, 'cases.totalCount')).toBe(2);
    const byKind = await gateway.ask(advocate, '{ cases(filter: { kinds: [GRIEVANCE] }) { totalCount nodes { number } } }');
    expect(at(byKind, 'cases')).toEqual({ totalCount: 1, nodes: [{ number: 'PR-2026-0001' }] });
  });
});

describe("another's case on the list of a patient whom the viewer knows", () => {
  const numbers = async (who: Asking): Promise<[unknown, string][]> => {
    const document = 'query ($id: ID!) { patient(id: $id) { cases { edges { cursor node { number } } } } }';
    const answer = await gateway.ask(who, document, { id: `pat_${story.maria.uid}` });
    return listAt(answer, 'patient.cases.edges').map((edge) => [at(edge, 'node.number'), Buffer.from(String(at(edge, 'cursor')), 'base64').toString('utf8')]); // prettier-ignore
  };

  it('stands below those that are theirs, and neither its place nor its cursor tells when it came in', async () => {
    await asOwner(
      database.url,
      `insert into case_file (number, kind, status, facility_id, classification, channel, received_at, opened_at, summary, patient_record_id, assigned_to)
       select 'PR-LATER', kind, status, facility_id, classification, channel, '2026-11-23T08:15:00Z', now(), summary, patient_record_id, $2 from case_file where uid = $1`,
      [story.maria.caseUid, story.other.row],
    );
    try {
      const [own, others] = await numbers(advocate);
      expect(own).toEqual(['PR-2026-0001', expect.stringMatching(/ 2026-11-20 14:00:00/)]);
      expect(others).toEqual(['PR-LATER', expect.stringMatching(/ -infinity$/)]);
      const byWhoHoldsIt = await numbers({ ...advocate, user: story.other });
      expect(byWhoHoldsIt.map(([number]) => number)).toEqual(['PR-LATER', 'PR-2026-0001']);
      expect(byWhoHoldsIt[0]?.[1]).toMatch(/ 2026-11-23 08:15:00/);
    } finally {
      await asOwner(database.url, `delete from case_file where number = 'PR-LATER'`);
    }
  });
});

describe('a patient of whom the viewer has no case', () => {
  it('is known by identity only; every list is empty, without a count, for want of a relation', async () => {
    const answer = await gateway.ask(advocate, wholePatient, { id: `pat_${story.john.uid}` });
    expect(answer.errors).toBeUndefined();
    const closed = {
      totalCount: null,
      nodes: [],
      edges: [],
      pageInfo: { hasNextPage: false, endCursor: null },
      withheld: [{ field: 'nodes', reason: 'RELATIONSHIP', rule: 'context.related' }],
    };
    const { timeline, withheld, ...patient } = at(answer, 'patient') as Record<string, unknown>;
    expect(patient).toEqual({
      id: `pat_${story.john.uid}`,
      name: 'Zz-John Zz-Doe',
      birthDate: '1980-05-06',
      sex: 'female',
      deceasedAt: null,
      language: null,
      interpreterNeeded: null,
      identifiers: null,
      contactPoints: null,
      address: null,
      preferences: null,
      alerts: null,
      records: [
        {
          name: 'Zz-John Zz-Doe',
          birthDate: '1980-05-06',
          sex: 'female',
          assurance: 'CERTAIN',
          provenance: { source: 'ehr', sourceRecordId: null },
          identifiers: null,
          address: null,
          score: null,
          evidence: null,
          withheld: expect.arrayContaining(
            ['provenance.sourceRecordId', 'identifiers', 'address', 'score', 'evidence'].map((field) => ({
              field,
              reason: 'RELATIONSHIP',
            })),
          ),
        },
      ],
      encounters: closed,
      appointments: closed,
      conditions: closed,
      claims: closed,
      cases: closed,
      careTeam: null,
      coverages: null,
      balance: null,
      patientResponsibility: null,
    });
    expect(timeline).toEqual({ nodes: [], edges: [], withheld: [{ field: 'nodes', reason: 'RELATIONSHIP', rule: 'context.related' }] });
    expect(
      (withheld as { reason: string; remedy: string }[]).every(
        ({ reason, remedy }) => reason === 'RELATIONSHIP' && remedy.includes('case'),
      ),
    ).toBe(true);
  });

  it('is found by name, number and phone, and then shown by identity only', async () => {
    await asOwner(
      database.url,
      `insert into patient_phone select id, '5550107777' from patient_record where source_key = 'Patient/2' on conflict do nothing`,
    );
    for (const search of [
      { name: 'zz-doe, zz-j', birthDate: '1980-05-06' },
      { name: 'Zz-Doe' },
      { identifier: 'Patient/2' },
      { phone: '(555) 010-7777' },
      { phone: '+1 555 010 7777 ext 3' },
    ]) {
      const answer = await gateway.ask(advocate, operation('find-patient'), { search });
      expect(at(answer, 'patients')).toMatchObject({
        totalCount: 1,
        nodes: [{ name: 'Zz-John Zz-Doe', records: [{ assurance: 'CERTAIN' }] }],
      });
    }
    for (const search of [{ name: 'Zz-Doe', birthDate: '1980-05-07' }, { identifier: 'Patient/' }, { phone: '5550107776' }]) {
      expect(at(await gateway.ask(advocate, operation('find-patient'), { search }), 'patients.totalCount')).toBe(0);
    }
  });
});

describe('a relation to a patient', () => {
  const visits = async (who: Asking, uid: string): Promise<unknown> =>
    at(
      await gateway.ask(who, 'query ($id: ID!) { patient(id: $id) { encounters { totalCount } } }', { id: `pat_${uid}` }),
      'patient.encounters.totalCount',
    );

  it('comes with a case that is shared through a department of the token', async () => {
    const shares = { ...advocate, departments: [story.department] };
    expect(await visits(shares, story.john.uid)).toBeNull();
    await asOwner(database.url, 'insert into case_department (case_id, department_id) select id, $1 from case_file where uid = $2', [
      story.department.row,
      story.john.caseUid,
    ]);
    expect(await visits(shares, story.john.uid)).toBe(1);
    expect(at(await context(shares, story.john.caseUid), 'case')).toMatchObject({
      narrative: 'They moved my appointment twice.',
      departments: [{ name: 'Cardiology' }],
      patient: { name: 'Zz-John Zz-Doe' },
    });
    expect(await visits(advocate, story.john.uid)).toBeNull();
  });

  it('ends with the case: a closed one is still read, but opens the patient no more', async () => {
    expect(await visits(advocate, story.maria.uid)).toBe(2);
    await asOwner(database.url, 'update case_file set closed_at = now() where uid = $1', [story.maria.caseUid]);
    expect(await visits(advocate, story.maria.uid)).toBeNull();
    expect(at(await context(advocate, story.maria.caseUid), 'case')).toMatchObject({
      narrative: 'They moved my appointment twice.',
      patient: { name: 'Zz-Maria Zz-Lopez', encounters: { nodes: [] }, balance: null },
    });
  });

  it('follows certain links only', async () => {
    await asOwner(database.url, `update person_link set assurance = 'PROBABLE' where patient_record_id = $1`, [story.maria.recordRow]);
    expect(await visits(advocate, story.maria.uid)).toBeNull();
  });

  it('does not come from a case of the same facility, nor from one that somebody else holds', async () => {
    expect(await visits({ ...advocate, facility: story.facility }, story.john.uid)).toBeNull();
    expect(await visits({ ...advocate, user: story.other }, story.maria.uid)).toBeNull();
  });
});

describe('a person who became an alias of another', () => {
  it('still answers to the old id', async () => {
    await asOwner(
      database.url,
      `insert into person (uid, alias_of) select '00000000-0000-4000-8000-000000000077', id from person where uid = $1 on conflict do nothing`,
      [story.maria.uid],
    );
    const answer = await gateway.ask(advocate, '{ patient(id: "pat_00000000-0000-4000-8000-000000000077") { id name } }');
    expect(answer.data).toEqual({ patient: { id: `pat_${story.maria.uid}`, name: 'Zz-Maria Zz-Lopez' } });
  });
});

describe('what is absent', () => {
  it('answers null just as what is denied: a wrong id, an id of another type, somebody unknown', async () => {
    for (const id of [`pat_${story.maria.caseUid}`, `case_${story.maria.uid}`, 'pat_1', '', "' or 1=1"]) {
      const answer = await gateway.ask(advocate, 'query ($id: ID!) { patient(id: $id) { id } }', { id });
      expect([answer.errors, answer.data]).toEqual([undefined, { patient: null }]);
    }
  });
});
