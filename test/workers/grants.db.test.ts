/** What a worker does about break-glass access: it records that one has run out, with an entry in the trail, and tells more
 *  people of reviews that nobody has done. Nothing is lost and nothing doubled, whatever is killed or runs at once. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { grantsAreDue, settleGrants } from '../../src/access/index.js';
import { openPool } from '../../src/store/index.js';
import { testPolicy } from '../support/gateway.js';
import { addGrant } from '../support/grants.js';
import { asOwner } from '../support/owner.js';
import type { TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';
import { asWorker, startOn, workerDatabase } from './hub-of-workers.js';

let database: TestDatabase;
let pool: Pool;
let story: Story;
let officer: string;
let manager: string;

beforeAll(async () => {
  database = await workerDatabase();
  story = await tellStory(database.url);
  const people = await asOwner<{ id: string }>(
    database.url,
    `insert into directory_user (uid, name, role) values (gen_random_uuid(), 'Zz-Jun', 'PRIVACY_OFFICER'), (gen_random_uuid(), 'Zz-Dora', 'MANAGER') returning id`,
  );
  [officer = '', manager = ''] = people.map(({ id }) => id);
  pool = openPool(asWorker(database.url), { max: 4, name: 'test' });
});
afterEach(async () => {
  await asOwner(database.url, 'delete from reminder where grant_id is not null');
  await asOwner(database.url, 'delete from access_grant');
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const ran = (minutes: number, more: { reviewDueInHours?: number; personUid?: string } = {}) =>
  addGrant(database.url, { userRow: story.advocate.row, personUid: story.maria.uid, minutes, ...more });
const ends = () =>
  asOwner(
    database.url,
    `select system, purpose, action, operation, person_uid, outcome from audit_entry where operation = 'endGrant' order by seq`,
  );
const told = () =>
  asOwner(
    database.url,
    'select rule, recipient_id, escalation_level as level, status, case_id from reminder where grant_id is not null order by rule, recipient_id',
  );
const gapFree = async (): Promise<boolean> => {
  const [row] = await asOwner<{ whole: boolean }>(
    database.url,
    'select count(*) = (select seq from audit_head) and coalesce(max(seq), 0) = count(*) as whole from audit_entry',
  );
  return row?.whole ?? false;
};

describe('an access that has run out', () => {
  it('gets its end recorded, and the trail says who it was about and that the system did it', async () => {
    const before = (await ends()).length;
    await ran(-1);
    await ran(30);
    expect(await grantsAreDue(pool)).toBe(true);
    expect(await settleGrants(pool, testPolicy.glass)).toEqual({ ended: 1, told: 0 });
    expect((await ends()).slice(before)).toEqual([
      { system: 'scope', purpose: 'HOPERAT', action: 'SYSTEM', operation: 'endGrant', person_uid: story.maria.uid, outcome: 'ALLOWED' },
    ]);
    expect(await asOwner(database.url, 'select ended_at is not null as ended from access_grant order by expires_at')).toEqual([
      { ended: true },
      { ended: false },
    ]);
    expect(await grantsAreDue(pool)).toBe(false);
    expect(await settleGrants(pool, testPolicy.glass)).toEqual({ ended: 0, told: 0 });
  });

  it('that somebody revoked has its end already', async () => {
    await ran(-1);
    await asOwner(database.url, `update access_grant set revoked_at = now() - interval '1 hour', revoked_by = user_id`);
    expect(await settleGrants(pool, testPolicy.glass)).toEqual({ ended: 0, told: 0 });
  });

  it('is recorded once by any number of workers at once, more than a batch of them, without a gap in the trail', async () => {
    const before = (await ends()).length;
    await asOwner(
      database.url,
      `insert into access_grant (user_id, role, purpose, person_id, record_ids, reason, granted_at, expires_at, review_due_at)
       select $1, 'ADVOCATE', 'HOPERAT', p.id, '{}', 'Zz', now() - interval '2 hours', now() - interval '1 hour', now() + interval '1 day' from person p, generate_series(1, 600) where p.uid = $2`,
      [story.advocate.row, story.maria.uid],
    );
    const done = await Promise.all([1, 2, 3].map(() => settleGrants(pool, testPolicy.glass)));
    expect(done.reduce((sum, { ended }) => sum + ended, 0)).toBe(600);
    expect((await ends()).length - before).toBe(600);
    expect(await gapFree()).toBe(true);
  });

  it('is wholly recorded or not at all: where the entry cannot be written, the mark is not either, and the next turn does both', async () => {
    const before = (await ends()).length;
    await ran(-1);
    await asOwner(database.url, 'alter function append_audit(jsonb) rename to append_audit_away');
    await expect(settleGrants(pool, testPolicy.glass)).rejects.toThrow(/append_audit/);
    await asOwner(database.url, 'alter function append_audit_away(jsonb) rename to append_audit');
    expect(await asOwner(database.url, 'select ended_at from access_grant')).toEqual([{ ended_at: null }]);
    expect((await settleGrants(pool, testPolicy.glass)).ended).toBe(1);
    expect((await ends()).length - before).toBe(1);
  });

  it('whose worker loses its connection in between is recorded once by the next', async () => {
    const before = (await ends()).length;
    for (let turn = 0; turn < 12; turn += 1) await ran(-1);
    // The head of the trail is held, so that every turn stands between its mark and its entry when it is cut off.
    const holder = openPool(database.url, { max: 1, name: 'test-holder' });
    const client = await holder.connect();
    for (let kills = 0; kills < 5; kills += 1) {
      await client.query('begin');
      await client.query('select 1 from hub.audit_head for update');
      const doomed = openPool(asWorker(database.url), { max: 1, name: 'doomed' });
      const cut = settleGrants(doomed, testPolicy.glass).catch(() => 'cut');
      while (
        (
          await asOwner(
            database.url,
            `select 1 from pg_stat_activity where application_name = 'hub-doomed' and wait_event_type = 'Lock' and datname = current_database()`,
          )
        ).length === 0
      )
        await pause(10);
      await asOwner(
        database.url,
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'hub-doomed' and datname = current_database()`,
      );
      expect(await cut).toBe('cut');
      await client.query('rollback');
      await doomed.end();
    }
    client.release();
    await holder.end();
    expect((await ends()).length).toBe(before);
    expect((await settleGrants(pool, testPolicy.glass)).ended).toBe(12);
    expect((await ends()).length - before).toBe(12);
    expect(await gapFree()).toBe(true);
  });
});

describe('a review that is overdue', () => {
  const overdueBy = (hours: number) => ran(-1, { reviewDueInHours: -hours });

  it('is told to the reviewers, and a day later to the next role, each once, with a level that rises', async () => {
    await ran(-1, { reviewDueInHours: 1 });
    await settleGrants(pool, testPolicy.glass);
    expect(await told()).toEqual([]);
    await asOwner(database.url, `update access_grant set review_due_at = now() - interval '1 second'`);
    expect(await grantsAreDue(pool)).toBe(true);
    await settleGrants(pool, testPolicy.glass);
    const toOfficer = { rule: 'glass.overdue', recipient_id: officer, level: 1, status: 'SENT', case_id: null };
    expect(await told()).toEqual([toOfficer]);
    await asOwner(database.url, `update access_grant set review_due_at = now() - interval '25 hours'`);
    expect(
      (await Promise.all([settleGrants(pool, testPolicy.glass), settleGrants(pool, testPolicy.glass)])).reduce(
        (sum, done) => sum + done.told,
        0,
      ),
    ).toBe(1);
    expect(await told()).toEqual([{ ...toOfficer, rule: 'glass.escalated', recipient_id: manager, level: 2 }, toOfficer]);
    expect((await settleGrants(pool, testPolicy.glass)).told).toBe(0);
  });

  it('is told to nobody once it was reviewed, and never to who broke the glass', async () => {
    await overdueBy(48);
    await asOwner(database.url, 'update access_grant set reviewed_at = now(), reviewed_by = $1', [officer]);
    expect((await settleGrants(pool, testPolicy.glass)).told).toBe(0);
    await asOwner(database.url, 'update access_grant set reviewed_at = null, reviewed_by = null, user_id = $1', [manager]);
    expect((await settleGrants(pool, testPolicy.glass)).told).toBe(1);
    expect((await told()).map(({ recipient_id }) => recipient_id)).toEqual([officer]);
  });
});

it('the workers see to it by themselves', async () => {
  await ran(-1, { reviewDueInHours: -1 });
  const workers = await startOn(database, []);
  try {
    for (let waited = 0; waited < 30_000 && (await told()).length === 0; waited += 100) await pause(100);
    expect(await told()).toMatchObject([{ rule: 'glass.overdue', recipient_id: officer }]);
    expect(await asOwner(database.url, 'select ended_at is not null as ended from access_grant')).toEqual([{ ended: true }]);
  } finally {
    await workers.stop();
  }
}, 60_000);
