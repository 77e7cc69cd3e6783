/** No act without its entry and no entry without its act, whatever ends when: both are of one transaction. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { caseActs, loadCaseRules } from '../../src/cases/index.js';
import { planFor } from '../../src/access/index.js';
import { asSystem, fixedClock, silentLog, type RowId } from '../../src/kernel/index.js';
import { openOrm, type Orm } from '../../src/store/index.js';
import { testPolicy } from '../support/gateway.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let story: Story;
let orm: Orm;

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  orm = await openOrm(database.gatewayUrl, { log: silentLog });
});
afterAll(async () => {
  await orm.close(true);
  await database.drop();
});

const rules = loadCaseRules();
const acts = (requestId: string, user: 'advocate' | 'other' = 'advocate') =>
  caseActs({
    ...planFor(testPolicy, { role: 'ADVOCATE', purpose: 'HOPERAT' }, 1),
    em: orm.em,
    viewer: { userRow: story[user].row as RowId, departmentRows: [], facilityRow: story.facility.row as RowId },
    clock: fixedClock('2026-11-20T17:00:00Z'),
    rules,
    told: { actor: asSystem('test', 'HOPERAT'), requestId },
  });
const intake = (summary: string, more: object = {}) => ({ channel: 'LETTER', summary, patientId: `pat_${story.maria.uid}`, ...more });
const entriesOf = (requestId: string) =>
  asOwner<{ action: string; operation: string; outcome: string; case_uid: string | null; person_uid: string | null; xmin: string }>(
    database.url,
    'select action, operation, outcome, case_uid, person_uid, xmin::text from audit_entry where request_id = $1 order by seq',
    [requestId],
  );
const casesWith = (summary: string) =>
  asOwner<{ uid: string; xmin: string }>(database.url, 'select uid, xmin::text from case_file where summary = $1', [summary]);

describe('an act that is done', () => {
  it('is of the same transaction as its entry, which names person, case and act', async () => {
    await acts('one').openCase(intake('One'));
    const [file] = await casesWith('One');
    expect(await entriesOf('one')).toEqual([
      { action: 'CREATE', operation: 'openCase', outcome: 'ALLOWED', case_uid: file?.uid, person_uid: story.maria.uid, xmin: file?.xmin },
    ]);
  });

  it('sent again under its key has an entry of its own, a read: nothing was created', async () => {
    const request = intake('Keyed', { idempotencyKey: 'k' });
    await Promise.all(['first', 'second', 'third'].map((id) => acts(id).openCase(request)));
    const all = (await Promise.all(['first', 'second', 'third'].map(entriesOf))).flat();
    expect(all.map(({ action }) => action).toSorted()).toEqual(['CREATE', 'READ', 'READ']);
    expect(await casesWith('Keyed')).toHaveLength(1);
  });
});

describe('an act that is not done', () => {
  it.each([
    ['is refused', () => intake('Refused', { assigneeId: 'usr_00000000-0000-4000-8000-00000000dead' })],
    ['is there already', () => intake('One')],
  ])('because it %s leaves no entry that says that it was', async (_, request) => {
    await acts('undone').openCase(request());
    expect(await entriesOf('undone')).toEqual([]);
  });

  it('because its entry cannot be written leaves nothing', async () => {
    await asOwner(database.url, 'revoke execute on function append_audit(jsonb) from hub_gateway');
    try {
      await expect(acts('mute').openCase(intake('Mute'))).rejects.toMatchObject({ code: 'INTERNAL' });
    } finally {
      await asOwner(database.url, 'grant execute on function append_audit(jsonb) to hub_gateway');
    }
    expect(await casesWith('Mute')).toEqual([]);
  });

  it('because its connection is cut before the commit leaves neither case nor entry, and the chain goes on', async () => {
    // The head is held by somebody else, so the act waits at its last statement; then it is cut off there.
    const holder = new pg.Client({ connectionString: database.url, options: '-c search_path=hub' });
    await holder.connect();
    await holder.query('begin');
    await holder.query('select from audit_head for update');
    const act = expect(acts('cut').openCase(intake('Cut'))).rejects.toMatchObject({ code: 'INTERNAL' });
    const waiting = `select pg_terminate_backend(pid) from pg_stat_activity
      where wait_event_type = 'Lock' and query like '%append_audit%' and datname = current_database() and usename = 'hub_gateway'`;
    while ((await asOwner(database.url, waiting)).length === 0) await pause(20);
    await act;
    await holder.end();
    expect([await casesWith('Cut'), await entriesOf('cut')]).toEqual([[], []]);
    await acts('after').openCase(intake('After'));
    expect(await entriesOf('after')).toHaveLength(1);
  });
});

it('many acts at once, of two people on the same cases, neither deadlock nor leave a gap', async () => {
  const before = await asOwner<{ seq: string }>(database.url, 'select seq from audit_head');
  const caseId = `case_${story.maria.caseUid}`;
  await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      n % 2 === 0
        ? acts(`many-${n}`).recordInteraction({ caseId, channel: 'PHONE', direction: 'OUTBOUND', note: `Call ${n}` })
        : acts(`many-${n}`, 'other').openCase(intake(`Many ${n}`)),
    ),
  );
  const rows = await asOwner<{ seq: string }>(database.url, `select seq from audit_entry where seq > $1 order by seq`, [before[0]?.seq]);
  expect(rows.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: 40 }, (_, n) => Number(before[0]?.seq) + 1 + n));
});
