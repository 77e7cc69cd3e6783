/** Connections to the hub's database, all of them through here: each says who it is (`application_name`), finds the tables
 *  of schema `hub` without naming it, and a dropped idle connection is an event, not the end of the process. */
import pg from 'pg';
import { asHubError } from '../kernel/index.js';

export interface PoolSettings {
  readonly max: number;
  /** What the connection is for; seen in pg_stat_activity. */
  readonly name: string;
}

export function openPool(url: string, { max, name }: PoolSettings): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: `hub-${name}`,
    options: '-c search_path=hub -c timezone=UTC',
    // Statements sent without waiting for the one before go out at once, and share a flight.
    pipeline: true,
  });
  // Without a listener an idle connection that the server closes would end the process. The next query reports the fault.
  pool.on('error', () => undefined);
  return pool;
}

/** Does all of `work` in one transaction, or nothing of it. A connection whose transaction failed is given up when it
 *  cannot even be rolled back. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await connect(pool);
  let broken = false;
  // The pool listens to connections only while they are idle. The statement under way reports the fault.
  const lost = (): void => void (broken = true);
  client.on('error', lost);
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => (broken = true));
    throw error;
  } finally {
    client.off('error', lost);
    client.release(broken);
  }
}

/** Waits for all, also when one fails: a statement that is still on its way must not outlive its transaction. */
export async function allOf<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw asHubError(error, 'DATABASE_UNAVAILABLE', 'The database did not answer. Check that it runs and its address.');
  }
}

/** Postgres' own code of a fault; empty where it is not Postgres' fault. */
export const sqlState = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
