/** Pages: whatever their size, walking through them visits every row once and in order, where keys are equal or missing, too. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { at, codesOf, listAt } from '../support/answers.js';
import { openTestGateway, type Asking, type TestGateway } from '../support/gateway.js';
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
  const record = story.maria.recordRow;
  // Equal instants, instants apart by a microsecond, and none at all.
  const instants = `(values ('2026-05-01T10:00:00Z'), ('2026-05-01T10:00:00Z'), ('2026-05-01T10:00:00Z'), ('2026-05-01T10:00:00.000001Z'), ('0099-01-01T00:00:00Z'), (null), (null)) v(at)`;
  const ingested = `(select id from source where name = 'ehr'), gen_random_uuid()::text, ${record}, now()`;
  await asOwner(
    database.url,
    `insert into encounter (source_id, source_key, patient_record_id, ingested_at, start_at, own_mask, label_mask) select ${ingested}, at::timestamptz, 0, 0 from ${instants}`,
  );
  await asOwner(
    database.url,
    `insert into claim (source_id, source_key, patient_record_id, ingested_at, kind, serviced_from, own_mask, label_mask) select ${ingested}, 'OTHER', at::date, 0, 0 from ${instants}`,
  );
  await asOwner(
    database.url,
    `insert into case_file (number, kind, status, facility_id, classification, channel, received_at, opened_at, summary, assigned_to, patient_record_id, next_due_at)
     select 'PR-2026-1' || row_number() over (), 'COMPLAINT', 'RECEIVED', f.id, 'test', 'PHONE', coalesce(at::timestamptz, '2026-05-02'), now(), 'Zz', $1, $2, at::timestamptz from facility f, ${instants}`,
    [story.advocate.row, record],
  );
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

const ofPatient = (field: string) => ({
  document: `query ($id: ID!, $first: Int, $after: String) { patient(id: $id) { page: ${field}(first: $first, after: $after) { edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
  path: 'patient.page',
});
const lists = {
  encounters: ofPatient('encounters'),
  claims: ofPatient('claims'),
  cases: ofPatient('cases'),
  timeline: ofPatient('timeline'),
  worklist: {
    document:
      'query ($first: Int, $after: String) { page: cases(first: $first, after: $after) { edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }',
    path: 'page',
  },
};
type Name = keyof typeof lists;

interface Page {
  readonly codes: unknown[];
  readonly ids: unknown[];
  readonly cursors: unknown[];
  readonly info: Record<string, unknown>;
}
async function page(name: Name, asked: { first: unknown; after?: unknown }): Promise<Page> {
  const { document, path } = lists[name];
  const answer = await gateway.ask(advocate, document, { id: `pat_${story.maria.uid}`, ...asked });
  if (answer.errors) return { codes: codesOf(answer), ids: [], cursors: [], info: {} };
  const edges = listAt(answer, `${path}.edges`);
  return {
    codes: [],
    ids: edges.map((edge) => at(edge, 'node.id')),
    cursors: edges.map((edge) => at(edge, 'cursor')),
    info: at(answer, `${path}.pageInfo`) as Record<string, unknown>,
  };
}

async function walk(name: Name, sizes: readonly number[]): Promise<unknown[]> {
  const seen: unknown[] = [];
  let after: unknown = null;
  for (let turn = 0; turn < 50; turn += 1) {
    const { ids, cursors, info } = await page(name, { first: sizes[turn % sizes.length], after });
    seen.push(...ids);
    expect(info).toMatchObject({ hasPreviousPage: after !== null, startCursor: cursors[0] ?? null, endCursor: cursors.at(-1) ?? null });
    if (info['hasNextPage'] !== true) return seen;
    after = info['endCursor'];
  }
  throw new Error('the pages never end');
}

describe('walking through pages', () => {
  it.each(Object.keys(lists) as Name[])('of %s visits every row exactly once, in the order of the whole list', async (name) => {
    const whole = (await page(name, { first: 100 })).ids;
    expect(new Set(whole).size).toBe(whole.length);
    expect(whole.length).toBe({ encounters: 9, claims: 8, cases: 8, timeline: 24, worklist: 9 }[name]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }), async (sizes) => {
        expect(await walk(name, sizes)).toEqual(whole);
      }),
      { numRuns: 6 },
    );
  });

  it('goes on where it was, though rows came in before', async () => {
    const first = await page('encounters', { first: 2 });
    const rest = (await page('encounters', { first: 100, after: first.info['endCursor'] })).ids;
    await asOwner(
      database.url,
      `insert into encounter (source_id, source_key, patient_record_id, ingested_at, start_at, own_mask, label_mask) values (1, 'late', $1, now(), '2027-01-01', 0, 0)`,
      [story.maria.recordRow],
    );
    try {
      expect((await page('encounters', { first: 100, after: first.info['endCursor'] })).ids).toEqual(rest);
    } finally {
      await asOwner(database.url, `delete from encounter where source_key = 'late'`);
    }
  });
});

describe('a cursor that the hub did not make', () => {
  const cursor = (text: string): string => Buffer.from(text).toString('base64');
  const uid = '00000000-0000-4000-8000-000000000001';
  it.each([
    ['nothing', ''],
    ['no base64', '%%%'],
    ['another text', cursor('encounters')],
    ['no id', cursor('------------------------------------ 2026-05-01 10:00:00+00')],
    ['a day that no month has', cursor(`${uid} 2026-02-31 10:00:00+00`)],
    ['a day where an instant stands', cursor(`${uid} 2026-05-01`)],
    ['a statement', cursor(`${uid} '; drop table encounter; --`)],
  ])('is refused: %s', async (_what, after) => {
    for (const name of ['encounters', 'timeline', 'worklist'] as const)
      expect((await page(name, { first: 2, after })).codes).toEqual(['BAD_INPUT']);
  });

  it('is refused where it is of another list', async () => {
    const { info } = await page('claims', { first: 1 });
    expect((await page('encounters', { first: 1, after: info['endCursor'] })).codes).toEqual(['BAD_INPUT']);
  });
});

describe('the size of a page', () => {
  it.each(Object.keys(lists) as Name[])('of %s is 500 at most, also where a smaller one was asked before', async (name) => {
    expect((await page(name, { first: 500 })).codes).toEqual([]);
    for (const first of [501, -1, null]) expect((await page(name, { first })).codes).toEqual(['BAD_INPUT']);
  });
});
