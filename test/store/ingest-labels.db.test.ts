import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HubRecord } from '../../src/records/index.js';
import { openPool, PENDING } from '../../src/store/index.js';
import { at, deleted, says } from './makers.js';
import { openStoreRoom, type StoreRoom } from './store-room.js';

let room: StoreRoom;
beforeAll(async () => {
  room = await openStoreRoom();
});
afterAll(() => room.close());
beforeEach(() => room.empty());

const hiv = 4;
const maskOf = ({ labelCodes }: HubRecord): number => (labelCodes.includes('urn:dx|HIV') ? hiv : 0);
const ingest: StoreRoom['ingest'] = (messages) => room.ingest(messages, { maskOf });
const codes = ['urn:dx|HIV'];
const masks = (table: string) => room.rows(`select own_mask, label_mask from ${table}`);
const jobs = () => room.rows(`select job, payload from outbox order by job, payload->>'table'`);

describe('labels at ingest', () => {
  it('are what the row’s own codes say, in the transaction that stores it', async () => {
    await ingest([says('encounter', 'Encounter/1', { labelCodes: codes }), says('appointment', 'Appointment/1', { labelCodes: codes })]);
    expect(await masks('encounter')).toEqual([{ own_mask: hiv, label_mask: hiv }]);
    expect(await masks('appointment')).toEqual([{ own_mask: hiv, label_mask: hiv }]);
  });

  it('hold a row back that also takes labels from others, until scope has worked them out', async () => {
    await ingest([
      says('claim', 'Claim/1', { labelCodes: codes }),
      says('adjudication', 'ExplanationOfBenefit/1'),
      says('payment', 'PaymentNotice/1'),
      says('coverage', 'Coverage/1'),
    ]);
    expect(await masks('claim')).toEqual([{ own_mask: hiv, label_mask: hiv | PENDING }]);
    for (const table of ['adjudication', 'payment', 'coverage']) expect(await masks(table)).toEqual([{ own_mask: 0, label_mask: PENDING }]);
  });

  it('hold back what was found at a visit, and a visit at a place that has no name yet', async () => {
    await ingest([
      says('encounter', 'Encounter/1'),
      says('encounter', 'Encounter/2', { location: 'Location/1' }),
      says('condition', 'Condition/1', { encounter: 'Encounter/1' }),
      says('condition', 'Condition/2'),
    ]);
    const held = (table: string) => room.rows(`select source_key as key, label_mask <> 0 as held from ${table} order by 1`);
    expect(await held('encounter')).toEqual([
      { key: 'Encounter/1', held: false },
      { key: 'Encounter/2', held: true },
    ]);
    expect(await held('condition')).toEqual([
      { key: 'Condition/1', held: true },
      { key: 'Condition/2', held: false },
    ]);
  });

  it('are set anew by an update of the codes, in the same statement', async () => {
    await ingest([says('claim', 'Claim/1', { sourceUpdatedAt: at(1) })]);
    await room.owner.query('update claim set label_mask = own_mask');
    await ingest([says('claim', 'Claim/1', { sourceUpdatedAt: at(2), labelCodes: codes })]);
    expect(await masks('claim')).toEqual([{ own_mask: hiv, label_mask: hiv | PENDING }]);
  });

  it('that scope has added to a visit stay through an update, until scope looks again', async () => {
    await ingest([says('encounter', 'Encounter/1')]);
    await room.owner.query('update encounter set label_mask = 8');
    await ingest([says('encounter', 'Encounter/1', { status: 'cancelled' })]);
    expect(await masks('encounter')).toEqual([{ own_mask: 0, label_mask: 8 }]);
  });

  it('of a visit hold its claims, decisions and payments back when they change', async () => {
    await ingest([
      says('encounter', 'Encounter/1'),
      says('claim', 'Claim/1', { encounter: 'Encounter/1' }),
      says('adjudication', 'ExplanationOfBenefit/1'),
      says('payment', 'PaymentNotice/1'),
    ]);
    await room.owner.query(`update claim set encounter_id = (select id from encounter), label_mask = 0;
      update adjudication set claim_id = (select id from claim), label_mask = 0; update payment set claim_id = (select id from claim), label_mask = 0;
      delete from outbox`);
    await ingest([says('encounter', 'Encounter/1', { labelCodes: codes })]);
    for (const table of ['claim', 'adjudication', 'payment']) expect(await masks(table)).toEqual([{ own_mask: 0, label_mask: PENDING }]);
    expect((await jobs()).map(({ payload }) => payload)).toMatchObject([
      { table: 'adjudication' },
      { table: 'claim' },
      { table: 'encounter' },
      { table: 'payment' },
    ]);
  });

  it('of a condition hold back the claims that name it', async () => {
    await ingest([
      says('condition', 'Condition/1'),
      says('claim', 'Claim/1', { conditions: ['Condition/1'] }),
      says('claim', 'Claim/2', { conditions: ['Condition/2'] }),
    ]);
    await room.owner.query('update claim set label_mask = 0');
    await ingest([says('condition', 'Condition/1', { labelCodes: codes })]);
    expect(await room.rows('select source_key, label_mask from claim order by source_key')).toEqual([
      { source_key: 'Claim/1', label_mask: PENDING },
      { source_key: 'Claim/2', label_mask: 0 },
    ]);
  });
});

describe('jobs that follow', () => {
  it('are one a table and range, with the policy’s generation, never one a record', async () => {
    await room.owner.query(`insert into policy_state (generation, digest, applied_at) values (7, 'd', now())`);
    const many = Array.from({ length: 40 }, (_, index) => says('encounter', `Encounter/${index}`, { patient: `Patient/${index % 5}` }));
    await ingest([says('patient', 'Patient/1'), ...many, says('account', 'Account/1')]);
    const [id] = await room.rows(`select min(id) as from, max(id) as to from encounter`);
    const [patient] = await room.rows('select id from patient_record where not stub');
    expect(await jobs()).toEqual([
      { job: 'labelRange', payload: { table: 'encounter', fromId: id?.['from'], toId: id?.['to'], generation: 7 } },
      { job: 'linkRange', payload: { fromId: patient?.['id'], toId: patient?.['id'] } },
    ]);
    await room.owner.query('delete from policy_state');
  });

  it('ask for a deleted patient’s record too, so that its link is looked at again', async () => {
    await ingest([says('patient', 'Patient/1')]);
    await room.owner.query('delete from outbox');
    await ingest([deleted('Patient/1')]);
    expect(await jobs()).toMatchObject([{ job: 'linkRange' }]);
  });
});

describe('the gateway’s role', () => {
  const asGateway = async <T>(ask: (query: (sql: string) => Promise<unknown[]>) => Promise<T>): Promise<T> => {
    const pool = openPool(room.urls.gatewayUrl, { max: 1, name: 'test-gateway' });
    try {
      return await ask(async (sql) => (await pool.query<Record<string, unknown>>(sql)).rows);
    } finally {
      await pool.end();
    }
  };
  beforeEach(() =>
    ingest([says('patient', 'Patient/1'), says('encounter', 'Encounter/1', { labelCodes: codes }), says('claim', 'Claim/1')]),
  );

  it('is answered with an error, not with rows, where the viewer’s settings are missing', async () => {
    await asGateway((query) => expect(query('select id from patient_record')).rejects.toThrow(/hub\.hidden/));
  });

  it('sees no row that carries a hidden label, or none at all yet', async () => {
    await room.owner.query('update patient_record set label_mask = null');
    await asGateway(async (query) => {
      await query(`select set_config('hub.hidden', '${PENDING | hiv}', false)`);
      for (const table of ['patient_record', 'patient_identifier', 'encounter', 'claim'])
        expect(await query(`select 1 from ${table}`)).toEqual([]);
    });
  });

  it('sees rows whose labels the viewer may see', async () => {
    await asGateway(async (query) => {
      await query(`select set_config('hub.hidden', '${PENDING}', false)`);
      for (const table of ['patient_record', 'patient_identifier', 'encounter'])
        expect(await query(`select 1 as seen from ${table}`)).toEqual([{ seen: 1 }]);
      expect(await query('select 1 from claim')).toEqual([]);
    });
  });

  it('cannot read what a source sent, nor write what it brought', async () => {
    await asGateway(async (query) => {
      await query(`select set_config('hub.hidden', '0', false)`);
      await expect(query('select body from document')).rejects.toThrow(/permission denied/);
      await expect(query('select body from set_aside')).rejects.toThrow(/permission denied/);
      await expect(query('update encounter set label_mask = 0')).rejects.toThrow(/permission denied/);
      await expect(query('insert into audit_entry (seq) values (1)')).rejects.toThrow(/permission denied/);
    });
  });

  it('and the workers’ role alike cannot touch the audit trail but by appending to it', async () => {
    await expect(room.worker.query('delete from audit_entry')).rejects.toThrow(/permission denied/);
    await expect(room.worker.query('update audit_head set seq = 0')).rejects.toThrow(/permission denied/);
    await expect(room.worker.query('create table mine (a int)')).rejects.toThrow(/permission denied/);
  });
});
