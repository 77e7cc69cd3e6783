/** A patient record that the policy hides leaves no trace: two worlds that differ by nothing else answer the same, byte for
 *  byte, to everybody and on every document. Told in both orders: the record comes last, or was there first. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Pool } from 'pg';
import { relabelRange, type RowRange } from '../../src/access/labels.js';
import { readLabelRules } from '../../src/access/label-rules.js';
import { linkRange, readStrongIdentifiers } from '../../src/identity/index.js';
import { fixedClock, packageRoot } from '../../src/kernel/index.js';
import { ingestBatch, openPool, registerSources, startRun } from '../../src/store/index.js';
import { at, listAt } from '../support/answers.js';
import { hubSchema, openTestGateway, operation, testPolicy, type Asking, type TestGateway } from '../support/gateway.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';
import { everyField } from '../support/whole-document.js';
import { mapped, record } from '../store/makers.js';

const labels = readLabelRules(join(packageRoot, 'schema/policy/labels.yaml'));
const identifiers = readStrongIdentifiers(join(packageRoot, 'schema/identity/strong-identifiers.yaml'));
const clock = fixedClock('2026-11-20T12:00:00Z');
const security = (code: string): string => `http://terminology.hl7.org/CodeSystem/v3-ActCode|${code}`;

interface World {
  readonly database: TestDatabase;
  readonly worker: Pool;
  readonly story: Story;
  readonly gateway: TestGateway;
}

async function openWorld(): Promise<World> {
  const database = await testDatabase();
  const story = await tellStory(database.url);
  const worker = openPool(database.workerUrl, { max: 2, name: 'test-worker' });
  await registerSources(worker, [{ name: 'recovery', kind: 'fhir', supplies: ['Patient'], expectedIntervalSeconds: 300 }]);
  await worker.query('update source set active = true');
  // Maria's two records hold together by a number that they share.
  await worker.query(`update patient_record set family = 'Zz-Lopez', given = 'Zz-Maria' where source_key in ('Patient/1', 'Patient/B1')`);
  await worker.query(`insert into patient_identifier (patient_record_id, system, value, type) select id, 'urn:mrn', 'M-77', 'MR' from patient_record where source_key in ('Patient/1', 'Patient/B1')`); // prettier-ignore
  await worker.query(`insert into patient_identifier (patient_record_id, system, value, type) select id, 'urn:ssn', '500-11-2222', 'SS' from patient_record where source_key = 'Patient/1'`); // prettier-ignore
  return { database, worker, story, gateway: openTestGateway(database.gatewayUrl) };
}
const closeWorld = async ({ database, worker, gateway }: World): Promise<void> => {
  await gateway.close();
  await worker.end();
  await database.drop();
};

/** The same person's record at another source, with all that hangs on it. It shares Maria's numbers, and it is the older one
 *  where it comes first. */
async function recordArrives({ worker }: World, key: string, codes: readonly string[]): Promise<void> {
  const { rows } = await worker.query<{ id: number }>(`select id from source where name = 'recovery'`);
  const sourceId = rows[0]!.id as never;
  const run = await startRun(worker, { sourceId, full: false, at: clock.now() });
  const labelCodes = codes.map(security);
  const patient = `Patient/${key}`;
  const messages = [
    mapped(
      record('patient', patient, {
        labelCodes,
        name: 'Zz-Maria Zz-Lopez',
        family: 'Zz-Lopez',
        given: 'Zz-Maria',
        birthDate: '1959-02-03',
        sex: 'Zz-SECRET',
        language: 'Zz-SECRET',
        interpreterNeeded: true,
        deceasedAt: '2026-01-01T00:00:00Z',
        identifiers: [
          { system: 'urn:mrn', value: 'M-77', type: 'MR' },
          { system: 'urn:ssn', value: '500-11-2222', type: 'SS' },
          { system: 'urn:recovery', value: 'Zz-SECRET-NUMBER', type: 'MR' },
        ],
        contactPoints: [{ kind: 'phone', value: '555 010 7777', use: 'Zz-SECRET', confidential: true }],
        address: 'Zz-SECRET',
        preferences: ['Zz-SECRET'],
        alerts: ['Zz-SECRET'],
      }),
    ),
    mapped(record('encounter', 'Encounter/h', { patient, labelCodes })),
    mapped(record('appointment', 'Appointment/h', { patient, labelCodes })),
    mapped(record('condition', 'Condition/h', { patient, labelCodes, onset: '2026-01-01T00:00:00Z' })),
    mapped(record('careTeam', 'CareTeam/h', { patient, labelCodes, members: [{ member: null, name: 'Zz-SECRET', role: null, organization: null }] })), // prettier-ignore
    mapped(record('coverage', 'Coverage/h', { patient })),
    mapped(record('claim', 'Claim/h', { patient, labelCodes })),
    mapped(record('adjudication', 'ExplanationOfBenefit/h', { patient, labelCodes, claim: 'Claim/h', patientOwes: { amount: '9.99', currency: 'USD' } })), // prettier-ignore
    mapped(record('payment', 'PaymentNotice/h', { patient, labelCodes, claim: 'Claim/h' })),
    mapped(record('account', 'Account/h', { patient, balance: { amount: '1000', currency: 'USD' } })),
    mapped(record('consent', 'Consent/h', { patient, provisions: [{ parent: null, denies: true, start: null, end: null, actors: [], purposes: [], actions: [], classes: [], securityLabels: [], vague: false }] })), // prettier-ignore
  ];
  await ingestBatch(worker, {
    sourceId,
    runId: run.id,
    receivedAt: clock.now(),
    batch: { messages, cursor: { at: key }, progress: null },
    maskOf: ({ labelCodes: own }) => labels.maskOf(own),
  });
  await worker.query(`insert into restriction (patient_record_id, recipient, phi_classes, start_at, reason, agreed_by, agreed_at) select r.id, 'VIEWERS', '{IDENTITY}', '2026-01-01', 'x', u.id, now() from patient_record r, directory_user u where r.source_key = $1 and u.name = 'Zz-Olu Zz-Okoro'`, [patient]); // prettier-ignore
  await worker.query(`insert into confidential_contact (patient_record_id, kind, value, recorded_by, recorded_at) select r.id, 'phone', 'Zz-SECRET', u.id, now() from patient_record r, directory_user u where r.source_key = $1 and u.name = 'Zz-Olu Zz-Okoro'`, [patient]); // prettier-ignore
}

/** What the workers do after rows have come. */
async function settle({ worker }: World): Promise<void> {
  await worker.query(
    `insert into outbox (job, payload) select 'linkRange', jsonb_build_object('fromId', min(id)::text, 'toId', max(id)::text) from patient_record`,
  );
  for (;;) {
    const { rows } = await worker.query<{ id: string; job: string; payload: RowRange }>(
      'select id, job, payload from outbox order by id limit 1',
    );
    const [next] = rows;
    if (!next) return;
    if (next.job === 'linkRange') await linkRange(worker, next.payload, { rules: identifiers, clock });
    else await relabelRange(worker, next.payload, { labels, generation: null });
    await worker.query('delete from outbox where id = $1', [next.id]);
  }
}

const documents = readdirSync(join(packageRoot, 'schema/operations'))
  .map((file) => operation(basename(file, '.graphql')))
  .filter((text) => text.includes('query '));
const everything = `query ($id: ID!, $caseId: ID!) { patient(id: $id) ${everyField(hubSchema, 'Patient', { depth: 4 })} case(id: $caseId) ${everyField(hubSchema, 'Case', { depth: 5 })} }`;
const searches: readonly object[] = [
  { name: 'Zz-Maria' },
  { identifier: 'M-77' },
  { identifier: '500-11-2222' },
  { identifier: 'Zz-SECRET-NUMBER' },
  { phone: '555 010 7777' },
  { phone: '555 0100' },
];
const whoSee = [...testPolicy.roles]
  .filter(([, { capabilities }]) => capabilities.has('READ_IDENTITY'))
  .flatMap(([role, { purposes }]) => [...purposes].map((purpose) => ({ role, purpose })));

async function told({ gateway, story }: World): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  for (const { role, purpose } of whoSee) {
    const who: Asking = { role, purpose, user: story.advocate, departments: [story.department], facility: story.facility };
    const variables = { id: `pat_${story.maria.uid}`, caseId: `case_${story.maria.caseUid}` };
    const ask = async (text: string, given: Record<string, unknown>): Promise<void> => {
      const { data, errors, context } = await gateway.ask(who, text, given);
      const touched = context.trail.touched.map((one) => [
        one.personUid,
        one.caseUid,
        [...one.phiClasses].toSorted(),
        [...one.withheldFields].toSorted(),
      ]);
      answers[`${role} ${purpose} ${text.slice(0, 60)} ${JSON.stringify(given)}`] = JSON.stringify({
        data,
        errors,
        touched: touched.map((one) => JSON.stringify(one)).toSorted(),
      });
    };
    for (const text of [...documents, everything]) await ask(text, { ...variables, search: { name: 'Zz-Maria' } });
    for (const search of searches) await ask(operation('find-patient'), { search });
    await ask('query ($search: PatientSearch!) { patients(search: $search) { totalCount nodes { id name records { id score evidence linkedAt linkedBy } } } }', { search: { name: 'Zz-Maria' } }); // prettier-ignore
  }
  return answers;
}

/** What is asked and answered otherwise, from where the answers part. */
const differing = (after: Record<string, string>, before: Record<string, string>): string[] =>
  Object.keys({ ...after, ...before }).flatMap((asked) => {
    const [one = '', other = ''] = [before[asked], after[asked]];
    const from = [...one].findIndex((letter, index) => letter !== other[index]);
    return one === other
      ? []
      : [`${asked}: ${one.slice(Math.max(0, from - 60), from + 80)} | ${other.slice(Math.max(0, from - 60), from + 80)}`];
  });

describe('a record that is hidden and comes last', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
    await settle(world);
  });
  afterAll(() => closeWorld(world));

  it('changes no byte of any answer to anybody', async () => {
    const before = await told(world);
    expect(Object.keys(before).length).toBeGreaterThan(80);
    expect(Object.values(before).filter((text) => text.includes('"errors"'))).toEqual([]);
    expect(Object.values(before).some((text) => text.includes('Zz-Maria Zz-Lopez') && text.includes('412.5'))).toBe(true);
    await recordArrives(world, 'hidden', ['42CFRPart2']);
    await settle(world);
    // It is there, and of the same person.
    const { rows } = await world.worker.query(`select count(*)::int as many, count(distinct l.person_id)::int as persons from patient_record r join person_link l on l.patient_record_id = r.id where r.source_key in ('Patient/1', 'Patient/B1', 'Patient/hidden')`); // prettier-ignore
    expect(rows).toEqual([{ many: 3, persons: 1 }]);
    expect(differing(await told(world), before)).toEqual([]);
  });

  it('does not make a person known who is known nowhere else', async () => {
    const before = await told(world);
    await recordArrives(world, 'only', ['42CFRPart2']);
    await world.worker.query(`delete from patient_identifier where patient_record_id = (select id from patient_record where source_key = 'Patient/only') and value <> 'Zz-SECRET-NUMBER'`); // prettier-ignore
    await world.worker.query(`delete from patient_identifier where patient_record_id = (select id from patient_record where source_key = 'Patient/hidden')`); // prettier-ignore
    await settle(world);
    const { rows } = await world.worker.query<{ uid: string }>(`select p.uid from patient_record r join person_link l on l.patient_record_id = r.id join person p on p.id = l.person_id where r.source_key = 'Patient/only'`); // prettier-ignore
    expect(rows[0]!.uid).not.toBe(world.story.maria.uid);
    expect(differing(await told(world), before)).toEqual([]);
    const who: Asking = { role: 'ADVOCATE', purpose: 'HOPERAT', user: world.story.advocate };
    const alone = await world.gateway.ask(who, `query ($id: ID!) { patient(id: $id) { id name } }`, { id: `pat_${rows[0]!.uid}` });
    expect(alone.data).toEqual({ patient: null });
  });
});

describe('a record that is hidden and was there first', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => closeWorld(world));

  it('is not missed by anybody when it goes', async () => {
    await recordArrives(world, 'hidden', ['42CFRPart2']);
    // Older than the others, and with a person of its own before.
    await world.worker.query(`delete from person_link`);
    await settle(world);
    await world.worker.query(`update person_link set person_id = (select id from person where uid = $1) where patient_record_id in (select id from patient_record where source_key in ('Patient/1', 'Patient/B1'))`, [world.story.maria.uid]); // prettier-ignore
    await settle(world);
    const before = await told(world);
    expect(Object.values(before).some((text) => text.includes('Zz-Maria Zz-Lopez'))).toBe(true);
    const record = `(select id from patient_record where source_key = 'Patient/hidden')`;
    for (const table of [
      'consent_provision',
      'restriction',
      'confidential_contact',
      'payment',
      'adjudication',
      'claim',
      'account',
      'coverage',
      'care_team_member',
      'condition',
      'appointment',
      'encounter',
      'person_link',
    ])
      // prettier-ignore
      await world.worker.query(`delete from ${table} where patient_record_id = ${record}`);
    await world.worker.query(`delete from patient_record where source_key = 'Patient/hidden'`);
    await settle(world);
    expect(differing(await told(world), before)).toEqual([]);
  });
});

describe('a record that is masked', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
    await settle(world);
  });
  afterAll(() => closeWorld(world));

  it('adds itself, its source and its rows without content, and spoils a sum; all else stays as it was', async () => {
    const who: Asking = { role: 'ADVOCATE', purpose: 'HOPERAT', user: world.story.advocate };
    const ask = async () => {
      const { data, errors } = await world.gateway.ask(who, everything, { id: `pat_${world.story.maria.uid}`, caseId: `case_${world.story.maria.caseUid}` }); // prettier-ignore
      expect(errors).toBeUndefined();
      return data;
    };
    const before = await ask();
    await recordArrives(world, 'masked', ['MH']);
    await world.worker.query('delete from consent_provision');
    await world.worker.query('delete from restriction');
    await world.worker.query('delete from confidential_contact');
    await settle(world);
    const after = await ask();
    expect(JSON.stringify(after)).not.toContain('Zz-SECRET');
    const same = ['id', 'name', 'birthDate', 'sex', 'language', 'interpreterNeeded', 'deceasedAt', 'address', 'preferences', 'alerts', 'identifiers', 'contactPoints', 'cases']; // prettier-ignore
    for (const field of same) expect([field, at(after, `patient.${field}`)]).toEqual([field, at(before, `patient.${field}`)]);
    const records = listAt(after, 'patient.records') as { name: string | null; evidence: unknown; provenance: { source: string } }[];
    expect(records.filter(({ name }) => name !== null)).toEqual(listAt(before, 'patient.records'));
    expect(records.filter(({ name }) => name === null)).toMatchObject([
      { evidence: null, score: null, provenance: { source: 'recovery' } },
    ]);
    expect(at(after, 'patient.balance')).toBeNull();
    expect(at(after, 'patient.patientResponsibility')).toBeNull();
    expect(listAt(after, 'patient.withheld')).toEqual([
      { field: 'balance', reason: 'SENSITIVITY', rule: 'sensitivity.masked', remedy: 'Ask the privacy officer.' },
      { field: 'patientResponsibility', reason: 'SENSITIVITY', rule: 'sensitivity.masked', remedy: 'Ask the privacy officer.' },
    ]);
    const masked = (list: string) => listAt(after, list).filter((row) => !listAt(before, list).some((known) => at(known, 'id') === at(row, 'id'))); // prettier-ignore
    for (const list of ['patient.encounters.nodes', 'patient.appointments.nodes', 'patient.conditions.nodes', 'patient.claims.nodes'])
      expect([list, masked(list).map((row) => listAt(row, 'withheld').length > 2)]).toEqual([list, [true]]);
  });
});
