/** Nothing of a person stands in a log line, in a message for somebody who may not read it, or in the text of a fault. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { packageRoot } from '../../src/kernel/index.js';
import { operation, shapes, testPolicy } from '../support/gateway.js';
import { openHttpGateway, type HttpGateway } from '../support/http-gateway.js';
import { addLabelledRows, hiddenMark, maskedMark } from '../support/labelled-rows.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let gateway: HttpGateway;
let story: Story;

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  await addLabelledRows(database.url, { recordRow: story.maria.recordRow, source: 'ehr' });
  gateway = await openHttpGateway(database);
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

/** The mark of every synthetic person, a birth date, a phone, a complaint. */
const ofAPerson = /Zz-|1959-02-03|555-0100|moved my appointment/;
const documents = readdirSync(join(packageRoot, 'schema/operations')).map((file) => basename(file, '.graphql'));
const variables = () => ({
  caseId: `case_${story.maria.caseUid}`,
  id: `pat_${story.maria.uid}`,
  search: { name: 'Zz-Maria', birthDate: '1959-02-03' },
  input: { channel: 'PHONE', summary: 'Zz-Maria says that they moved my appointment' },
});

it('every role may ask every document: the log holds nothing of a person, and hidden rows reach nobody', async () => {
  for (const [role, { purposes }] of testPolicy.roles) {
    for (const purpose of purposes) {
      const token = await gateway.token({
        userUid: story.advocate.uid,
        role,
        purpose,
        departments: [story.department.uid],
        facility: story.facility.uid,
      });
      for (const name of documents) {
        const { text } = await gateway.post(token, { query: operation(name), variables: variables() });
        expect(text).not.toContain(hiddenMark);
        expect(text).not.toContain(maskedMark);
      }
    }
  }
  expect(gateway.logged()).not.toMatch(ofAPerson);
});

describe('a fault', () => {
  it('of the database while it answers is told without a word of what was asked', async () => {
    const token = await gateway.token({ userUid: story.advocate.uid });
    await asOwner(database.url, 'alter table encounter rename to encounter_away');
    try {
      const { json } = await gateway.post(token, { query: operation('patient-context'), variables: variables() });
      expect(json).toEqual({
        data: { case: null },
        errors: [expect.objectContaining({ message: 'A compiled statement failed.', extensions: { code: 'INTERNAL' } })],
      });
    } finally {
      await asOwner(database.url, 'alter table encounter_away rename to encounter');
    }
    expect(gateway.logged()).toContain('"code":"INTERNAL"');
    expect(gateway.logged()).not.toMatch(ofAPerson);
  });

  it('that nobody foresaw is told by its request id only', async () => {
    const token = await gateway.token({ userUid: story.advocate.uid });
    const answer = await gateway.post(token, { query: operation('open-case'), variables: variables() }); // the acts of this gateway throw
    expect(answer.json.errors).toEqual([
      expect.objectContaining({
        message: expect.stringContaining(answer.headers.get('x-request-id') ?? '?'),
        extensions: { code: 'INTERNAL' },
      }),
    ]);
    expect(gateway.logged()).toContain(answer.headers.get('x-request-id'));
    expect(gateway.logged()).not.toMatch(ofAPerson);
  });

  it('of a value that does not fit says where it stood and not what it was: clients log messages', async () => {
    const token = await gateway.token({ userUid: story.advocate.uid });
    const search = 'query ($search: PatientSearch!) { patients(search: $search) { totalCount } }';
    for (const body of [
      { query: search, variables: { search: { name: 'Zz-Maria', birthDate: 'on 1959-02-03' } } },
      { query: search, variables: { search: 'Zz-Maria' } },
      { query: '{ patients(search: { name: "Zz-Maria", birthDate: "on 1959-02-03" }) { totalCount } }' },
      { query: '{ patients(search: { name: "Zz-Maria" "1959-02-03" }) { totalCount } }' },
      { query: '{ patients(search: "Zz-Maria") { totalCount } }' },
      { query: operation('open-case'), variables: { input: { channel: 'Zz-Maria', summary: 'They moved my appointment' } } },
    ]) {
      const { status, text } = await gateway.post(token, body);
      expect([status, text]).toEqual([400, expect.not.stringMatching(ofAPerson)]);
    }
  });

  it('of a refused token repeats nothing of the token', async () => {
    const token = await gateway.token({ userUid: story.advocate.uid, role: 'SURGEON' });
    const { text } = await gateway.post(token, { query: '{ __typename }' });
    expect(text).not.toMatch(/SURGEON|usr_/);
    expect(gateway.logged()).not.toMatch(/SURGEON|eyJ/);
  });
});

it('every table whose rows a shape with PHI shows has row-level security for the gateway', async () => {
  const tables = [
    ...new Set(
      shapes
        .filter(({ fields }) => Object.values(fields).some(({ phi, gate }) => phi !== undefined || gate !== undefined))
        .map(({ table }) => table),
    ),
  ];
  const secured = await asOwner<{ table: string }>(
    database.url,
    `select relname as table from pg_class where relnamespace = 'hub'::regnamespace and relrowsecurity`,
  );
  const names = secured.map(({ table }) => table);
  // A person has no columns of their own; everything about them is gathered from records.
  expect(tables.filter((table) => table !== 'person' && !names.includes(table))).toEqual([]);
  expect(names).toEqual(expect.arrayContaining(['patient_identifier', 'patient_phone', 'person_link', 'account', 'adjudication']));
});
