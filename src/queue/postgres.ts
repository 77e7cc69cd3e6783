/** BullMQ on PostgreSQL: its tables live in a schema of their own beside the hub's. One pool for all queues of the
 *  process, ours, because a pool per queue and worker would be six; each worker holds one connection of it to LISTEN. */
import { Queue, createPostgresBackend, runMigrations, type PgPool, type Processor } from 'bullmq';
import pg from 'pg';
import { asHubError, type Log, type QueueName } from '../kernel/index.js';
import type { Backend } from './backend.js';
import { describeFault } from './fault.js';
import { analyzeAfter, jobOptions, keptEvents, workerOptions, type QueueTiming } from './settings.js';
import { HubWorker } from './worker.js';

/** BullMQ takes no other name together with a pool that is not its own. */
const schema = 'bullmq';
/** Connections for queries beside the one that each worker holds. */
const queryConnections = 4;

export interface PostgresPlace {
  readonly backend: 'postgres';
  readonly databaseUrl: string;
}

/** Brings BullMQ's tables up to date. The role that runs this owns them; queues must be opened as the same role,
 *  since BullMQ makes a sequence for each queue and we ANALYZE. Several at once wait for each other. */
export async function migrateQueues(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  try {
    await client.connect();
    await runMigrations(client, schema);
  } catch (error) {
    throw asHubError(error, 'QUEUE_UNAVAILABLE', `The tables of the queues (schema ${schema}) could not be made or brought up to date.`);
  } finally {
    await client.end();
  }
}

export function postgresBackend(place: PostgresPlace, timing: QueueTiming, log: Log): Backend {
  const complain = (error: unknown): void => log.warn({ fault: describeFault(error) }, 'the queue lost PostgreSQL for a moment');
  const pool = new pg.Pool({
    connectionString: place.databaseUrl,
    options: `-c search_path=${schema}`,
    application_name: 'hub queue',
    keepAlive: true, // else BullMQ looks every 10 s whether its LISTEN is alive
    max: queryConnections,
  });
  // Each Queue and Worker listens on the pool as well, more than the ten that Node takes for a leak.
  pool.setMaxListeners(0);
  pool.on('error', complain);
  // pg's types overload on() in a form that BullMQ's own small PgPool does not foresee; the object is the one it wants.
  const connection = pool as PgPool;
  let addedSinceAnalyze = 0;

  return {
    reach: () => pool.query('select 1'),
    entry(name: QueueName) {
      const streams = { events: { maxLen: keptEvents } };
      const queue = new Queue(name, { connection, streams, defaultJobOptions: jobOptions(timing) }, createPostgresBackend);
      return queue.on('error', complain);
    },
    exit(name: QueueName, run: Processor, concurrency: number) {
      pool.options.max += 1;
      const worker = new HubWorker(name, run, { connection, ...workerOptions(timing, concurrency) }, createPostgresBackend);
      worker.on('error', complain);
      return {
        waitUntilReady: () => worker.waitUntilReady(),
        close: () => worker.close(),
        leave: () => worker.leave().then(() => worker.disconnect()), // gives its LISTEN connection back to the pool
      };
    },
    async added(count: number) {
      addedSinceAnalyze += count;
      if (addedSinceAnalyze < analyzeAfter) return;
      addedSinceAnalyze = 0;
      await pool.query('analyze job');
    },
    close: () => pool.end(),
  };
}
