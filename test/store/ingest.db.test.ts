import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PENDING } from '../../src/store/index.js';
import { at, deleted, mapped, record, rejected, says } from './makers.js';
import { openStoreRoom, type StoreRoom } from './store-room.js';

let room: StoreRoom;
beforeAll(async () => {
  room = await openStoreRoom();
});
afterAll(() => room.close());
beforeEach(() => room.empty());

const one = async (sql: string, ...values: unknown[]): Promise<Record<string, unknown> | undefined> => (await room.rows(sql, ...values))[0];
const count = async (table: string): Promise<number> => Number((await one(`select count(*) from ${table}`))?.['count']);

describe('a batch', () => {
  it('stores each record whole and as typed columns, and counts documents and rows', async () => {
    const counts = await room.ingest([
      says('patient', 'Patient/1'),
      says('encounter', 'Encounter/1'),
      { outcome: 'notTaken', type: 'Device' },
    ]);
    expect(counts).toEqual({ read: 3, created: 2, updated: 0, unchanged: 0, deleted: 0, notTaken: 1, setAside: 0, typedRows: 2 });
    expect(await one('select name, name_search, birth_date::text, stub, own_mask, label_mask from patient_record')).toEqual({
      name: 'Zz-Ada Zz-Byron',
      name_search: 'zz byron zz ada',
      birth_date: '1985-12-10',
      stub: false,
      own_mask: 0,
      label_mask: 0,
    });
    expect(await one('select digits from patient_phone')).toEqual({ digits: '5550101234' });
    expect(await one('select system, value, type from patient_identifier')).toEqual({ system: 'urn:mrn', value: 'M-1', type: 'MR' });
    expect(
      await one(
        'select e.status, e.type_code, e.start_at, r.source_key from encounter e join patient_record r on r.id = e.patient_record_id',
      ),
    ).toEqual({
      status: 'finished',
      type_code: 'T',
      start_at: new Date('2026-03-01T10:00:00Z'),
      source_key: 'Patient/1',
    });
    expect(await one(`select body from document where key = 'Encounter/1'`)).toEqual({ body: says('encounter', 'Encounter/1').raw });
  });

  it('changes nothing when it comes again, and says so', async () => {
    const messages = [says('patient', 'Patient/1'), says('claim', 'Claim/1')];
    await room.ingest(messages);
    const before = await room.rows('select id, uid, ingested_at from claim');
    await room.owner.query('delete from outbox');
    expect(await room.ingest(messages)).toMatchObject({ unchanged: 2, created: 0, updated: 0, typedRows: 0 });
    expect(await room.rows('select id, uid, ingested_at from claim')).toEqual(before);
    expect(await count('outbox')).toBe(0);
  });

  it('keeps a newer version when an older one comes late', async () => {
    await room.ingest([says('encounter', 'Encounter/1', { status: 'finished', sourceUpdatedAt: at(9) })]);
    expect(await room.ingest([says('encounter', 'Encounter/1', { status: 'planned', sourceUpdatedAt: at(2) })])).toMatchObject({
      unchanged: 1,
      updated: 0,
    });
    expect(await one('select status from encounter')).toEqual({ status: 'finished' });
  });

  it('takes the later of two messages on one document, but never the older version', async () => {
    const versions = [2, 9, 5].map((day) => says('encounter', 'Encounter/1', { status: `s${day}`, sourceUpdatedAt: at(day) }));
    expect(await room.ingest(versions)).toMatchObject({ read: 3, created: 1, unchanged: 2 });
    expect(await one('select status from encounter')).toEqual({ status: 's9' });
  });

  it('takes the later of two messages that state no version', async () => {
    await room.ingest([says('encounter', 'Encounter/1', { status: 'first' }), says('encounter', 'Encounter/1', { status: 'second' })]);
    expect(await one('select status from encounter')).toEqual({ status: 'second' });
  });

  it('keeps amounts exactly as they were sent', async () => {
    await room.ingest([says('claim', 'Claim/1', { billed: { amount: '12345678901234567890.123456789', currency: 'USD' } })]);
    expect(await one('select billed_amount from claim')).toEqual({ billed_amount: '12345678901234567890.123456789' });
  });

  it('keeps the id by which the world knows a row through its updates', async () => {
    await room.ingest([says('appointment', 'Appointment/1', { sourceUpdatedAt: at(1) })]);
    const before = await one('select id, uid from appointment');
    await room.ingest([says('appointment', 'Appointment/1', { status: 'arrived', sourceUpdatedAt: at(2) })]);
    expect(await one('select id, uid from appointment')).toEqual(before);
  });

  it('counts how often an appointment was moved', async () => {
    const versions = ['2026-04-01T09:00:00Z', '2026-04-02T09:00:00Z', '2026-04-02T09:00:00Z', '2026-04-05T09:00:00Z'];
    for (const [index, start] of versions.entries()) {
      await room.ingest([says('appointment', 'Appointment/1', { start, status: `v${index}` })]);
    }
    expect(await one('select reschedules from appointment')).toEqual({ reschedules: 2 });
  });

  it('replaces the members of a care team by position', async () => {
    const team = (...names: string[]) =>
      says('careTeam', 'CareTeam/1', { members: names.map((name) => ({ member: null, name, role: null, organization: null })) });
    await room.ingest([team('Zz-A', 'Zz-B', 'Zz-C')]);
    await room.ingest([team('Zz-A', 'Zz-D')]);
    expect(await room.rows('select position, name from care_team_member order by position')).toEqual([
      { position: 0, name: 'Zz-A' },
      { position: 1, name: 'Zz-D' },
    ]);
  });

  it('replaces the identifiers and telephones of a changed patient', async () => {
    await room.ingest([says('patient', 'Patient/1')]);
    const points = [
      { kind: 'PHONE', value: '0049 30 1234567', use: null, confidential: false },
      { kind: 'email', value: 'zz@example.org', use: null, confidential: false },
    ];
    await room.ingest([says('patient', 'Patient/1', { identifiers: [], contactPoints: points, given: 'Zz-Zoë' })]);
    expect(await room.rows('select digits from patient_phone')).toEqual([{ digits: '0049301234567' }]);
    expect(await count('patient_identifier')).toBe(0);
    expect(await one('select name_search from patient_record')).toEqual({ name_search: 'zz byron zz zoe' });
  });
});

describe('what comes before what it refers to', () => {
  it('gives a fact its patient record from the start, as a stub that nobody sees', async () => {
    await room.ingest([says('claim', 'Claim/1', { patient: 'Patient/7' })]);
    expect(await one('select stub, name, label_mask from patient_record')).toEqual({ stub: true, name: null, label_mask: null });
    const before = await one('select id, patient_record_id from claim');
    await room.ingest([says('patient', 'Patient/7')]);
    expect(await one('select stub, name, label_mask from patient_record')).toEqual({ stub: false, name: 'Zz-Ada Zz-Byron', label_mask: 0 });
    expect(await one('select id, patient_record_id from claim')).toEqual(before);
  });

  it('takes a decision before its claim', async () => {
    await room.ingest([says('adjudication', 'ExplanationOfBenefit/1', { paid: { amount: '7.5', currency: 'USD' } })]);
    await room.ingest([says('claim', 'Claim/1')]);
    expect(await one('select claim_ref, paid_amount, currency from adjudication')).toEqual({
      claim_ref: 'Claim/1',
      paid_amount: '7.5',
      currency: 'USD',
    });
  });

  it('finds a patient who is named by identifier, whichever comes first', async () => {
    const reference = 'Patient?identifier=urn:mrn|M-1';
    await room.ingest([says('encounter', 'Encounter/1', { patient: reference })]);
    await room.ingest([says('patient', 'Patient/1')]);
    await room.ingest([says('encounter', 'Encounter/2', { patient: reference })]);
    expect(
      await room.rows('select distinct r.source_key, r.stub from encounter e join patient_record r on r.id = e.patient_record_id'),
    ).toEqual([{ source_key: 'Patient/1', stub: false }]);
    expect(await count('patient_record')).toBe(1);
  });

  it('makes another row of a fact that now names another patient', async () => {
    await room.ingest([says('encounter', 'Encounter/1', { patient: 'Patient/1' }), says('claim', 'Claim/1', { encounter: 'Encounter/1' })]);
    const before = await one('select id, uid from encounter');
    await room.owner.query('update claim set encounter_id = $1, label_mask = 0', [before?.['id']]);
    await room.ingest([says('encounter', 'Encounter/1', { patient: 'Patient/2' })]);
    const after = await one('select id, uid from encounter');
    expect(after?.['id']).not.toBe(before?.['id']);
    expect(after?.['uid']).not.toBe(before?.['uid']);
    expect(await one('select encounter_id, label_mask from claim')).toEqual({ encounter_id: null, label_mask: PENDING });
  });
});

describe('what is no longer there', () => {
  it('goes when a newer version of its document no longer gives it', async () => {
    const eob = record('adjudication', 'ExplanationOfBenefit/1', { claim: 'ExplanationOfBenefit/1' });
    await room.ingest([mapped(record('claim', 'ExplanationOfBenefit/1'), eob)]);
    await room.owner.query('update adjudication set claim_id = (select id from claim), label_mask = 0');
    await room.ingest([mapped(eob)]);
    expect(await count('claim')).toBe(0);
    expect(await one('select claim_id, label_mask from adjudication')).toEqual({ claim_id: null, label_mask: PENDING });
  });

  it('goes with its document when the source deletes it', async () => {
    await room.ingest([says('encounter', 'Encounter/1'), says('named', 'Location/1', { aliases: ['Location?identifier=a|1'] })]);
    expect(await room.ingest([deleted('Encounter/1'), deleted('Location/1'), deleted('Encounter/99')])).toMatchObject({
      deleted: 2,
      unchanged: 1,
    });
    expect([await count('encounter'), await count('source_name'), await count('document')]).toEqual([0, 0, 0]);
  });

  it('leaves of a deleted patient an empty record without labels, and what hangs on it in place', async () => {
    await room.ingest([says('patient', 'Patient/1'), says('encounter', 'Encounter/1')]);
    const id = (await one('select id from patient_record'))?.['id'];
    await room.ingest([deleted('Patient/1')]);
    expect(await one('select id, name, family, birth_date, identifiers, stub, own_mask, label_mask from patient_record')).toEqual({
      id,
      name: null,
      family: null,
      birth_date: null,
      identifiers: [],
      stub: true,
      own_mask: null,
      label_mask: null,
    });
    expect([await count('patient_identifier'), await count('patient_phone'), await count('encounter')]).toEqual([0, 0, 1]);
    await room.ingest([says('patient', 'Patient/1')]);
    expect(await one('select id, name, stub from patient_record')).toEqual({ id, name: 'Zz-Ada Zz-Byron', stub: false });
  });

  it('comes back when the same batch deletes it and then sends it again', async () => {
    await room.ingest([says('encounter', 'Encounter/1', { sourceUpdatedAt: at(9) })]);
    await room.ingest([deleted('Encounter/1'), says('encounter', 'Encounter/1', { status: 'again', sourceUpdatedAt: at(1) })]);
    expect(await room.rows('select status from encounter')).toEqual([{ status: 'again' }]);
  });
});

describe('what cannot be read', () => {
  it('is set aside whole, once, and the rest of the batch goes on', async () => {
    const raw = '{"resourceType": "Patient", "id": ';
    expect(await room.ingest([rejected(raw), says('encounter', 'Encounter/1'), rejected(raw)])).toMatchObject({ setAside: 2, created: 1 });
    expect(await room.rows('select code, reason, state, body from set_aside')).toEqual([
      { code: 'NOT_JSON', reason: 'expected JSON', state: 'WAITING', body: raw },
    ]);
  });

  it('includes a value that no column can hold, with the field and what was expected', async () => {
    const bad = says('encounter', 'Encounter/1', { start: '2026-02-30T99:00:00Z' });
    expect(await room.ingest([bad, says('encounter', 'Encounter/2')])).toMatchObject({ setAside: 1, created: 1 });
    expect(await room.rows('select code, reason, body from set_aside')).toEqual([
      { code: 'INVALID_VALUE', reason: 'start: an RFC 3339 instant expected', body: bad.raw },
    ]);
  });

  it('is no longer waiting once it has been read after all', async () => {
    const message = says('encounter', 'Encounter/1');
    await room.ingest([{ outcome: 'rejected', code: 'INVALID_VALUE', reason: 'not yet', raw: message.raw }]);
    await room.ingest([message]);
    expect(await room.rows('select state from set_aside')).toEqual([{ state: 'REPLAYED' }]);
  });

  it.each([
    ['at its beginning, though it is cut off', '{"resourceType": "Encounter", "id": "1", "status": "fin', 'REPLAYED'],
    ['anywhere in it', '{"contained":[{"id":"9"}],"id":"1","status":7,"resourceType":"Encounter"}', 'REPLAYED'],
    ['only of something inside it', '{"resourceType":"Encounter","contained":[{"resourceType":"Encounter","id":"1"}],"id":"2"}', 'WAITING'],
    ['of another type', '{"resourceType":"Condition","id":"1"}', 'WAITING'],
    ['nowhere', '{"id":"1"', 'WAITING'],
  ])('is overtaken by a later version of the same document: its key stands %s', async (_where, raw, state) => {
    await room.ingest([rejected(raw)]);
    await room.rows(`update set_aside set received_at = received_at - interval '1 minute'`);
    await room.ingest([says('encounter', 'Encounter/1')]);
    expect(await room.rows('select state from set_aside')).toEqual([{ state }]);
  });

  it('is not overtaken by what came in the same batch, and waits again when it comes again', async () => {
    const raw = '{"resourceType": "Encounter", "id": "1", "status": "fin';
    await room.ingest([says('encounter', 'Encounter/1'), rejected(raw)]);
    await room.ingest([says('encounter', 'Encounter/1', { status: 'planned' }), rejected(raw)]);
    expect(await room.rows('select state from set_aside')).toEqual([{ state: 'WAITING' }]);
    await room.rows(`update set_aside set received_at = received_at - interval '1 minute'`);
    await room.ingest([says('encounter', 'Encounter/1', { status: 'finished' })]);
    expect(await room.rows('select state from set_aside')).toEqual([{ state: 'REPLAYED' }]);
    await room.ingest([rejected(raw)]);
    expect(await room.rows('select state from set_aside')).toEqual([{ state: 'WAITING' }]);
  });

  it('does not include characters that Postgres has no place for', async () => {
    const message = says('condition', 'Condition/1', { code: { system: null, code: 'D\0E', display: 'half \ud800' } });
    const patient = says('patient', 'Patient/1', { identifiers: [{ system: 'urn:a', value: 'x\0\ud800', type: null }] });
    expect(await room.ingest([message, patient])).toMatchObject({ created: 2 });
    expect(await one('select code, code_display from condition')).toEqual({ code: 'D\uFFFDE', code_display: 'half \uFFFD' });
  });
});

describe('names', () => {
  it('are kept under every reference, with our department where the directory maps them', async () => {
    await room.owner.query(`insert into facility (id, uid, name, time_zone, jurisdiction) values (1, gen_random_uuid(), 'F', 'UTC', 'US')`);
    await room.owner.query(`insert into department (id, uid, name, facility_id) values (5, gen_random_uuid(), 'D', 1)`);
    await room.owner.query(`insert into department_map values ('ehr', 'Zz-Ward', 5)`);
    await room.ingest([
      says('named', 'Location/1', { aliases: ['Location?identifier=urn:l|1'] }),
      says('named', 'Location/2', { name: 'Zz-Other' }),
    ]);
    expect(await room.rows('select ref, document_key, name, department_id from source_name order by ref')).toEqual([
      { ref: 'Location/1', document_key: 'Location/1', name: 'Zz-Ward', department_id: '5' },
      { ref: 'Location/2', document_key: 'Location/2', name: 'Zz-Other', department_id: null },
      { ref: 'Location?identifier=urn:l|1', document_key: 'Location/1', name: 'Zz-Ward', department_id: '5' },
    ]);
  });
});
