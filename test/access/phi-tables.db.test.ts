/** Which tables hold protected health information is worked out, not remembered: from the shapes' PHI fields, from what the
 *  real statements read, and from what hangs on a patient or a case. Each has row-level security, so that a table that comes
 *  later and has none fails here; those that need none are listed with the reason. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { column, many, shape, type Field, type Shape } from '../../src/kernel/index.js';
import { hubSchema, openTestGateway, operation, shapes, type TestGateway } from '../support/gateway.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';
import { everyField } from '../support/whole-document.js';

let database: TestDatabase;
let story: Story;
let gateway: TestGateway;
let tables: { readonly name: string; readonly secured: boolean; readonly hangs: boolean }[];

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  gateway = openTestGateway(database.gatewayUrl);
  tables = await asOwner(
    database.url,
    `select c.relname as name, c.relrowsecurity as secured,
        exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname in ('label_mask', 'own_mask', 'patient_record_id', 'person_id', 'case_id')) as hangs
     from pg_class c where c.relnamespace = 'hub'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`,
  );
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

/** Read beside PHI, and holding none. */
const free: Readonly<Record<string, string>> = {
  person: 'an id and nothing else; what is known of a person hangs on records',
  case_department: 'which department shares which case: ids',
  case_subject: 'which facts a case is about: ids',
  idempotency: 'which request made which case: ids and a hash',
  source: 'a source system',
  source_name: 'places and practitioners',
  department: 'the directory',
  directory_user: 'the directory: staff',
  user_department: 'the directory',
  facility: 'the directory',
  business_clock: 'an offset',
  policy_state: 'the generation',
};
const unsecured = (names: Iterable<string>): string[] =>
  [...new Set(names)].filter((name) => !(name in free) && !tables.some((table) => table.name === name && table.secured)).toSorted();

// ---- from the shapes ----

const snippetsOf = (field: Field): string[] => {
  switch (field.is) {
    case 'column':
      return [field.sql];
    case 'object':
      return [...Object.values(field.fields).map(({ sql }) => sql), field.when ?? ''];
    case 'one':
    case 'many':
    case 'connection':
      return [field.on, `from ${field.from ?? ''}`];
    case 'timeline':
      return field.arms.map(({ on }) => on);
    case 'oneOf':
      return [];
  }
};
const isPhi = (field: Field): boolean =>
  field.phi !== undefined ||
  field.gate !== undefined ||
  (field.is === 'object' && Object.values(field.fields).some(({ phi }) => phi !== undefined));

/** Tables in which the columns of PHI fields lie: the shape's own, those of the shapes to which they lead, those that their SQL names. */
function phiTables(all: readonly Shape[]): Set<string> {
  const byType = new Map(all.map((each) => [each.type, each]));
  const found = new Set<string>();
  for (const { table, fields, joins } of all)
    for (const field of Object.values(fields).filter(isPhi)) {
      if (field.is === 'column' || field.is === 'object') found.add(table);
      if ('type' in field) found.add(byType.get(field.type)?.table ?? '?');
      const snippets = snippetsOf(field);
      const used = Object.entries(joins ?? {}).filter(([name]) => snippets.some((snippet) => snippet.includes(`@${name}.`)));
      const texts = [...snippets, ...used.flatMap(([, join]) => [`from ${join.from ?? ''}`, ...Object.values(join.columns ?? {})])];
      for (const text of texts) for (const [, name = ''] of text.matchAll(/\b(?:from|join)\s+([a-z_]+)\b/g)) found.add(name);
    }
  return new Set([...found].filter((name) => !['unnest', 'jsonb_to_recordset', 'lateral', 'select'].includes(name)));
}

describe('a table in which a PHI field of a shape lies', () => {
  it('has row-level security', () => {
    const found = phiTables(shapes);
    expect([...found]).toEqual(
      expect.arrayContaining(['patient_record', 'encounter', 'case_file', 'patient_identifier', 'account', 'adjudication']),
    );
    expect(unsecured(found)).toEqual([]);
  });

  it('would be found if it came new and without: by its columns, by where a field leads, by what its SQL reads', () => {
    const phi = { phi: 'CLINICAL' } as const;
    const observation = shape('Observation', { table: 'observation', fields: { value: column('value', phi) } });
    const note = shape('Note', { table: 'note', fields: { text: column('text') } });
    const chart = shape('Chart', {
      table: 'encounter',
      joins: { latest: { from: 'vital_sign j where j.encounter_id = $.id' } },
      fields: {
        notes: many('Note', { on: 'true', gate: 'NARRATIVE' }),
        allergies: column('(select string_agg(a.name) from allergy a)', phi),
        pulse: column('$@latest.pulse', phi),
      },
    });
    expect(unsecured(phiTables([observation, note, chart]))).toEqual(['allergy', 'note', 'observation', 'vital_sign']);
  });
});

describe('a table that hangs on a patient or a case', () => {
  it('has row-level security', () => {
    expect(unsecured(tables.filter(({ hangs }) => hangs).map(({ name }) => name))).toEqual([]);
  });
});

describe('a table that the real statements read', () => {
  it('has row-level security, whatever is asked', async () => {
    const who = { role: 'ADVOCATE', purpose: 'HOPERAT', user: story.advocate, departments: [story.department], facility: story.facility };
    const whole = (root: string, type: string) => `query ($id: ID!) { ${root}(id: $id) ${everyField(hubSchema, type, { depth: 3 })} }`;
    gateway.statements();
    await gateway.ask(who, whole('patient', 'Patient'), { id: `pat_${story.maria.uid}` });
    await gateway.ask(who, whole('case', 'Case'), { id: `case_${story.maria.caseUid}` });
    await gateway.ask(who, operation('worklist'));
    for (const search of [{ identifier: 'Patient/1' }, { phone: '5550100123' }, { name: 'zz-maria' }])
      await gateway.ask(who, operation('find-patient'), { search });
    const read = new Set<string>();
    for (const text of gateway.statements())
      for (const row of await asOwner<Record<string, unknown>>(database.url, `explain (generic_plan, format json) ${text}`))
        for (const name of relationsIn(row['QUERY PLAN'])) read.add(name);
    expect([...read]).toEqual(expect.arrayContaining(['patient_phone', 'person_link', 'claim', 'interaction', 'reminder']));
    expect(unsecured(read)).toEqual([]);
  });

  function* relationsIn(plan: unknown): Generator<string> {
    if (typeof plan !== 'object' || plan === null) return;
    if ('Relation Name' in plan) yield String(plan['Relation Name']);
    for (const part of Object.values(plan)) yield* relationsIn(part);
  }
});

describe('row-level security', () => {
  it('lets the gateway read by no policy that asks nothing', async () => {
    const open = await asOwner(
      database.url,
      `select tablename, policyname from pg_policies where schemaname = 'hub' and cmd in ('SELECT', 'ALL') and 'hub_gateway' = any(roles)
         and (qual is null or qual !~ 'hub[.]|patient_record')`,
    );
    expect(open).toEqual([]);
  });

  it('applies to every viewer: no policy is for the public, and no table of the list is without one', async () => {
    expect(await asOwner(database.url, `select tablename from pg_policies where schemaname = 'hub' and 'public' = any(roles)`)).toEqual([]);
    const governed = await asOwner<{ name: string }>(
      database.url,
      `select distinct tablename as name from pg_policies where schemaname = 'hub' and 'hub_gateway' = any(roles)`,
    );
    expect(governed.map(({ name }) => name).toSorted()).toEqual(
      tables
        .filter(({ secured }) => secured)
        .map(({ name }) => name)
        .toSorted(),
    );
  });
});
