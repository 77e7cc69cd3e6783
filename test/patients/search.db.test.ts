import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { openTestGateway, operation, type TestGateway } from '../support/gateway.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let gateway: TestGateway;
let story: Story;

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  const owner = new pg.Client({ connectionString: database.url, options: '-c search_path=hub' });
  await owner.connect();
  await owner.query(`update patient_record set name_search = 'zz lopez obrien brien zz maria' where source_key = 'Patient/1'`);
  await owner.query(
    `insert into patient_phone (patient_record_id, digits) select id, '2125550100' from patient_record where source_key = 'Patient/1'`,
  );
  await owner.end();
  gateway = openTestGateway(database.gatewayUrl);
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

async function find(search: object): Promise<unknown> {
  const answer = await gateway.ask({ role: 'ADVOCATE', purpose: 'HOPERAT', user: story.advocate }, operation('find-patient'), { search });
  if (answer.errors) return answer.errors[0]?.message;
  return (answer.data as { patients: { nodes: { name: string }[] } }).patients.nodes.map(({ name }) => name);
}

describe('finding a patient', () => {
  it.each([
    ['the beginning of a name', { name: 'zz-lop' }],
    ['names in any order, with accents and in capitals', { name: 'ZZ-MARÍA zz-lópez' }],
    ['either part of a double name', { name: 'lopez' }],
    ['her given name without its first part', { name: 'maria' }],
    ['a name with its apostrophe', { name: "O'Brien" }],
    ['a name without its apostrophe', { name: 'o’brien' }],
    ['what stands behind an apostrophe', { name: 'Brien' }],
    ['a name and a birth date', { name: 'zz', birthDate: '1959-02-03' }],
    ['a whole identifier', { identifier: 'Patient/1' }],
    ['a phone number, however it is written', { phone: '+1 (212) 555-0100' }],
  ])('finds her by %s', async (_what, search) => {
    expect(await find(search)).toEqual(['Zz-Maria Zz-Lopez']);
  });

  it.each([
    ['a part in the middle of a name', { name: 'opez' }],
    ['signs that are wildcards in SQL', { name: 'zz_lopez' }],
    ['a percent sign', { name: 'zz-l%z lop' }],
    ['another birth date', { name: 'zz-lopez', birthDate: '1959-02-04' }],
    ['the beginning of an identifier', { identifier: 'Patient/' }],
    ['the last digits of a phone number', { phone: '555-0100' }],
  ])('does not find her by %s', async (_what, search) => {
    expect(await find(search)).toEqual([]);
  });

  it.each([
    ['nothing', {}],
    ['two letters', { name: 'zz' }],
    ['a birth date alone', { birthDate: '1959-02-03' }],
  ])('asks for more than %s', async (_what, search) => {
    expect(await find(search)).toContain('Search by an identifier');
  });
});
