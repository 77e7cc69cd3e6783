/** No back door: whatever is reached by its id alone says exactly what it says on the way through its patient or its case,
 *  for every type, role and purpose; and what no way leads to is not there by its id either. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getNamedType, isCompositeType, isObjectType, type GraphQLObjectType } from 'graphql';
import { phiClasses } from '../../src/kernel/index.js';
import { openTestGateway, hubSchema, shapes, testPolicy, type Asking, type TestGateway } from '../support/gateway.js';
import { addGrant } from '../support/grants.js';
import { addLabelledRows } from '../support/labelled-rows.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let gateway: TestGateway;
let story: Story;
let stranger: Asking['user'];
/** Every id that the database could give, of every type. */
let everyId: readonly string[];

const tables = shapes.flatMap(({ type, table, tag }) => (tag && type !== 'TimelineEntry' ? [{ type, table, tag }] : []));
const told = shapes.flatMap(({ timeline, table, tag }) => (timeline && tag ? [{ table, tag: `tle${tag}` }] : []));
/** Not of a patient or case: reached by their id by everybody, or, the grants, by whom row-level security shows them to. */
/** Not of a patient or a case; entries, disclosures, reviews and restrictions are for who reviews access (access/audit-trail,
 *  access/disclosures, patients/agreements). */
const ofTheHouse = ['User', 'Department', 'Facility', 'AccessGrant', 'AuditEntry', 'Disclosure', 'AccessReview', 'Restriction'];

beforeAll(async () => {
  database = await testDatabase();
  const { url } = database;
  story = await tellStory(url);
  const [made] = await asOwner<{ uid: string; row: string }>(
    url,
    `insert into directory_user (uid, name, role) values (gen_random_uuid(), 'Zz-Stranger', 'ADVOCATE') returning uid, id as row`,
  );
  stranger = made as Asking['user'];
  for (const recordRow of [story.maria.recordRow, await recordOf('Patient/2')]) await addLabelledRowsOnce(recordRow);
  await asOwner(url, `insert into sync_run (source_id, started_at, state) select id, now(), 'DONE' from source`);
  await asOwner(
    url,
    `insert into set_aside (source_id, received_at, code, hash, body) select id, now(), 'UNREADABLE', '\\x01', 'x' from source`,
  );
  await asOwner(url, 'update source set last_success_at = null'); // what was read seconds ago is told in seconds
  // A record that is only probably Maria's, with facts of its own.
  await asOwner(
    url,
    `with r as (insert into patient_record (source_id, source_key, ingested_at, name, address, own_mask, label_mask) values (1, 'Patient/P', now(), 'Zz-Maybe', '2 Zz Street', 0, 0) returning id)
     , l as (insert into person_link (patient_record_id, person_id, assurance, linked_by, linked_at) select r.id, p.id, 'PROBABLE', 'test', now() from r, person p where p.uid = $1)
     insert into encounter (source_id, source_key, patient_record_id, ingested_at, reason_display, start_at, own_mask, label_mask) select 1, 'Encounter/P', r.id, now(), 'Maybe', now(), 0, 0 from r`,
    [story.maria.uid],
  );
  // Cases that are masked, hidden and closed, each with what hangs on it.
  for (const [number, mask, closed] of [
    ['M', 4, null],
    ['H', 1, null],
    ['C', 0, '2026-11-20'],
  ] as const)
    // prettier-ignore
    await asOwner(
      url,
      `with c as (insert into case_file (number, kind, status, facility_id, classification, channel, received_at, opened_at, summary, patient_record_id, assigned_to, label_mask, closed_at)
         select 'PR-' || $1, 'COMPLAINT', 'RECEIVED', facility_id, 'test', 'PHONE', received_at - interval '1 day', now(), 'Zz ' || $1, patient_record_id, assigned_to, $2, $3 from case_file where uid = $4 returning id)
       , i as (insert into interaction (case_id, at, channel, direction, note, counts_as_response) select id, now(), 'PHONE', 'OUTBOUND', 'Zz note', true from c)
       , d as (insert into deadline (case_id, rule, step, citation, regulatory, started_at, due_at, status) select id, 'test', 'REPLY', 'x', true, now(), now(), 'RUNNING' from c)
       insert into case_issue (case_id, domain, category, coded_at) select id, 'RELATIONSHIP', 'COMMUNICATION', now() from c`,
      [number, mask, closed, story.maria.caseUid],
    );
  await asOwner(
    url,
    `insert into reminder (case_id, rule, subject, reason, due_at, status, recipient_id) select id, 'test', 'test', 'Zz reason', now(), 'SENT', assigned_to from case_file`,
  );
  await asOwner(
    url,
    `insert into payment (source_id, source_key, patient_record_id, ingested_at, claim_ref, paid_on, amount, currency, own_mask, label_mask) select source_id, 'Pay/' || id, patient_record_id, now(), source_key, '2026-11-03', 5, 'USD', 0, 0 from claim where source_key = 'Claim/1'`,
  );
  const ids = await Promise.all(
    [...tables, ...told].map(({ table, tag }) => asOwner<{ id: string }>(url, `select $1 || '_' || uid as id from ${table}`, [tag])),
  );
  everyId = ids.flat().map(({ id }) => id);
  gateway = openTestGateway(database.gatewayUrl);
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});
const recordOf = async (key: string): Promise<string> =>
  String((await asOwner<{ id: string }>(database.url, 'select id from patient_record where source_key = $1', [key]))[0]?.id);
/** Keys of the labelled rows are their tables' and labels': one source for each record. */
async function addLabelledRowsOnce(recordRow: string): Promise<void> {
  const name = `labels-${recordRow}`;
  await asOwner(database.url, `insert into source (name, kind, supplies) values ($1, 'fhir', '{Patient}')`, [name]);
  await addLabelledRows(database.url, { recordRow, source: name });
}

const typeOf = (name: string): GraphQLObjectType => {
  const type = hubSchema.getType(name);
  if (!isObjectType(type)) throw new Error(`${name} is no object type`);
  return type;
};
/** All that an object says of itself: its values, and of others their ids. `whole` marks it in an answer. */
function whole(typeName: string): string {
  const fields = Object.values(typeOf(typeName).getFields()).map(({ name, type }) => {
    const to = getNamedType(type);
    if (!isCompositeType(to)) return name;
    if (!isObjectType(to)) return `${name} { __typename ... on Node { id } }`;
    if (to.name.endsWith('Connection')) return `${name}(first: 100) { nodes { id } withheld { field reason rule } }`;
    if ('id' in to.getFields()) return `${name} { id }`;
    return `${name} { ${Object.values(to.getFields())
      .flatMap((part) => (isCompositeType(getNamedType(part.type)) ? [] : [part.name]))
      .join(' ')} }`;
  });
  return `whole: __typename ${fields.join(' ')}`;
}
const everySubject = ['Encounter', 'Appointment', 'Condition', 'Claim', 'Payment', 'Case'];

/** Each way through a patient, and through a case. Aliases, because what is whole is asked beside it, too. */
const patientWays = `${whole('Patient')} r: records { ${whole('PatientRecord')} } v: coverages { ${whole('Coverage')} }
  e: encounters(first: 100) { nodes { ${whole('Encounter')} } } a: appointments(first: 100) { nodes { ${whole('Appointment')} } } d: conditions(first: 100) { nodes { ${whole('Condition')} } }
  c: claims(first: 100) { nodes { ${whole('Claim')} en: encounter { ${whole('Encounter')} } p: payments { ${whole('Payment')} } } }
  t: timeline(first: 100) { nodes { ${whole('TimelineEntry')} } }`;
const caseWays = `${whole('Case')} u: assignedTo { ${whole('User')} } dp: departments { ${whole('Department')} } f: facility { ${whole('Facility')} } is: issues { ${whole('Issue')} }
  dl: deadlines { ${whole('Deadline')} } nd: nextDeadline { ${whole('Deadline')} } i: interactions(first: 100) { nodes { ${whole('Interaction')} } } rm: reminders { ${whole('Reminder')} }`;
const ways = {
  me: `{ me { user { ${whole('User')} } breakGlass { ${whole('AccessGrant')} p: patient { ${patientWays} } } } departments { ${whole('Department')} } }`,
  sources: `{ sources { ${whole('Source')} l: lastRun { ${whole('SyncRun')} } } setAside(first: 100) { nodes { ${whole('SetAside')} } } accessGrants(first: 100) { nodes { ${whole('AccessGrant')} } } }`,
  cases: `{ cases(first: 100) { nodes { ${caseWays} } } }`,
  patient: `query ($id: ID!) { patient(id: $id) { ${patientWays} k: cases(first: 100) { nodes { ${caseWays} } } } }`,
  case: `query ($id: ID!) { case(id: $id) { ${caseWays} p: patient { ${patientWays} k: cases(first: 100) { nodes { ${caseWays} } } } } }`,
  told: everySubject.map(
    (type) => `query ($id: ID!) { patient(id: $id) { timeline(first: 100) { nodes { subject { ... on ${type} { ${whole(type)} } } } } } }`,
  ),
};

/** What an answer says of each object in it that was asked whole. */
function objectsIn(value: unknown, found: Map<string, Set<string>>): void {
  if (Array.isArray(value)) value.forEach((part) => objectsIn(part, found));
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return;
  const row = value as Record<string, unknown>;
  if (typeof row['whole'] === 'string') {
    const said = Object.fromEntries(Object.entries(row).filter(([key]) => key in typeOf(String(row['whole'])).getFields()));
    const text = JSON.stringify(said, (_key, part: unknown) =>
      part !== null && typeof part === 'object' && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)))
        : part,
    );
    found.set(String(row['id']), (found.get(String(row['id'])) ?? new Set()).add(text));
  }
  Object.values(row).forEach((part) => objectsIn(part, found));
}

async function byEveryWay(who: Asking, asked: TestGateway = gateway): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  const ask = async (document: string, id?: string): Promise<void> => {
    const { data, errors } = await asked.ask(who, document, id === undefined ? {} : { id });
    expect(errors).toBeUndefined();
    objectsIn(data, found);
  };
  for (const document of [ways.me, ways.sources, ways.cases]) await ask(document);
  for (const id of everyId.filter((one) => one.startsWith('pat_')))
    for (const document of [ways.patient, ...ways.told]) await ask(document, id);
  for (const id of everyId.filter((one) => one.startsWith('case_'))) await ask(ways.case, id);
  return found;
}

const typeByTag = new Map([
  ...tables.map(({ type, tag }) => [tag, type] as const),
  ...told.map(({ tag }) => [tag, 'TimelineEntry'] as const),
]);
async function byId(who: Asking, id: string, asked: TestGateway = gateway): Promise<Set<string> | null> {
  const type = typeByTag.get(id.split('_')[0] ?? '') ?? '';
  const { data, errors } = await asked.ask(who, `query ($id: ID!) { node(id: $id) { ... on ${type} { ${whole(type)} } } }`, { id });
  expect(errors).toBeUndefined();
  const found = new Map<string, Set<string>>();
  objectsIn(data, found);
  return found.get(id) ?? null;
}

const rolesAndPurposes = [...testPolicy.roles].flatMap(([role, { purposes }]) => [...purposes].map((purpose) => ({ role, purpose })));
const firstPurposeOf = (role: string): string | undefined => [...(testPolicy.roles.get(role)?.purposes ?? [])][0];
const seen = { there: new Set<string>(), absent: new Set<string>() };

const viewers: Readonly<Record<string, () => Pick<Asking, 'user' | 'facility'>>> = {
  'who holds cases of one patient': () => ({ user: story.advocate }),
  'who shares nothing, at the same facility': () => ({ user: stranger, facility: story.facility }),
  'who holds cases of another and broke the glass': () => ({ user: story.other }),
};

describe.each(rolesAndPurposes)('$role asking under $purpose', ({ role, purpose }) => {
  // What a role sees under its other purposes, one viewer shows.
  const names = purpose === firstPurposeOf(role) ? Object.keys(viewers) : Object.keys(viewers).slice(0, 1);

  it.each(names)('%s is told the same of an object by every way, and nothing by its id that no way leads to', async (name) => {
    const who = { role, purpose, ...viewers[name]?.() } as Asking;
    await asOwner(database.url, 'delete from access_grant');
    await addGrant(database.url, { userRow: stranger.row, personUid: story.john.uid });
    if (name.includes('glass')) await addGrant(database.url, { userRow: story.other.row, personUid: story.maria.uid });
    const grants = await asOwner<{ id: string }>(database.url, `select 'grant_' || uid as id from access_grant`);
    const found = await byEveryWay(who);
    const different = [...found].filter(([, said]) => said.size !== 1).map(([id, said]) => [id, [...said]]);
    expect(different).toEqual([]);
    for (const id of [...everyId, ...grants.map((grant) => grant.id)]) {
      const type = typeByTag.get(id.split('_')[0] ?? '') ?? '';
      const alone = await byId(who, id);
      if (ofTheHouse.includes(type) && type !== 'AccessGrant') expect([id, alone !== null]).toEqual([id, true]);
      else (alone === null ? seen.absent : seen.there).add(type);
      if (!ofTheHouse.includes(type) || found.has(id)) expect([id, alone]).toEqual([id, found.get(id) ?? null]);
    }
  });
});
describe('a policy that shows every class to everybody', () => {
  it('still shows by an id only what a certain link or a case that is not masked leads to', async () => {
    const open = {
      id: 'open',
      roles: ['ADVOCATE'],
      purposes: ['HOPERAT'],
      classes: [...phiClasses],
      when: 'always',
      remedy: 'None is needed.',
      citation: 'none: a policy for this test',
      verified: false,
    } as const;
    const liberal = openTestGateway(database.gatewayUrl);
    const who: Asking = { role: 'ADVOCATE', purpose: 'HOPERAT', user: stranger, policy: { ...testPolicy, rules: [open] } };
    try {
      const found = await byEveryWay(who, liberal);
      for (const id of everyId) {
        const type = typeByTag.get(id.split('_')[0] ?? '') ?? '';
        if (!ofTheHouse.includes(type)) expect([id, await byId(who, id, liberal)]).toEqual([id, found.get(id) ?? null]);
      }
      const [doubtful] = await asOwner<{ id: string }>(
        database.url,
        `select 'enc_' || uid as id from encounter where source_key = 'Encounter/P'`,
      );
      expect(found.has(doubtful?.id ?? '')).toBe(false);
    } finally {
      await liberal.close();
    }
  });
});

it('every type was both answered and kept back in the course of this', () => {
  const types = new Set([...typeByTag.values()].filter((type) => !ofTheHouse.includes(type)));
  expect(seen.there).toEqual(new Set([...types, 'AccessGrant']));
  expect(seen.absent).toEqual(new Set([...types, 'AccessGrant']));
});
