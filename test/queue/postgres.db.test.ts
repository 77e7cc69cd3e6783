/** The queues on PostgreSQL: the conformance suite, and what only this engine can do wrong. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createPostgresBackend, Queue, type PgPool } from 'bullmq';
import pg from 'pg';
import { silentLog } from '../../src/kernel/index.js';
import { migrateQueues, openQueues, type QueuePlace } from '../../src/queue/index.js';
import { testDatabase } from '../support/services.js';
import type { Bench } from './bench.js';
import { checks } from './conformance.js';

let database: Awaited<ReturnType<typeof testDatabase>>;
let pool: pg.Pool;
let place: QueuePlace;

beforeAll(async () => {
  database = await testDatabase();
  pool = new pg.Pool({ connectionString: database.url, options: '-c search_path=bullmq' });
  place = { backend: 'postgres', databaseUrl: database.url };
});
beforeEach(async () => {
  await pool.query('drop schema if exists bullmq cascade');
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const benchHere = (): Bench => ({
  place,
  async smuggle({ name, id, data }) {
    const queue = new Queue('sync', { connection: pool as PgPool }, createPostgresBackend);
    await queue.add(name, data, { jobId: id, attempts: 3 });
    await queue.close();
  },
  async dump() {
    const { rows } = await pool.query<{ kept: string }>('select job::text as kept from job union all select event::text from event');
    return rows.map(({ kept }) => kept).join('\n');
  },
});

describe('the queue on PostgreSQL', () => {
  it.each(checks)('$name', async ({ run }) => {
    await migrateQueues(database.url);
    await run(benchHere());
  });

  it('says that the queues are not migrated, and what to run', async () => {
    const opening = openQueues(place, { log: silentLog });
    await expect(opening).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE', message: expect.stringContaining('hub migrate') });
  });

  it('takes migrations that start at the same time, and again later', async () => {
    await Promise.all([migrateQueues(database.url), migrateQueues(database.url)]);
    await migrateQueues(database.url);
    const queues = await openQueues(place, { log: silentLog });
    await queues.close();
  });

  it('keeps the event table small, though nothing reads or trims it', async () => {
    await migrateQueues(database.url);
    const queues = await openQueues(place, { log: silentLog });
    const ids = Array.from({ length: 1_500 }, (_, i) => String(i));
    await queues.add(ids.map((jobId) => ({ name: 'caseDeadlines', payload: { fromId: jobId, toId: jobId }, jobId })));
    const ignore = (): Promise<void> => Promise.resolve();
    await queues.process('reminders', { dueReminders: ignore, caseDeadlines: ignore }, { concurrency: 8 });
    await queues.whenIdle();
    await queues.close();
    const { rows } = await pool.query<{ events: number }>('select count(*)::int as events from event');
    expect(rows[0]?.events).toBeLessThan(1_000); // 1,500 jobs make 6,000
  });

  it('uses one pool for all queues and workers of a process', async () => {
    await migrateQueues(database.url);
    const queues = await openQueues(place, { log: silentLog });
    const ignore = (): Promise<void> => Promise.resolve();
    await queues.process('sync', { pullSource: ignore, linkRange: ignore }, { concurrency: 4 });
    await queues.process('scope', { labelRange: ignore, renewLabels: ignore, grantsDue: ignore }, { concurrency: 4 });
    await queues.process('reminders', { dueReminders: ignore, caseDeadlines: ignore }, { concurrency: 4 });
    await queues.add(Array.from({ length: 50 }, (_, i) => ({ name: 'linkRange', payload: { fromId: '1', toId: '2' }, jobId: String(i) })));
    await queues.whenIdle();
    // BullMQ gives a connection that listens the name of its queue.
    const open = `select count(*)::int as open from pg_stat_activity
      where datname = current_database() and application_name in ('hub queue', 'sync', 'scope', 'reminders')`;
    const { rows } = await pool.query<{ open: number }>(open);
    await queues.close();
    expect(rows[0]?.open).toBeLessThanOrEqual(4 + 3); // queries, and one LISTEN for each worker
  });
});
