/** What becomes of rows that carry a sensitivity label: hidden ones are nowhere, masked ones are there without their content. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { at, listAt } from '../support/answers.js';
import { hubSchema, openTestGateway, operation, type Asking, type TestGateway } from '../support/gateway.js';
import { addLabelledRows, hiddenMark, maskedMark } from '../support/labelled-rows.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';
import { everyField } from '../support/whole-document.js';

let database: TestDatabase;
let gateway: TestGateway;
let story: Story;
let advocate: Asking;

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  await addLabelledRows(database.url, { recordRow: story.maria.recordRow, source: 'ehr' });
  gateway = openTestGateway(database.gatewayUrl);
  advocate = { role: 'ADVOCATE', purpose: 'HOPERAT', user: story.advocate };
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

async function ofMaria(selection: string): Promise<unknown> {
  const answer = await gateway.ask(advocate, `query ($id: ID!) { patient(id: $id) { ${selection} } }`, { id: `pat_${story.maria.uid}` });
  expect(answer.errors).toBeUndefined();
  return at(answer, 'patient');
}
const masked = (...fields: string[]): object[] => fields.map((field) => ({ field, reason: 'SENSITIVITY', rule: 'sensitivity.masked' }));

describe('a row that the policy hides, or of which the labels are not known yet', () => {
  it('is in no list and in no count: what is left are the plain rows and the masked ones', async () => {
    const counted = 'totalCount nodes { id } edges { node { id } }';
    const answer = await ofMaria(
      `encounters { ${counted} } appointments { ${counted} } conditions { ${counted} } claims { ${counted} } coverages { id } careTeam { role }`,
    );
    for (const [list, expected] of Object.entries({ encounters: 4, appointments: 3, conditions: 4, claims: 3 })) {
      expect([
        list,
        at(answer, `${list}.totalCount`),
        listAt(answer, `${list}.nodes`).length,
        listAt(answer, `${list}.edges`).length,
      ]).toEqual([list, expected, expected, expected]);
    }
    expect(listAt(answer, 'coverages')).toHaveLength(2);
    expect(listAt(answer, 'careTeam')).toHaveLength(2);
  });

  it('is not on the line of time', async () => {
    const entries = listAt(await ofMaria('timeline(first: 100) { nodes { kind } }'), 'timeline.nodes') as { kind: string }[];
    const counts: Record<string, number> = {};
    for (const { kind } of entries) counts[kind] = (counts[kind] ?? 0) + 1;
    expect(counts).toEqual({ ENCOUNTER: 4, APPOINTMENT: 3, CONDITION: 4, CLAIM: 3, PAYMENT: 2, CASE_OPENED: 1 });
  });

  it('leaves no gap in the pages', async () => {
    const first = await ofMaria('encounters(first: 2) { nodes { start } pageInfo { hasNextPage endCursor } }');
    expect(listAt(first, 'encounters.nodes')).toEqual([{ start: '2026-11-02T09:00:00.000Z' }, { start: '2026-11-01T09:00:00.000Z' }]);
    const next = await ofMaria(
      `encounters(first: 2, after: "${String(at(first, 'encounters.pageInfo.endCursor'))}") { nodes { start } pageInfo { hasNextPage hasPreviousPage } }`,
    );
    expect(at(next, 'encounters')).toEqual({
      nodes: [{ start: '2026-09-12T09:00:00.000Z' }, { start: '2026-09-11T09:00:00.000Z' }],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
    });
  });

  it('shows no word of itself in a document that asks for everything, on either way of execution', async () => {
    const document = `query ($id: ID!, $caseId: ID!) { patient(id: $id) ${everyField(hubSchema, 'Patient', { depth: 3 })} case(id: $caseId) ${everyField(hubSchema, 'Case', { depth: 4 })} }`;
    for (const way of ['compiled', 'interpreted'] as const) {
      const answer = await gateway.ask(advocate, document, { id: `pat_${story.maria.uid}`, caseId: `case_${story.maria.caseUid}` }, way);
      expect(answer.errors).toBeUndefined();
      const text = JSON.stringify(answer.data);
      expect(text).toContain('Zz-Maria');
      expect(text).not.toContain(hiddenMark);
      expect(text).not.toContain(maskedMark);
    }
  });

  it('is found by no search: not by what its record holds', async () => {
    const record = await hiddenPerson();
    const search = { name: 'Zz-Hidden', birthDate: '1970-01-01' };
    for (const asked of [search, { identifier: 'HID-1' }, { phone: '555 010 9999' }]) {
      const answer = await gateway.ask(advocate, operation('find-patient'), { search: asked });
      expect(at(answer, 'patients')).toMatchObject({ nodes: [], totalCount: 0 });
    }
    const answer = await gateway.ask(advocate, 'query ($id: ID!) { patient(id: $id) { id } }', { id: `pat_${record}` });
    expect(answer.data).toEqual({ patient: null });
  });
});

describe('what is made of masked rows', () => {
  it('is not shown either: amounts that a masked decision of the payer gave to an unmasked claim', async () => {
    await asOwner(database.url, `update adjudication set label_mask = 4 where source_key = 'EOB/1'`);
    try {
      const answer = await ofMaria(
        'claims(first: 1) { nodes { billed { amount } paid { amount } denied denialCodes { code } adjudicatedAt withheld { field rule } } } timeline(first: 100) { nodes { kind detail } }',
      );
      expect(listAt(answer, 'claims.nodes')).toEqual([
        {
          billed: { amount: '412.500' },
          paid: null,
          denied: null,
          denialCodes: null,
          adjudicatedAt: null,
          withheld: ['paid', 'denied', 'denialCodes', 'adjudicatedAt'].map((field) => ({ field, rule: 'sensitivity.masked' })),
        },
      ]);
      expect(JSON.stringify(listAt(answer, 'timeline.nodes'))).not.toContain('denied');
    } finally {
      await asOwner(database.url, `update adjudication set label_mask = 0 where source_key = 'EOB/1'`);
    }
  });

  it('is not shown either: names and numbers that only masked records tell, nor does a search by name find them', async () => {
    const asked = 'name birthDate address identifiers { value } contactPoints { value } withheld { field rule }';
    await asOwner(database.url, `update patient_record set label_mask = 4 where name ilike 'zz-maria%'`);
    try {
      expect(await ofMaria(asked)).toEqual({
        name: null,
        birthDate: null,
        address: null,
        identifiers: null,
        contactPoints: null,
        withheld: ['name', 'birthDate', 'address', 'identifiers', 'contactPoints'].map((field) => ({ field, rule: 'sensitivity.masked' })),
      });
      const found = await gateway.ask(advocate, operation('find-patient'), { search: { name: 'zz maria' } });
      expect(at(found, 'patients')).toMatchObject({ totalCount: 0, nodes: [] });
    } finally {
      await asOwner(database.url, `update patient_record set label_mask = 0 where name ilike 'zz-maria%'`);
    }
    expect(await ofMaria(asked)).toMatchObject({ name: 'Zz-Maria Zz-Lopez', withheld: [] });
  });

  it('keeps the promises of the schema on a masked case: its lists are empty, not null', async () => {
    await asOwner(database.url, 'update case_file set label_mask = 32 where uid = $1', [story.maria.caseUid]);
    try {
      const answer = await gateway.ask(advocate, operation('patient-context'), { caseId: `case_${story.maria.caseUid}` });
      expect(answer.errors).toBeUndefined();
      expect(answer.data).toMatchObject({
        case: {
          number: 'PR-2026-0001',
          kind: null,
          summary: null,
          departments: [],
          issues: [],
          interactions: { nodes: [] },
          reminders: [],
          patient: null,
          deadlines: [{ step: 'REPLY' }],
        },
      });
      const other = await gateway.ask(
        { ...advocate, user: story.other },
        'query ($id: ID!) { case(id: $id) { summary withheld { reason } } }',
        { id: `case_${story.maria.caseUid}` },
      );
      expect(at(other, 'case')).toEqual({ summary: null, withheld: [{ reason: 'RELATIONSHIP' }] });
    } finally {
      await asOwner(database.url, 'update case_file set label_mask = 0 where uid = $1', [story.maria.caseUid]);
    }
  });

  it('tells somebody without a related case nothing of the masked rows', async () => {
    const answer = await gateway.ask(
      { ...advocate, user: story.other },
      'query ($id: ID!) { patient(id: $id) { balance { amount } withheld { field reason } } }',
      { id: `pat_${story.maria.uid}` },
    );
    expect(at(answer, 'patient')).toEqual({ balance: null, withheld: [{ field: 'balance', reason: 'RELATIONSHIP' }] });
  });
});

describe('a row that the policy masks', () => {
  it('keeps id, date and where it comes from; all else is null, its labels too, and `withheld` lists what was selected of it', async () => {
    const answer = await ofMaria(`
      encounters(first: 4) { nodes { id start end status reason { code } labels department provenance { source } withheld { field reason rule } } }
      conditions(first: 4) { nodes { onset code { code } labels withheld { field } } }
      appointments(first: 3) { nodes { start minutes withheld { field } } }`);
    const visits = listAt(answer, 'encounters.nodes');
    expect(visits[3]).toEqual({
      id: expect.stringMatching(/^enc_/),
      start: '2026-09-11T09:00:00.000Z',
      end: null,
      status: null,
      reason: null,
      labels: null,
      department: null,
      provenance: { source: 'ehr' },
      withheld: masked('end', 'status', 'reason', 'labels', 'department'),
    });
    expect(visits[0]).toMatchObject({ status: 'finished', labels: [], withheld: [] });
    expect(listAt(answer, 'conditions.nodes')[1]).toEqual({
      onset: '2026-09-12T09:00:00.000Z',
      code: null,
      labels: null,
      withheld: [{ field: 'code' }, { field: 'labels' }],
    });
    expect(listAt(answer, 'appointments.nodes')[2]).toEqual({
      start: '2026-09-11T09:00:00.000Z',
      minutes: null,
      withheld: [{ field: 'minutes' }],
    });
  });

  it('keeps the kind of a claim and its day, but no amount, payer or visit', async () => {
    const answer = await ofMaria(
      'claims { nodes { kind servicedFrom status insurer billed { amount } paid { amount } patientOwes { amount } denied encounter { id } payments { id } withheld { field } } }',
    );
    expect(listAt(answer, 'claims.nodes').slice(1)).toEqual(
      ['2026-09-12', '2026-09-11'].map((servicedFrom) => ({
        kind: 'PROFESSIONAL',
        servicedFrom,
        status: null,
        insurer: null,
        billed: null,
        paid: null,
        patientOwes: null,
        denied: null,
        encounter: null,
        payments: null,
        withheld: expect.arrayContaining(
          ['status', 'insurer', 'billed', 'paid', 'patientOwes', 'denied', 'encounter', 'payments'].map((field) => ({ field })),
        ),
      })),
    );
    expect(listAt(answer, 'claims.nodes.1.withheld')).toHaveLength(8);
  });

  it('is a line of time without title, detail or subject', async () => {
    const answer = await ofMaria('timeline(first: 100) { nodes { kind at title detail subject { id } withheld { field rule } } }');
    const lines = listAt(answer, 'timeline.nodes') as { kind: string; at: string }[];
    expect(lines.filter(({ kind, at: when }) => kind === 'CONDITION' && when.startsWith('2026-09'))).toEqual(
      ['2026-09-12', '2026-09-11'].map((day) => ({
        kind: 'CONDITION',
        at: `${day}T09:00:00.000Z`,
        title: null,
        detail: null,
        subject: null,
        withheld: ['title', 'detail', 'subject'].map((field) => ({ field, rule: 'sensitivity.masked' })),
      })),
    );
  });

  it('spoils the sums that it would be part of: they are null, and say why', async () => {
    const answer = await ofMaria('balance { amount } patientResponsibility { amount } withheld { field reason rule }');
    expect(answer).toEqual({ balance: null, patientResponsibility: null, withheld: masked('balance', 'patientResponsibility') });
  });

  it('is not told apart by a filter on what it holds', async () => {
    const active = listAt(await ofMaria('conditions(activeOnly: true) { nodes { onset } }'), 'conditions.nodes');
    const all = listAt(await ofMaria('conditions { nodes { onset } }'), 'conditions.nodes');
    expect(all).toHaveLength(4);
    expect(active).toHaveLength(3); // the resolved cold is out; both masked rows stay, whatever they hold
  });

  it('leaves its mark in the audit entry', async () => {
    const { context } = await gateway.ask(advocate, operation('patient-context'), { caseId: `case_${story.maria.caseUid}` });
    expect(context.trail.touched.map(({ withheldFields }) => [...withheldFields])).toEqual([['sensitivity.masked']]);
  });
});

async function hiddenPerson(): Promise<string> {
  const uid = '00000000-0000-4000-8000-000000000099';
  await asOwner(
    database.url,
    `with p as (insert into person (uid) values ('${uid}') returning id),
            r as (insert into patient_record (source_id, source_key, ingested_at, name, name_search, birth_date, own_mask, label_mask)
                  select id, 'Patient/hidden', now(), 'Zz-Hidden Zz-Roe', 'zz hidden zz roe', '1970-01-01', 1, 1 from source where name = 'ehr' returning id),
            i as (insert into patient_identifier select id, 'mrn', 'HID-1', 'MR' from r),
            t as (insert into patient_phone select id, '5550109999' from r)
       insert into person_link (patient_record_id, person_id, assurance, linked_by, linked_at) select r.id, p.id, 'CERTAIN', 'strong-identifier', now() from r, p`,
  );
  return uid;
}
