import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contradictions } from '../../src/identity/index.js';
import { openPool } from '../../src/store/index.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory } from '../support/story.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  await tellStory(database.url);
});
afterAll(() => database.drop());

describe('the report of contradictions', () => {
  it('names both sources and both records once, and never the number or a name', async () => {
    await asOwner(
      database.url,
      `insert into link_conflict (patient_record_id, other_record_id, system, reason, seen_at)
       select a.id, b.id, 'urn:oid:1.2.3', 'another birth date', now() from patient_record a, patient_record b
       where (a.source_key, b.source_key) in (('Patient/1', 'Patient/B1'), ('Patient/B1', 'Patient/1'))`,
    );
    const pool = openPool(database.workerUrl, { max: 1, name: 'test' });
    const told = await contradictions(pool, 20);
    await pool.end();
    expect(told).toEqual({
      total: 1,
      newest: [
        {
          sources: expect.arrayContaining(['ehr', 'billing']),
          records: [expect.stringMatching(/^rec_/), expect.stringMatching(/^rec_/)],
          system: 'urn:oid:1.2.3',
          reason: 'another birth date',
        },
      ],
    });
    expect(JSON.stringify(told)).not.toMatch(/Zz-|Patient\//);
  });
});
