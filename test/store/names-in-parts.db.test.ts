/** Names stored before each part became a word are rewritten once, to what a new reading would store. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { searchName } from '../../src/store/ingest/patient-cells.js';
import { namesInParts } from '../../src/store/migrations/migration-0012-names-in-parts.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory } from '../support/story.js';

let database: TestDatabase;
let owner: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  await tellStory(database.url);
  owner = new pg.Client({ connectionString: database.url, options: '-c search_path=hub' });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

/** What the form before this migration was. */
const before = (name: string): string => name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

it.each(['Zz-Lopez Zz-María', "Zz-O'Brien Zz-Ann", 'Zz-D’Arcy Zz-Jo', 'Zz Plain', "Zz'x Zz–Dash, Zz"])('%s', async (name) => {
  await owner.query(`update patient_record set name_search = $1 where source_key = 'Patient/1'`, [before(name)]);
  await owner.query(namesInParts);
  const { rows } = await owner.query<{ name_search: string }>(`select name_search from patient_record where source_key = 'Patient/1'`);
  expect(rows[0]?.name_search).toBe(searchName({ family: null, given: null, name }));
});
