/** A canary is planted in every column that a class of PHI covers, and in what nobody is shown. Whole documents, faults, and all
 *  that the hub keeps or says of having been asked are searched for them: an answer holds those that its viewer may know, a log
 *  line, a job, a note of a change, an audit entry or a metric none at all. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getNamedType, isObjectType } from 'graphql';
import { phiClassOf } from '../../src/graphql/index.js';
import { hubSchema } from '../support/gateway.js';
import { asOwner } from '../support/owner.js';
import { chosenSeed } from '../support/seed.js';
import { everyField } from '../support/whole-document.js';
import { canariesIn, phone, word } from './no-oracle/canaries.js';
import { idOf, many, variablesOf } from './no-oracle/path.js';
import { paths } from './no-oracle/paths.js';
import { openRoom, type Room } from './no-oracle/room.js';
import { mayAsk } from './no-oracle/rules.js';
import { drive } from './no-oracle/run.js';

const seed = chosenSeed();
let room: Room;
beforeAll(async () => {
  room = await openRoom(seed);
});
afterAll(() => room.close());

/** Where the world was planted: only here canaries may lie. */
const planted = [
  'patient_record', 'patient_identifier', 'patient_phone', 'person_link', 'encounter', 'appointment', 'condition', 'coverage', 'care_team_member', 'account',
  'claim', 'adjudication', 'payment', 'case_file', 'case_issue', 'interaction', 'reminder', 'access_grant', 'disclosure', 'restriction', 'document', 'set_aside',
]; // prettier-ignore

const four = 4;
const whole = (type: 'Patient' | 'Case', depth: number): string =>
  many(
    four,
    'ID',
    (alias, variable) => `${alias}: ${type.toLowerCase()}(id: ${variable}) ${everyField(hubSchema, type, { depth, typenames: true })}`,
  );
const ofAccess = (type: string): string => `{ nodes ${everyField(hubSchema, type, { depth: 3, typenames: true })} }`;
const documents = {
  patient: whole('Patient', 4),
  case: whole('Case', 5),
  access: `query Access($id: ID!) { auditTrail(first: 200) ${ofAccess('AuditEntry')} accessGrants(first: 200) ${ofAccess('AccessGrant')}
    disclosures(patientId: $id) ${ofAccess('Disclosure')} restrictions(patientId: $id) ${everyField(hubSchema, 'Restriction', { depth: 3, typenames: true })} }`,
};

// ---- which fields have a canary ----

const typesWithFields = Object.values(hubSchema.getTypeMap()).filter(isObjectType);
/** Fields with a class that hold free words; others are codes, days, numbers and names of the house. */
const wordy = typesWithFields.flatMap((type) =>
  Object.values(type.getFields())
    .filter((field) => phiClassOf(hubSchema, field) !== null && getNamedType(field.type).name === 'String')
    .map(({ name }) => `${type.name}.${name}`),
);
/** What has no word of its own in the world: names of places and people of the house, and a status that decides something else. */
const ofTheHouse = [
  ...['Encounter', 'Appointment'].flatMap((type) => ['location', 'department', 'practitioners', 'labels'].map((name) => `${type}.${name}`)),
  ...['Claim.status', 'Claim.labels', 'Condition.clinicalStatus', 'Condition.labels', 'CareTeamMember.organization', 'Complainant.relationship'],
]; // prettier-ignore

/** `Type.field` of every value in which a canary stands. */
function fieldsTold(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) value.forEach((part) => fieldsTold(part, found));
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return;
  for (const [name, part] of Object.entries(value)) {
    const words = Array.isArray(part) ? part.filter((one) => typeof one === 'string').join(' ') : part;
    if (typeof words === 'string' && canariesIn(words).length > 0) found.add(`${String(Reflect.get(value, '__typename'))}.${name}`);
    fieldsTold(part, found);
  }
}

/** An act as well, with words about a patient: they are kept with the grant, and nowhere else. */
async function breakGlass(reason: string): Promise<void> {
  const breaker = room.viewers.find((viewer) => mayAsk(viewer, 'BREAK_GLASS'))!;
  const document = 'mutation ($i: BreakGlassInput!) { breakGlass(input: $i) { __typename ... on Outcome { message } } }';
  const said = await room.hear(breaker, document, { i: { patientId: idOf('pat', room.reference.world.persons.at(-1)!.n), reason } });
  expect([said, canariesIn(said)]).toEqual([expect.stringContaining('GrantChanged'), []]);
}

describe(`in the hospital that HUB_TEST_SEED=${seed} makes`, () => {
  it('whole documents tell each viewer what they may know, and of every field with a class somebody something', async () => {
    const { world } = room.reference;
    const told = new Set<string>();
    for (const [at, viewer] of room.viewers.entries()) {
      for (const turn of [0, 1, 2]) {
        const from = (at * 3 + turn) * four;
        const ids = (tag: string, rows: readonly { n: number }[]): string[] =>
          [0, 1, 2, 3].map((step) => idOf(tag, rows[(from + step) % rows.length]!.n));
        for (const [document, given] of [
          [documents.patient, ids('pat', world.persons)],
          [documents.case, ids('case', world.cases)],
        ] as const)
          fieldsTold(await room.ask(viewer, document, variablesOf(four, given)), told);
      }
      if (!mayAsk(viewer, 'REVIEW_ACCESS')) continue;
      for (const { record } of world.disclosures.slice(0, 10)) fieldsTold(await room.ask(viewer, documents.access, { id: idOf('pat', record.person.n) }), told); // prettier-ignore
    }
    // Every field with a class has told somebody its canary: what is never told at all is not searched for anywhere either.
    expect(wordy.filter((field) => !told.has(field) && !ofTheHouse.includes(field))).toEqual([]);
    expect(wordy.length).toBeGreaterThan(40);
  });

  it('faults and refusals repeat nothing of what was asked, and tell nothing of what is there', async () => {
    const { world } = room.reference;
    const [one, other] = [world.records[0]!, world.records.at(-1)!];
    const name = word(one.n, 'name');
    const wrong: readonly (readonly [document: string, variables: Record<string, unknown>])[] = [
      ['query ($s: PatientSearch!) { patients(search: $s) { totalCount } }', { s: { name: word(other.n, 'x').slice(0, 2) } }],
      ['query ($s: PatientSearch!) { patients(search: $s) { totalCount } }', { s: { name, birthDate: name } }],
      ['query ($s: PatientSearch!) { patients(search: $s) { totalCount } }', { s: { [name]: phone(one.n) } }],
      ['query ($after: String) { cases(after: $after) { nodes { id } } }', { after: Buffer.from(name).toString('base64') }],
      ['query ($id: ID!) { patient(id: $id) { encounters(first: 501) { nodes { id } } } }', { id: idOf('pat', one.person.n) }],
      ['query ($id: ID!) { node(id: $id) { id } }', { id: name }],
      ['query ($id: ID!) { case(id: $id) { id } }', { id: { of: name } }],
    ];
    await asOwner(room.database.url, 'alter table appointment rename to appointment_away');
    try {
      for (const viewer of room.viewers) {
        for (const [document, variables] of wrong) {
          const told = canariesIn(await room.hear(viewer, document, variables));
          expect([viewer, document, told]).toEqual([viewer, document, []]);
        }
        // The database fails while it answers.
        room.search(viewer, await room.hear(viewer, documents.patient, variablesOf(four, [idOf('pat', one.person.n)])));
      }
    } finally {
      await asOwner(room.database.url, 'alter table appointment_away rename to appointment');
    }
  });

  it('when all that was asked, nothing of it stands in the log, in a job, a note, an audit entry, a metric or anywhere else', async () => {
    for (const path of paths) await drive(room, path, { share: 0.2 });
    await breakGlass(`The caller is at the desk, ${word(999_001, 'reason')}.`);
    expect(canariesIn(room.gateway.logged())).toEqual([]);
    const tables = await asOwner<{ name: string }>(
      room.database.url,
      `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema') and not (n.nspname = 'hub' and c.relname = any($1))`,
      [planted],
    );
    expect(tables.map((table) => table.name)).toEqual(expect.arrayContaining(['outbox', 'change_note', 'idempotency', 'token_use']));
    const searches = await asOwner<{ entries: number }>(room.database.url, `select count(*)::int as entries from audit_entry where action = 'SEARCH'`); // prettier-ignore
    expect(searches[0]?.entries).toBeGreaterThan(0);
    for (const { name } of tables) {
      const [all] = await asOwner<{ text: string | null }>(room.database.url, `select string_agg(t::text, e'\\n') as text from ${name} t`);
      expect([name, canariesIn(all?.text ?? '')]).toEqual([name, []]);
    }
    for (const page of ['/metrics', '/health', '/ready']) {
      const answer = await fetch(new URL(page, room.gateway.url));
      expect([page, canariesIn(`${await answer.text()} ${JSON.stringify([...answer.headers])}`)]).toEqual([page, []]);
    }
  });
});
