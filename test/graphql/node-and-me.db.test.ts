/** The roots that lead anywhere: `node` by id, `me`, `departments`, `source` by name. One statement each, whatever there is
 *  to find; what is absent, denied or no id at all looks alike; and the trail knows whom an answer was about. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { at, textAt } from '../support/answers.js';
import { openTestGateway, type Asking, type TestGateway } from '../support/gateway.js';
import { addGrant } from '../support/grants.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let gateway: TestGateway;
let story: Story;
let advocate: Asking;
const ids: Record<string, string> = {};

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  gateway = openTestGateway(database.gatewayUrl);
  advocate = { role: 'ADVOCATE', purpose: 'HOPERAT', user: story.advocate };
  const idOf = async (name: string, tag: string, from: string): Promise<void> => {
    const [row] = await asOwner<{ uid: string }>(database.url, `select uid from ${from}`);
    ids[name] = `${tag}_${row?.uid ?? ''}`;
  };
  await idOf('mine', 'enc', `encounter where source_key = 'Encounter/1'`);
  await idOf('masked', 'enc', `encounter where source_key = 'Encounter/2'`);
  await idOf('hidden', 'enc', `encounter where source_key = 'Encounter/3'`);
  await idOf('another', 'enc', `encounter where source_key = 'Encounter/4'`);
  await idOf('unlabelled', 'enc', `encounter where source_key = 'Encounter/5'`);
  await idOf('claim', 'clm', 'claim');
  await idOf('issue', 'iss', `case_issue where case_id = (select id from case_file where number = 'PR-2026-0001')`);
  await idOf('clock', 'dln', `deadline where case_id = (select id from case_file where number = 'PR-2026-0002')`);
  await idOf('source', 'src', `source where name = 'ehr'`);
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

const node = (id: string | undefined, who: Asking = advocate, selection = '{ __typename id }') =>
  gateway.ask(who, `query ($id: ID!) { node(id: $id) ${selection} }`, { id });

describe('node', () => {
  it('answers an object with its type and what is asked of it, on both ways of execution', async () => {
    const selection =
      '{ __typename id ... on Encounter { start reason { display } } ... on Claim { billed { amount } encounter { id } } ... on Governed { withheld { field } } }';
    expect((await node(ids['mine'], advocate, selection)).data).toEqual({
      node: {
        __typename: 'Encounter',
        id: ids['mine'],
        start: '2026-11-02T09:00:00.000Z',
        reason: { display: 'Chest pain' },
        withheld: [],
      },
    });
    const document = `query ($id: ID!) { node(id: $id) ${selection} }`;
    const answers = await Promise.all(
      (['compiled', 'interpreted'] as const).map((way) => gateway.ask(advocate, document, { id: ids['claim'] }, way)),
    );
    expect(answers[0]?.data).toEqual({
      node: { __typename: 'Claim', id: ids['claim'], billed: { amount: '412.500' }, encounter: { id: ids['mine'] }, withheld: [] },
    });
    expect(answers[1]?.data).toEqual(answers[0]?.data);
    const aliased = await gateway.ask(
      advocate,
      'query ($a: ID!, $b: ID!) { one: node(id: $a) { kind: __typename } two: node(id: $b) { ... on Encounter { masked: withheld { field } start status } } }',
      { a: ids['clock'], b: ids['masked'] },
    );
    expect(aliased.data).toEqual({
      one: { kind: 'Deadline' },
      two: { masked: [{ field: 'status' }], start: '2026-11-01T09:00:00.000Z', status: null },
    });
  });

  it('answers null for what is hidden, not labelled, of another patient, absent, of another type, or no id', async () => {
    const uuid = (ids['mine'] ?? '').slice(4);
    const nothing = [ids['hidden'], ids['unlabelled'], ids['another'], 'enc_00000000-0000-4000-8000-00000000dead', `apt_${uuid}`, `xyz_${uuid}`, `tlexyz_${uuid}`, `tle_${uuid}`, `_${uuid}`, uuid, 'enc_1', '', "' or 1=1 --"]; // prettier-ignore
    for (const id of nothing) {
      gateway.statements();
      const { data, errors, context } = await node(id);
      expect([id, data, errors, gateway.statements().length, context.trail.touched]).toEqual([id, { node: null }, undefined, 1, []]);
    }
    gateway.statements();
    await node(ids['mine']);
    expect(gateway.statements()).toHaveLength(1);
    expect((await node(ids['mine'], { ...advocate, role: 'ANALYST', purpose: 'HQUALIMP' })).data).toEqual({ node: null });
    expect(gateway.statements()).toHaveLength(1);
    expect((await node(ids['source'])).data).toEqual({ node: null });
    expect((await node(ids['source'], { ...advocate, role: 'INTEGRATION_ENGINEER', purpose: 'HSYSADMIN' })).data).toEqual({
      node: { __typename: 'Source', id: ids['source'] },
    });
  });

  it('a role that may not ask sends no statement that names the table', async () => {
    gateway.statements();
    const { context } = await node(ids['mine'], { ...advocate, role: 'ANALYST', purpose: 'HQUALIMP' });
    expect(gateway.statements().join()).not.toMatch(/encounter|person|patient/);
    expect(context.trail.refused).toBe(true);
  });

  it('leaves an entry for whom it was about, with the class that was answered', async () => {
    const selection =
      '{ ... on Encounter { status } ... on Claim { billed { amount } encounter { status } } ... on Issue { category } ... on TimelineEntry { title } ... on Deadline { dueAt } }';
    const told = async (id: string | undefined) =>
      (await node(id, advocate, selection)).context.trail.touched.map((touched) => ({
        ...touched,
        phiClasses: [...touched.phiClasses].toSorted(),
        withheldFields: [...touched.withheldFields],
      }));
    const maria = { personUid: story.maria.uid, caseUid: null, withheldFields: [], grantUid: null };
    expect(await told(ids['mine'])).toEqual([{ ...maria, phiClasses: ['CLINICAL'] }]);
    expect(await told(ids['claim'])).toEqual([{ ...maria, phiClasses: ['BILLING', 'CLINICAL'] }]);
    expect(await told((ids['mine'] ?? '').replace('enc', 'tleenc'))).toEqual([{ ...maria, phiClasses: ['CLINICAL'] }]);
    expect(await told((ids['masked'] ?? '').replace('enc', 'tleenc'))).toEqual([
      { ...maria, phiClasses: ['CLINICAL'], withheldFields: ['sensitivity.masked'] },
    ]);
    expect(await told(ids['issue'])).toMatchObject([{ ...maria, caseUid: story.maria.caseUid }]);
    expect(await told(ids['clock'])).toEqual([
      { personUid: null, caseUid: story.john.caseUid, phiClasses: [], withheldFields: [], grantUid: null },
    ]);
  });

  it('that only a broken glass opens says by which grant', async () => {
    const grant = await addGrant(database.url, { userRow: story.advocate.row, personUid: story.john.uid });
    try {
      for (const id of [ids['another'], (ids['another'] ?? '').replace('enc', 'tleenc')]) {
        const { data, context } = await node(id, advocate, '{ id ... on Encounter { status } ... on TimelineEntry { title } }');
        expect(at(data, 'node.id')).toBe(id);
        expect(context.trail.touched).toMatchObject([{ personUid: story.john.uid, grantUid: grant }]);
        expect([...context.trail.opened]).toEqual([grant]);
      }
      const mine = await node(ids['mine'], advocate, '{ ... on Encounter { status } }');
      expect([...mine.context.trail.opened]).toEqual([]);
    } finally {
      await asOwner(database.url, 'delete from access_grant');
    }
  });

  it('of an old id answers the person who survived a merge, as the patient itself does', async () => {
    await asOwner(
      database.url,
      `insert into person (uid, alias_of) select '00000000-0000-4000-8000-000000000077', id from person where uid = $1`,
      [story.maria.uid],
    );
    expect((await node('pat_00000000-0000-4000-8000-000000000077')).data).toEqual({
      node: { __typename: 'Patient', id: `pat_${story.maria.uid}` },
    });
  });
});

describe('what a broken glass opened', () => {
  const read = (document: string, variables: object) => gateway.ask(advocate, document, { ...variables });

  it('is marked only where it alone opened something that was answered', async () => {
    const grant = await addGrant(database.url, { userRow: story.advocate.row, personUid: story.john.uid });
    const alsoMaria = await addGrant(database.url, { userRow: story.advocate.row, personUid: story.maria.uid });
    try {
      const opened = async (uid: string, selection: string) => [
        ...(await read(`query ($id: ID!) { patient(id: $id) { ${selection} } }`, { id: `pat_${uid}` })).context.trail.opened,
      ];
      expect(await opened(story.john.uid, 'encounters { nodes { status } }')).toEqual([grant]);
      expect(await opened(story.john.uid, 'timeline { nodes { title } }')).toEqual([grant]);
      expect(await opened(story.john.uid, 'records { address }')).toEqual([grant]);
      expect(await opened(story.john.uid, 'cases { nodes { narrative } }')).toEqual([grant]);
      expect(await opened(story.john.uid, 'name birthDate')).toEqual([]);
      expect(await opened(story.maria.uid, 'encounters { nodes { status } } contactPoints { value }')).toEqual([]); // a case opens it anyway
      const worklist = await read('{ cases { nodes { number summary patient { name } } } }', {});
      expect([...worklist.context.trail.opened]).toEqual([grant]);
      expect(worklist.context.trail.touched.map(({ personUid, grantUid }) => [personUid, grantUid])).toEqual([
        [story.maria.uid, null],
        [story.john.uid, grant],
      ]);
      expect(alsoMaria).not.toBe(grant);
    } finally {
      await asOwner(database.url, 'delete from access_grant');
    }
  });
});

describe('me, departments and source', () => {
  it('take one statement each', async () => {
    for (const document of [
      '{ me { user { name } role purpose may breakGlass { id } } }',
      '{ departments { id name facility { name } } }',
      '{ source(name: "ehr") { id } }',
    ]) {
      gateway.statements();
      expect((await gateway.ask(advocate, document)).errors).toBeUndefined();
      expect(gateway.statements()).toHaveLength(1);
    }
  });

  it('departments are told to every role, by name', async () => {
    await asOwner(
      database.url,
      `insert into department (uid, name, facility_id) select gen_random_uuid(), 'Billing Office', id from facility`,
    );
    for (const [role, purpose] of [
      ['ADVOCATE', 'HOPERAT'],
      ['ANALYST', 'HQUALIMP'],
      ['INTEGRATION_ENGINEER', 'HSYSADMIN'],
    ] as const)
      // prettier-ignore
      expect(at(await gateway.ask({ ...advocate, role, purpose }, '{ departments { name facility { name } } }'), 'departments')).toEqual([
        { name: 'Billing Office', facility: { name: 'Zz General' } },
        { name: 'Cardiology', facility: { name: 'Zz General' } },
      ]);
  });

  it('a source is found by its whole name, by who manages sources', async () => {
    const engineer: Asking = { ...advocate, role: 'INTEGRATION_ENGINEER', purpose: 'HSYSADMIN' };
    const ask = (who: Asking, name: string) => gateway.ask(who, 'query ($name: String!) { source(name: $name) { id name } }', { name });
    expect(textAt(await ask(engineer, 'ehr'), 'source.id')).toBe(ids['source']);
    for (const name of ['eh', 'EHR', '%', '', "' or 1=1"]) expect((await ask(engineer, name)).data).toEqual({ source: null });
    expect((await ask(advocate, 'ehr')).data).toEqual({ source: null });
  });
});
