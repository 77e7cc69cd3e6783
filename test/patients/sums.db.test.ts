/** What a patient owes, added up from rows written by hand: nothing twice, and nothing that was never billed. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { openTestGateway, operation, type TestGateway } from '../support/gateway.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let gateway: TestGateway;
let owner: pg.Client;
let story: Story;

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  owner = new pg.Client({ connectionString: database.url, options: '-c search_path=hub' });
  await owner.connect();
  gateway = openTestGateway(database.gatewayUrl);
});
afterAll(async () => {
  await owner.end();
  await gateway.close();
  await database.drop();
});

async function sums(): Promise<unknown> {
  const who = { role: 'ADVOCATE', purpose: 'HOPERAT', user: story.advocate };
  const answer = await gateway.ask(who, operation('patient-context'), { caseId: `case_${story.maria.caseUid}` });
  expect(answer.errors).toBeUndefined();
  const { balance, patientResponsibility } = (answer.data as { case: { patient: { balance: unknown; patientResponsibility: unknown } } })
    .case.patient;
  return { balance, patientResponsibility };
}

const owes = (record: string, key: string, amount: string): Promise<unknown> =>
  owner.query(
    `insert into account (source_id, source_key, patient_record_id, ingested_at, status, balance_amount, currency, own_mask, label_mask)
     select source_id, $2, id, now(), 'issued', $3, 'USD', 0, 0 from patient_record where source_key = $1`,
    [record, key, amount],
  );

const decided = (key: string, status: string | null, share: string): Promise<unknown> =>
  owner.query(
    `with billed as (
       insert into claim (source_id, source_key, patient_record_id, ingested_at, kind, status, own_mask, label_mask)
       select source_id, $1, id, now(), 'PROFESSIONAL', $2, 0, 0 from patient_record where source_key = 'Patient/B1' returning id, source_id, patient_record_id),
     answer as (
       insert into adjudication (source_id, source_key, patient_record_id, ingested_at, claim_ref, claim_id, owes_amount, currency, own_mask, label_mask)
       select source_id, 'EOB ' || $1, patient_record_id, now(), $1, id, $3, 'USD', 0, 0 from billed returning id)
     select id from answer`,
    [key, status, share],
  );

it('what is owed counts a system’s invoices only where it keeps no accounts', async () => {
  await owes('Patient/B1', 'Invoice/1', '48');
  expect(await sums()).toMatchObject({ balance: { amount: '412.50', currency: 'USD' } });
  await owes('Patient/1', 'Invoice/1', '10');
  await owes('Patient/1', 'Invoice/2', '0.50');
  expect(await sums()).toMatchObject({ balance: { amount: '423.00', currency: 'USD' } });
});

it('what the patient is to pay leaves out claims that are cancelled or drafts', async () => {
  await decided('Claim/2', 'cancelled', '50');
  await decided('Claim/3', 'draft', '60');
  await decided('Claim/4', null, '1.031');
  await owner.query('update claim c set adjudication_id = a.id from adjudication a where a.claim_id = c.id');
  expect(await sums()).toMatchObject({ patientResponsibility: { amount: '206.000', currency: 'USD' } });
});
