import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory } from '../support/story.js';

let database: TestDatabase;
let owner: pg.Client;
let viewer: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  await tellStory(database.url);
  owner = new pg.Client({ connectionString: database.url, options: '-c search_path=hub' });
  viewer = new pg.Client({ connectionString: database.gatewayUrl });
  await owner.connect();
  await viewer.connect();
  await viewer.query(`set hub.hidden = '1'`);
});
afterAll(async () => {
  await Promise.all([owner.end(), viewer.end()]);
  await database.drop();
});

const seen = async (): Promise<number[]> => {
  const { rows } = await viewer.query<{ links: number; numbers: number }>(
    `select (select count(*)::int from person_link l join patient_record r on r.id = l.patient_record_id where r.source_key = 'Patient/1') as links,
            (select count(*)::int from patient_identifier where value = 'Patient/1') as numbers`,
  );
  return [rows[0]?.links ?? -1, rows[0]?.numbers ?? -1];
};

describe('what hangs on a patient record', () => {
  it('carries the labels of the record from the moment it is written', async () => {
    const { rows } = await owner.query(`select distinct label_mask from person_link`);
    expect(rows).toEqual([{ label_mask: 0 }]);
    expect(await seen()).toEqual([1, 1]);
  });

  it('disappears and comes back with the record', async () => {
    await owner.query(`update patient_record set label_mask = 1 where source_key = 'Patient/1'`);
    expect(await seen()).toEqual([0, 0]);
    expect((await viewer.query(`select from person_link l join person p on p.id = l.person_id where l.label_mask = 1`)).rowCount).toBe(0);
    await owner.query(`update patient_record set label_mask = 0 where source_key = 'Patient/1'`);
    expect(await seen()).toEqual([1, 1]);
  });

  it('is invisible while the record is not labelled', async () => {
    await owner.query(`update patient_record set label_mask = null where source_key = 'Patient/1'`);
    expect(await seen()).toEqual([0, 0]);
  });
});
