/** What is noted of a change, by whoever writes: ids, once a batch, in the transaction that made it so. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { relabelRange } from '../../src/access/index.js';
import { readLabelRules } from '../../src/access/label-rules.js';
import { packageRoot, silentLog, type Change, type RowId } from '../../src/kernel/index.js';
import { changeOf } from '../../src/store/changes.js';
import { inTransaction, listenForChanges, trimChanges } from '../../src/store/index.js';
import { deleted, says } from './makers.js';
import { openStoreRoom, type StoreRoom } from './store-room.js';

let room: StoreRoom;
let caseUid: string;
const rules = readLabelRules(`${packageRoot}/schema/policy/labels.yaml`);
const notes = async (): Promise<unknown[]> => (await room.rows('select what from change_note order by id')).map(({ what }) => what);

beforeAll(async () => {
  room = await openStoreRoom();
  await room.ingest([says('patient', 'Patient/1'), says('patient', 'Patient/2'), says('encounter', 'Encounter/1')]);
  await room.owner.query(`with p as (insert into person default values returning id)
    insert into person_link (patient_record_id, person_id, assurance, linked_by, linked_at)
    select r.id, p.id, 'CERTAIN', 'test', now() from p, patient_record r where r.source_key = 'Patient/1'`);
  await room.owner.query(`insert into facility (uid, name, time_zone, jurisdiction) values (gen_random_uuid(), 'Zz', 'UTC', 'US')`);
  const [made] =
    await room.rows(`insert into case_file (number, kind, status, facility_id, classification, channel, received_at, opened_at, summary, patient_record_id)
    select 'PR-1', 'GRIEVANCE', 'RECEIVED', f.id, 'x', 'PHONE', now(), now(), 'Zz', r.id from facility f, patient_record r where r.source_key = 'Patient/1' returning uid`);
  caseUid = String(made?.['uid']);
});
afterAll(() => room.close());
beforeEach(async () => void (await room.owner.query('delete from change_note')));

describe('a batch', () => {
  it('tells the run, and the open case whose patient it speaks of, once however many facts it brings', async () => {
    await room.ingest([
      says('encounter', 'Encounter/1', { status: 'cancelled' }),
      ...[2, 3, 4].map((n) => says('encounter', `Encounter/${n}`)),
      says('claim', 'Claim/1'),
    ]);
    expect(await notes()).toEqual([`case ${caseUid}`, expect.stringMatching(/^run [0-9a-f-]{36} \d+$/)]);
  });

  it('tells no case where it speaks of somebody else, or brings what is known already', async () => {
    await room.ingest([says('patient', 'Patient/2', { name: 'Zz-Else' }), says('encounter', 'Encounter/2')]);
    expect(await notes()).toEqual([expect.stringMatching(/^run/)]);
  });

  it('tells the case of a fact that is gone, and of a record that changed', async () => {
    await room.ingest([deleted('Encounter/4')]);
    await room.ingest([says('patient', 'Patient/1', { address: 'Zz 2' })]);
    expect((await notes()).filter((what) => what === `case ${caseUid}`)).toHaveLength(2);
  });

  it('that speaks of hundreds of patients is a first reading, and no news', async () => {
    const many = Array.from({ length: 501 }, (_, n) => says('patient', `Patient/${n + 1}`, { address: `Zz ${n}` }));
    await room.ingest(many);
    expect(await notes()).toEqual([expect.stringMatching(/^run/)]);
  });
});

it('a range that was labelled tells the cases of those whose rows it may have shown', async () => {
  const [row] = await room.rows(`select id, patient_record_id from claim`);
  const id = String(row?.['id']) as RowId;
  await relabelRange(room.worker, { table: 'claim', fromId: id, toId: id, generation: 0 }, { labels: rules, generation: null });
  expect(await notes()).toEqual([`case ${caseUid}`]);
});

it('a closed case is not told of facts', async () => {
  await room.owner.query('update case_file set closed_at = now()');
  await room.owner.query('delete from change_note');
  await room.ingest([says('encounter', 'Encounter/1', { status: 'planned' })]);
  expect(await notes()).toEqual([expect.stringMatching(/^run/)]);
  await room.owner.query('update case_file set closed_at = null');
});

it('what is rolled back was never told, and an update that changes nothing is no change', async () => {
  const heard: Change[] = [];
  const listening = await listenForChanges(room.urls.gatewayUrl, { log: silentLog, tell: (changes) => void heard.push(...changes) });
  await inTransaction(room.owner, async (client) => {
    await client.query('update case_file set version = version + 1');
    throw new Error('no');
  }).catch(() => undefined);
  await room.owner.query('update case_file set version = version');
  await room.owner.query('update case_file set version = version + 1');
  for (let waited = 0; heard.length === 0 && waited < 5_000; waited += 20) await new Promise((resolve) => setTimeout(resolve, 20));
  await listening.close();
  expect(heard).toEqual([{ kind: 'case', uid: caseUid }]);
  expect(await notes()).toEqual([`case ${caseUid}`]);
});

it('notes are kept for as long as a gateway may be cut off, and then go', async () => {
  await room.owner.query('update case_file set version = version + 1');
  expect(await trimChanges(room.worker, { keepHours: 24 })).toBe(0);
  await room.owner.query(`update change_note set written_at = now() - interval '25 hours'`);
  expect(await trimChanges(room.worker, { keepHours: 24 })).toBe(1);
});

it('a line is read as what it says, and one that nobody here understands says nothing', () => {
  const uid = '00000000-0000-4000-8000-000000000001';
  expect(
    [
      `case ${uid}`,
      `run ${uid} 3`,
      `reminder ${uid} 7`,
      `reminder ${uid} - 1,2`,
      `reminder ${uid} - -`,
      'case',
      'case 1',
      `run ${uid}`,
      `letter ${uid}`,
      '',
    ].flatMap(changeOf),
  ).toEqual([
    { kind: 'case', uid },
    { kind: 'run', uid, sourceRow: '3' },
    { kind: 'reminder', uid, recipientRow: '7', departmentRows: [] },
    { kind: 'reminder', uid, recipientRow: null, departmentRows: ['1', '2'] },
    { kind: 'reminder', uid, recipientRow: null, departmentRows: [] },
  ]);
});
