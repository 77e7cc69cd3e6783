/** How many statements an operation takes does not depend on how much there is to answer. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { listAt } from '../support/answers.js';
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
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

async function statementsFor(document: string, variables: Record<string, unknown> = {}): Promise<number> {
  gateway.statements();
  const answer = await gateway.ask(advocate, document, variables);
  expect(answer.errors).toBeUndefined();
  return gateway.statements().length;
}

it('one statement a root field, for one visit and for two hundred, for two cases and for a hundred', async () => {
  const context = operation('patient-context').replaceAll(/first: \d+/g, 'first: 500');
  const counts = async () => [
    await statementsFor(context, { caseId: `case_${story.maria.caseUid}` }),
    await statementsFor(operation('worklist'), { first: 500 }),
    await statementsFor(operation('timeline'), { id: `pat_${story.maria.uid}`, first: 500 }),
    await statementsFor(operation('find-patient'), { search: { name: 'zz-maria' } }),
    await statementsFor(operation('sources')),
  ];
  const few = await counts();
  expect(few).toEqual([1, 1, 1, 1, 2]);

  const many = (columns: string, values: string) =>
    `(source_id, source_key, patient_record_id, ingested_at, own_mask, label_mask, ${columns}) select 1, 'many/' || n, ${story.maria.recordRow}, now(), 0, 0, ${values} from generate_series(1, 200) n`;
  await asOwner(database.url, `insert into encounter ${many('start_at, type_code', `now() - n * interval '1 day', 'visit'`)}`);
  await asOwner(database.url, `insert into condition ${many('onset_at, clinical_status', `now() - n * interval '1 day', 'active'`)}`);
  await asOwner(database.url, `insert into claim ${many('kind, serviced_from', `'OTHER', current_date - n`)}`);
  await asOwner(
    database.url,
    `insert into case_file (number, kind, status, facility_id, classification, channel, received_at, opened_at, summary, assigned_to, patient_record_id)
     select 'PR-2026-2' || n, 'COMPLAINT', 'RECEIVED', f.id, 'test', 'PHONE', now(), now(), 'Zz', $1, $2 from facility f, generate_series(1, 100) n`,
    [story.advocate.row, story.maria.recordRow],
  );
  expect(await counts()).toEqual(few);
  const answer = await gateway.ask(advocate, context, { caseId: `case_${story.maria.caseUid}` });
  expect(listAt(answer, 'case.patient.encounters.nodes')).toHaveLength(202);
  expect(listAt(answer, 'case.patient.cases.nodes')).toHaveLength(101);
});

it('the same text for every viewer of a role, every case and every page: prepared once', async () => {
  const texts = new Set<string>();
  for (const who of [advocate, { ...advocate, user: story.other }, { ...advocate, departments: [story.department] }]) {
    for (const caseUid of [story.maria.caseUid, story.john.caseUid]) {
      await gateway.ask(who, operation('patient-context'), { caseId: `case_${caseUid}` });
      gateway.statements().forEach((text) => texts.add(text));
    }
  }
  expect(texts.size).toBe(1);
});

it('as many statements as there are names under which a root field is asked', async () => {
  expect(await statementsFor(`{ ${[1, 2, 3].map((n) => `c${n}: case(id: "case_${story.maria.caseUid}") { number }`).join(' ')} }`)).toBe(3);
});
