/** The text that is passed through, the compiled executor and graphql-js answer the same, whatever a document is made of; and
 *  what they answer is right. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { at, listAt } from '../support/answers.js';
import { hubSchema, openTestGateway, operation, type Asking, type TestGateway } from '../support/gateway.js';
import { addLabelledRows } from '../support/labelled-rows.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';
import { everyField } from '../support/whole-document.js';

let database: TestDatabase;
let gateway: TestGateway;
let story: Story;
let advocate: Asking;

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  await addLabelledRows(database.url, { recordRow: story.maria.recordRow, source: 'ehr' });
  gateway = openTestGateway(database.gatewayUrl);
  advocate = { role: 'ADVOCATE', purpose: 'HOPERAT', user: story.advocate };
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

async function both(document: string, variables: Record<string, unknown> = {}): Promise<unknown> {
  const given = { id: `pat_${story.maria.uid}`, caseId: `case_${story.maria.caseUid}`, search: { identifier: 'Patient/1' }, ...variables };
  const passed = await gateway.ask(advocate, document, given);
  const compiled = await gateway.ask(advocate, document, given, 'compiled');
  const interpreted = await gateway.ask(advocate, document, given, 'interpreted');
  expect(compiled.errors).toBeUndefined();
  expect(interpreted.errors).toBeUndefined();
  expect(passed.errors).toBeUndefined();
  expect(JSON.stringify(compiled.data)).toBe(JSON.stringify(interpreted.data));
  expect(JSON.stringify(passed.data)).toBe(JSON.stringify(interpreted.data));
  expect(passed.passed).toBe(!/^\{ __typename \}$/.test(document));
  return compiled.data;
}

describe('all ways of execution answer the same, key by key', () => {
  it.each(['find-patient', 'patient-context', 'sources', 'timeline', 'worklist'])('for the document %s', async (name) => {
    await both(operation(name));
  });

  it('for every field that the schema has, with its type', async () => {
    const patient = everyField(hubSchema, 'Patient', { depth: 3, typenames: true });
    const data = await both(
      `query ($id: ID!, $caseId: ID!) { patient(id: $id) ${patient} case(id: $caseId) ${everyField(hubSchema, 'Case', { depth: 3, typenames: true })} }`,
    );
    expect(at(data, 'patient.encounters.nodes.0.__typename')).toBe('Encounter');
    expect(at(data, 'patient.encounters.pageInfo.__typename')).toBe('PageInfo');
    expect(at(data, 'patient.encounters.nodes.1.withheld.0.__typename')).toBe('Withheld');
    expect(at(data, 'case.complainant.__typename')).toBe('Complainant');
  });

  it('for the root itself', async () => {
    expect(await both('{ __typename }')).toEqual({ __typename: 'Query' });
  });
});

describe('a document', () => {
  it('may rename fields, and ask for one of them twice with different arguments', async () => {
    const data = await both(`query ($id: ID!) {
      one: patient(id: $id) { called: name newest: encounters(first: 1) { list: nodes { on: start } } two: encounters(first: 2) { nodes { start } } }
      other: patient(id: "pat_00000000-0000-4000-8000-000000000011") { name }
    }`);
    expect(data).toEqual({
      one: {
        called: 'Zz-Maria Zz-Lopez',
        newest: { list: [{ on: '2026-11-02T09:00:00.000Z' }] },
        two: { nodes: [{ start: '2026-11-02T09:00:00.000Z' }, { start: '2026-11-01T09:00:00.000Z' }] },
      },
      other: { name: 'Zz-John Zz-Doe' },
    });
  });

  it('may rename in `withheld`, `pageInfo` and value objects, too', async () => {
    const data = await both(
      `query ($id: ID!) { patient(id: $id) { encounters(first: 2) { p: pageInfo { more: hasNextPage } e: edges { c: cursor n: node { why: withheld { what: field because: rule } code: type { c: code d: display } p: provenance { from: source } } } } } }`,
    );
    expect(at(data, 'patient.encounters')).toEqual({
      p: { more: true },
      e: [
        { c: expect.any(String), n: { why: [], code: { c: 'visit', d: 'Visit' }, p: { from: 'ehr' } } },
        { c: expect.any(String), n: { why: [{ what: 'code', because: 'sensitivity.masked' }], code: null, p: { from: 'ehr' } } },
      ].map((edge, index) => (index === 1 ? { ...edge, n: { ...edge.n, why: [{ what: 'type', because: 'sensitivity.masked' }] } } : edge)),
    });
  });

  it('may be made of fragments: named, inline, on an interface, one in another, the same field in several', async () => {
    const data = await both(`
      query ($id: ID!) { patient(id: $id) { ...Known ... on Governed { withheld { field } } ... on Node { id } encounters(first: 1) { nodes { id } } ... { encounters(first: 1) { nodes { ...Visit } } } } }
      fragment Known on Patient { name ...Born } fragment Born on Patient { birthDate name } fragment Visit on Encounter { start status }`);
    expect(data).toEqual({
      patient: {
        name: 'Zz-Maria Zz-Lopez',
        birthDate: '1959-02-03',
        withheld: [],
        id: `pat_${story.maria.uid}`,
        encounters: { nodes: [{ id: expect.stringMatching(/^enc_/), start: '2026-11-02T09:00:00.000Z', status: 'finished' }] },
      },
    });
  });

  it('may leave out or take in, by a variable that changes from one request to the next', async () => {
    const document = `query ($id: ID!, $wide: Boolean!, $slim: Boolean = false) {
      patient(id: $id) { name @skip(if: $slim) birthDate @include(if: $wide) encounters(first: 1) @include(if: $wide) { nodes { start status @skip(if: $wide) } } ...More @include(if: $wide) } }
      fragment More on Patient { sex }`;
    const [name, birthDate, sex] = ['Zz-Maria Zz-Lopez', '1959-02-03', 'female'];
    const encounters = { nodes: [{ start: '2026-11-02T09:00:00.000Z' }] };
    expect(await both(document, { wide: false })).toEqual({ patient: { name } });
    expect(await both(document, { wide: true })).toEqual({ patient: { name, birthDate, encounters, sex } });
    expect(await both(document, { wide: true, slim: true })).toEqual({ patient: { birthDate, encounters, sex } });
    expect(await both(document, { wide: false })).toEqual({ patient: { name } });
  });

  it('may ask a line of time for more of what it tells of than an id', async () => {
    const data = await both(
      `query ($id: ID!) { patient(id: $id) { timeline(first: 100) { nodes { kind title subject { __typename id ... on Encounter { start reason { display } } ... on Claim { billed { amount } } ... on Case { number } } } } } }`,
    );
    const entries = listAt(data, 'patient.timeline.nodes') as { kind: string; subject: unknown }[];
    expect(entries.find(({ kind }) => kind === 'CASE_OPENED')?.subject).toEqual({
      __typename: 'Case',
      id: `case_${story.maria.caseUid}`,
      number: 'PR-2026-0001',
    });
    expect(entries.filter(({ kind, subject }) => kind === 'ENCOUNTER' && subject !== null)).toMatchObject([
      { subject: { __typename: 'Encounter', start: '2026-11-02T09:00:00.000Z', reason: { display: 'Chest pain' } } },
    ]);
    expect(entries.find(({ kind, subject }) => kind === 'CLAIM' && subject !== null)?.subject).toMatchObject({
      billed: { amount: '412.500' },
    });
  });

  it('may ask a list for nothing but its count, its pages, its type, or what is withheld of it', async () => {
    const data = await both(`query ($id: ID!) { patient(id: $id) { name
      encounters { totalCount } appointments { pageInfo { hasPreviousPage } } conditions { __typename } claims { withheld { field } } cases(first: 0) { nodes { id } pageInfo { hasNextPage endCursor } } } }`);
    expect(data).toEqual({
      patient: {
        name: 'Zz-Maria Zz-Lopez',
        encounters: { totalCount: 4 },
        appointments: { pageInfo: { hasPreviousPage: false } },
        conditions: { __typename: 'ConditionConnection' },
        claims: { withheld: [] },
        cases: { nodes: [], pageInfo: { hasNextPage: true, endCursor: null } },
      },
    });
  });
});

describe('a field that fails', () => {
  const said = ({ errors, data }: Awaited<ReturnType<TestGateway['ask']>>) => ({
    data,
    errors: errors?.map(({ message, path, locations }) => ({ message, path, locations })),
  });

  async function each(of: TestGateway, document: string, variables: Record<string, unknown>) {
    const usual = said(await of.ask(advocate, document, variables));
    expect(said(await of.ask(advocate, document, variables, 'compiled'))).toEqual(usual);
    expect(said(await of.ask(advocate, document, variables, 'interpreted'))).toEqual(usual);
    return usual;
  }

  it('is null and leaves the others', async () => {
    const broken = openTestGateway(database.gatewayUrl, (text) => (text.includes('case_file') ? 'select 1 / 0' : text));
    const document = 'query ($id: ID!, $caseId: ID!) { patient(id: $id) { name } case(id: $caseId) { number } }';
    const { data, errors } = await each(broken, document, { id: `pat_${story.maria.uid}`, caseId: `case_${story.maria.caseUid}` });
    await broken.close();
    expect(data).toEqual({ patient: { name: 'Zz-Maria Zz-Lopez' }, case: null });
    expect(errors?.map(({ path }) => path)).toEqual([['case']]);
  });

  it('takes the whole answer along where the schema promises it', async () => {
    const document = 'query ($id: ID!) { patient(id: $id) { name } cases(first: 501) { nodes { number } } }';
    const { data, errors } = await each(gateway, document, { id: `pat_${story.maria.uid}` });
    expect(data).toBeNull();
    expect(errors?.map(({ path }) => path)).toEqual([['cases']]);
  });

  it('is not asked where a variable cannot be taken', async () => {
    const document = 'query ($n: Int!) { cases(first: $n) { nodes { number } } }';
    const usual = said(await gateway.ask(advocate, document, { n: 'many' }));
    expect(said(await gateway.ask(advocate, document, { n: 'many' }, 'interpreted'))).toEqual(usual);
    expect(usual).toMatchObject({ data: undefined, errors: [{ message: expect.stringContaining('Int cannot represent') }] });
  });
});

describe('arguments', () => {
  const numbers = (data: unknown): unknown[] => listAt(data, 'cases.nodes').map((node) => at(node, 'number'));

  it('may be written into the document or sent as variables, whole or in part, with defaults', async () => {
    const all = ['PR-2026-0001', 'PR-2026-0002'];
    expect(
      numbers(await both('{ cases(filter: { statuses: [RECEIVED] }, orderBy: NEXT_DEADLINE, first: 5) { nodes { number } } }')),
    ).toEqual(all);
    expect(
      numbers(
        await both('query ($f: CaseFilter, $o: CaseOrder, $n: Int) { cases(filter: $f, orderBy: $o, first: $n) { nodes { number } } }', {
          f: { statuses: ['RECEIVED'] },
          o: 'NEXT_DEADLINE',
          n: 5,
        }),
      ),
    ).toEqual(all);
    expect(
      numbers(await both('query ($s: [CaseStatus!]) { cases(filter: { statuses: $s }) { nodes { number } } }', { s: ['CLOSED'] })),
    ).toEqual([]);
    expect(numbers(await both('query ($n: Int = 1) { cases(first: $n) { nodes { number } } }'))).toEqual(all.slice(0, 1));
  });

  it('count only where they are given: an absent one, null and false ask for nothing', async () => {
    const document = 'query ($f: CaseFilter) { cases(filter: $f) { nodes { number } } }';
    for (const f of [undefined, null, {}, { mine: false }, { statuses: null }])
      expect(numbers(await both(document, { f }))).toHaveLength(2);
    expect(numbers(await both(document, { f: { mine: true } }))).toEqual(['PR-2026-0001']);
    expect(numbers(await both(document, { f: { statuses: [] } }))).toEqual([]);
    expect(numbers(await both(document, { f: { mine: true, statuses: ['CLOSED'] } }))).toEqual([]);
    expect(numbers(await both(document, { f: { mine: false } }))).toHaveLength(2);
  });
});
