/** Finding a person by an exact, whole value: whom the policy lets, even where the value itself is not shown; and what is never
 *  found by it. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { at } from '../support/answers.js';
import { openTestGateway, type Asking, type TestGateway } from '../support/gateway.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let gateway: TestGateway;
let story: Story;
beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  await asOwner(
    database.url,
    `insert into patient_phone (patient_record_id, digits) select id, '2125550100' from patient_record where source_key = 'Patient/1'`,
  );
  gateway = openTestGateway(database.gatewayUrl);
});
afterEach(async () => {
  await asOwner(database.url, 'update patient_record set label_mask = 0 where label_mask is not null');
  await asOwner(database.url, `update person_link set assurance = 'CERTAIN'`);
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

const document = `query ($search: PatientSearch!) { patients(search: $search) {
  totalCount nodes { id name identifiers { value } withheld { field reason } } pageInfo { hasNextPage } withheld { field reason rule remedy } } }`;
const asking = (role: string, purpose: string): Asking => ({ role, purpose, user: story.other, departments: [story.department] });
async function find(role: string, purpose: string, search: object) {
  const answer = await gateway.ask(asking(role, purpose), document, { search });
  expect(answer.errors).toBeUndefined();
  return { found: at(answer, 'patients'), trail: answer.context.trail };
}
const advocate = ['ADVOCATE', 'HOPERAT'] as const;
const maria = { identifier: 'Patient/1' };
const nobody = { totalCount: 0, nodes: [], withheld: [] };

describe('a search by identifier or phone', () => {
  it('finds by the whole value whoever has it, where the viewer may not see the value', async () => {
    for (const search of [maria, { phone: '(212) 555-0100' }]) {
      const { found, trail } = await find(...advocate, search);
      expect(found).toMatchObject({
        totalCount: 1,
        nodes: [{ id: `pat_${story.maria.uid}`, identifiers: null, withheld: [{ field: 'identifiers', reason: 'RELATIONSHIP' }] }],
        withheld: [],
      });
      expect(trail).toMatchObject({ action: 'SEARCH', refused: false });
    }
  });

  it.each([
    ['a part of it', { identifier: 'Patient/' }],
    ['it with something behind', { identifier: 'Patient/1 ' }],
    ['another case of letters', { identifier: 'patient/1' }],
    ['a wildcard', { identifier: 'Patient/_' }],
    ['the last digits of a number', { phone: '5550100' }],
  ])('finds nobody by %s', async (_what, search) => {
    expect((await find(...advocate, search)).found).toMatchObject(nobody);
  });

  it('finds nobody by what only a masked record says, nor by a record that is not certainly the person’s', async () => {
    await asOwner(database.url, `update patient_record set label_mask = 4 where source_key = 'Patient/1'`);
    for (const search of [maria, { phone: '2125550100' }]) expect((await find(...advocate, search)).found).toMatchObject(nobody);
    await asOwner(database.url, 'update patient_record set label_mask = 0 where label_mask is not null');
    await asOwner(
      database.url,
      `update person_link set assurance = 'PROBABLE' where patient_record_id = (select id from patient_record where source_key = 'Patient/1')`,
    );
    expect((await find(...advocate, maria)).found).toMatchObject(nobody);
  });

  it('finds nobody by a hidden record, and leaves no trace of why', async () => {
    await asOwner(database.url, `update patient_record set label_mask = 1 where source_key = 'Patient/1'`);
    expect((await find(...advocate, maria)).found).toMatchObject(nobody);
  });
});

describe('without a rule for it', () => {
  it('a search finds nothing and says why: the role has none, or not for this purpose', async () => {
    const byPhone = await find('RESPONDER', 'HOPERAT', { phone: '2125550100' });
    expect(byPhone.found).toEqual({
      totalCount: null,
      nodes: [],
      pageInfo: { hasNextPage: false },
      withheld: [{ field: 'nodes', reason: 'ROLE', rule: 'default.deny', remedy: expect.any(String) }],
    });
    expect(byPhone.trail).toMatchObject({ action: 'SEARCH', refused: true, touched: [] });
    const forQuality = await find('MANAGER', 'HQUALIMP', maria);
    expect(forQuality.found).toMatchObject({
      nodes: [],
      withheld: [{ field: 'nodes', reason: 'PURPOSE', rule: 'match.office', remedy: 'Ask under HOPERAT or PATADMIN.' }],
    });
  });

  it('one that is beside a name finds nothing either: what may not be asked is not quietly left out', async () => {
    const { found } = await find('RESPONDER', 'HOPERAT', { name: 'zz-maria', phone: '2125550100' });
    expect(found).toMatchObject({ nodes: [], withheld: [{ rule: 'default.deny' }] });
  });

  it('does not say whether anybody has it: the answer and the number of statements are the same', async () => {
    const ask = async (search: object) => {
      gateway.statements();
      const { found } = await find('RESPONDER', 'HOPERAT', search);
      return { found, statements: gateway.statements() };
    };
    const [there, absent] = [await ask({ phone: '2125550100' }), await ask({ phone: '2125550199' })];
    expect(there).toEqual(absent);
    expect(there.statements.join()).not.toContain('patient_phone');
  });
});
