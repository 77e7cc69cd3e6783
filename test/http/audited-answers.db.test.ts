/** No answer without its entry: what stands in the audit trail once an operation has been answered over HTTP. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openAudit } from '../../src/access/index.js';
import { silentLog } from '../../src/kernel/index.js';
import { operation } from '../support/gateway.js';
import { openHttpGateway, type HttpGateway } from '../support/http-gateway.js';
import { addLabelledRows } from '../support/labelled-rows.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let gateway: HttpGateway;
let story: Story;
let seen = 0;

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  gateway = await openHttpGateway(database);
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});
const headOf = async (): Promise<number> => Number((await asOwner<{ seq: string }>(database.url, 'select seq from audit_head'))[0]?.seq);
beforeEach(async () => {
  seen = await headOf();
});

interface Row {
  readonly action: string;
  readonly operation: string | null;
  readonly person_uid: string | null;
  readonly case_uid: string | null;
  readonly phi_classes: string[];
  readonly outcome: string;
  readonly withheld_fields: string[];
  readonly request_id: string;
  readonly role: string;
}
const entries = () => asOwner<Row>(database.url, 'select * from audit_entry where seq > $1 order by seq', [seen]);

async function ask(name: string, variables: Record<string, unknown> = {}, who: { role?: string; purpose?: string; userUid?: string } = {}) {
  const token = await gateway.token({ userUid: story.advocate.uid, ...who });
  const answer = await gateway.post(token, { query: operation(name), variables });
  expect([answer.status, answer.json.errors]).toEqual([200, undefined]);
  return answer;
}
const sorted = (list: readonly string[] | undefined): string[] => [...(list ?? [])].toSorted();

describe('an answer', () => {
  it('about a patient has one entry, which names the person, the case, the classes and the request', async () => {
    const answer = await ask('patient-context', { caseId: `case_${story.maria.caseUid}` });
    const rows = await entries();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      action: 'READ',
      operation: 'PatientContext',
      person_uid: story.maria.uid,
      case_uid: story.maria.caseUid,
      outcome: 'PARTLY_WITHHELD',
      withheld_fields: ['sensitivity.masked'],
      role: 'ADVOCATE',
    });
    expect(rows[0]?.request_id).toBe(answer.headers.get('x-request-id'));
    expect(sorted(rows[0]?.phi_classes)).toEqual([
      'BILLING',
      'CLINICAL',
      'CONTACT',
      'COVERAGE',
      'DEMOGRAPHIC',
      'IDENTITY',
      'NARRATIVE',
      'SCHEDULING',
    ]);
  });

  it('of which nothing was masked or withheld says so', async () => {
    const token = await gateway.token({ userUid: story.advocate.uid });
    await gateway.post(token, { query: 'query Name($id: ID!) { patient(id: $id) { name } }', variables: { id: `pat_${story.maria.uid}` } });
    expect(await entries()).toMatchObject([
      {
        operation: 'Name',
        person_uid: story.maria.uid,
        case_uid: null,
        phi_classes: ['IDENTITY'],
        outcome: 'ALLOWED',
        withheld_fields: [],
      },
    ]);
  });

  it('of an operation without a name is known by the fields that it asked, not by what the client called them', async () => {
    const token = await gateway.token({ userUid: story.advocate.uid });
    const query = 'query ($id: ID!) { zz_lopez: patient(id: $id) { name } sources { name } }';
    await gateway.post(token, { query, variables: { id: `pat_${story.maria.uid}` } });
    expect(new Set((await entries()).map(({ operation: called }) => called))).toEqual(new Set(['patient, sources']));
  });

  it('on which a relation was missing says which fields were withheld, and counts no class that was not answered', async () => {
    const token = await gateway.token({ userUid: story.advocate.uid });
    await gateway.post(token, {
      query: 'query Visits($id: ID!) { patient(id: $id) { encounters { nodes { status } } careTeam { role } } }',
      variables: { id: `pat_${story.john.uid}` },
    });
    expect(await entries()).toMatchObject([
      {
        operation: 'Visits',
        person_uid: story.john.uid,
        phi_classes: [],
        outcome: 'PARTLY_WITHHELD',
        withheld_fields: ['encounters', 'careTeam'],
      },
    ]);
    seen = await headOf();
    await ask('timeline', { id: `pat_${story.john.uid}` });
    expect(await entries()).toMatchObject([
      { operation: 'Timeline', person_uid: story.john.uid, phi_classes: [], outcome: 'PARTLY_WITHHELD', withheld_fields: ['timeline'] },
    ]);
  });

  it("of another's case names the case, and no person whom the viewer may not know of", async () => {
    await ask('patient-context', { caseId: `case_${story.john.caseUid}` });
    const rows = await entries();
    expect(rows).toMatchObject([{ person_uid: null, case_uid: story.john.caseUid, phi_classes: [], outcome: 'PARTLY_WITHHELD' }]);
    expect(rows[0]?.withheld_fields).toContain('patient');
  });

  it('of a worklist has one entry for each person and each case that it shows', async () => {
    await ask('worklist');
    const rows = await entries();
    const shown = rows
      .map(({ person_uid, case_uid }) => ({ person_uid, case_uid }))
      .toSorted((one, other) => String(one.case_uid).localeCompare(String(other.case_uid)));
    expect(shown).toEqual([
      { person_uid: story.maria.uid, case_uid: story.maria.caseUid },
      { person_uid: null, case_uid: story.john.caseUid },
    ]);
  });

  it('of a search has an entry for the search, and one for each person found', async () => {
    await ask('find-patient', { search: { name: 'zz-', birthDate: '1980-05-06' } });
    expect(await entries()).toMatchObject([
      { action: 'SEARCH', operation: 'FindPatient', person_uid: null, outcome: 'ALLOWED' },
      { action: 'READ', operation: 'FindPatient', person_uid: story.john.uid },
    ]);
    seen = await headOf();
    await ask('find-patient', { search: { identifier: 'nobody' } });
    expect(await entries()).toMatchObject([{ action: 'SEARCH', person_uid: null }]);
  });

  it('that several root fields give about one person has one entry, with the classes of all of them', async () => {
    const token = await gateway.token({ userUid: story.advocate.uid });
    const query = `query Two($id: ID!, $caseId: ID!) { patient(id: $id) { birthDate claims(first: 1) { nodes { status } } } case(id: $caseId) { summary patient { language } } }`;
    await gateway.post(token, { query, variables: { id: `pat_${story.maria.uid}`, caseId: `case_${story.maria.caseUid}` } });
    const rows = await entries();
    expect(rows).toMatchObject([{ person_uid: story.maria.uid, case_uid: story.maria.caseUid }]);
    expect(sorted(rows[0]?.phi_classes)).toEqual(['BILLING', 'DEMOGRAPHIC', 'IDENTITY', 'NARRATIVE']);
  });

  it('of nobody, and a refusal, have an entry as well', async () => {
    await ask('timeline', { id: 'pat_00000000-0000-4000-8000-00000000dead' });
    expect(await entries()).toMatchObject([{ person_uid: null, action: 'READ', outcome: 'ALLOWED' }]);
    for (const name of ['patient-context', 'worklist', 'find-patient', 'timeline', 'sources']) {
      seen = await headOf();
      await ask(
        name,
        { caseId: `case_${story.maria.caseUid}`, id: `pat_${story.maria.uid}`, search: { identifier: 'Patient/1' } },
        { role: 'ANALYST', purpose: 'HQUALIMP' },
      );
      expect(await entries()).toMatchObject([
        { role: 'ANALYST', person_uid: null, phi_classes: [], outcome: 'REFUSED', action: name === 'find-patient' ? 'SEARCH' : 'READ' },
      ]);
    }
  });

  it('with an error in it has its entry, too', async () => {
    const token = await gateway.token({ userUid: story.advocate.uid });
    const answer = await gateway.post(token, {
      query: 'query Bad($id: ID!) { patient(id: $id) { name encounters(first: 501) { nodes { id } } } }',
      variables: { id: `pat_${story.maria.uid}` },
    });
    expect(answer.json).toEqual({
      data: { patient: null },
      errors: [
        {
          message: 'first: expected 0 to 500, found 501',
          extensions: { code: 'BAD_INPUT' },
          path: ['patient'],
          locations: expect.anything(),
        },
      ],
    });
    expect(await entries()).toMatchObject([{ operation: 'Bad', outcome: 'ERROR' }]);
  });
});

describe('where no entry can be written', () => {
  it('no data leaves the hub', async () => {
    const dead = openAudit(database.gatewayUrl.replace('test@', 'wrong@'), { log: silentLog });
    const silent = await openHttpGateway(database, { audit: dead });
    try {
      const token = await silent.token({ userUid: story.advocate.uid });
      const answer = await silent.post(token, {
        query: operation('patient-context'),
        variables: { caseId: `case_${story.maria.caseUid}` },
      });
      expect(answer.json).toEqual({
        errors: [{ message: expect.stringMatching(/nothing was answered/), extensions: { code: 'DATABASE_UNAVAILABLE' } }],
      });
      expect(answer.text).not.toContain('Zz-');
    } finally {
      await silent.close();
    }
    expect(await entries()).toEqual([]);
  });
});

beforeAll(async () => await addLabelledRows(database.url, { recordRow: story.maria.recordRow, source: 'ehr' }));
