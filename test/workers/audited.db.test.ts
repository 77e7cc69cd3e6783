/** Work of the queues stands in the trail by name: once for a job, before it counts as done. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import { openPool } from '../../src/store/index.js';
import type { RowId } from '../../src/kernel/index.js';
import { audited, type Work } from '../../workers/audited.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await testDatabase();
  pool = openPool(database.workerUrl, { max: 1, name: 'test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
const entries = () =>
  asOwner(
    database.url,
    'select system, purpose, action, operation, request_id as job, outcome, user_uid, person_uid from audit_entry order by seq',
  );
const range = { fromId: '1' as RowId, toId: '2' as RowId };

it('a job that was done, one that failed, and none for a poll that found nothing', async () => {
  const work: Work<'reminders'> = {
    dueReminders: (_, { jobId }) => Promise.resolve(jobId !== 'quiet'),
    caseDeadlines: () => Promise.reject(new Error('the case is away')),
  };
  const handlers = audited(pool, 'reminders', work);
  await handlers.dueReminders({}, { jobId: 'due-1', attempt: 1 });
  await handlers.dueReminders({}, { jobId: 'quiet', attempt: 1 });
  await expect(handlers.caseDeadlines(range, { jobId: '7', attempt: 1 })).rejects.toThrow('the case is away');
  const common = { system: 'reminders', purpose: 'HOPERAT', action: 'SYSTEM', user_uid: null, person_uid: null };
  expect(await entries()).toEqual([
    { ...common, operation: 'dueReminders', job: 'due-1', outcome: 'ALLOWED' },
    { ...common, operation: 'caseDeadlines', job: '7', outcome: 'ERROR' },
  ]);
});

it('a job whose entry cannot be written is not done: the queue gives it again', async () => {
  await asOwner(database.url, 'revoke execute on function append_audit(jsonb) from hub_worker');
  const handlers = audited(pool, 'scope', {
    labelRange: () => Promise.resolve(),
    renewLabels: () => Promise.resolve(),
    grantsDue: () => Promise.resolve(false),
  });
  await expect(handlers.labelRange({ table: 'claim', ...range, generation: 1 }, { jobId: '8', attempt: 1 })).rejects.toMatchObject({
    code: '42501',
  });
  await asOwner(database.url, 'grant execute on function append_audit(jsonb) to hub_worker');
});
