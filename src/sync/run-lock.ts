/** One run a source at a time. The lock belongs to a connection, so it dies with the process that held it, however that
 *  ends: no lease to wait out, no owner to ask. A run that finds its connection gone must stop, for another may begin. */
import type { Pool } from 'pg';
import type { SourceId } from '../kernel/index.js';

/** The class under which Postgres keeps these locks; the source's id is the other half. */
const lockClass = 4_820_719;

/** Sources that are being read now, as a subselect. */
export const runLocks = `select l.objid::int from pg_locks l where l.locktype = 'advisory' and l.classid = ${lockClass} and l.objsubid = 2
  and l.database = (select oid from pg_database where datname = current_database())`;

export interface RunLock {
  /** Aborted when the connection that holds the lock is lost. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Null where another process reads this source. */
export async function takeRunLock(pool: Pool, sourceId: SourceId): Promise<RunLock | null> {
  const client = await pool.connect();
  const gone = new AbortController();
  const onError = (): void => gone.abort();
  client.on('error', onError);
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1, $2) as taken', [lockClass, sourceId]);
  const giveBack = (broken: boolean): void => {
    client.off('error', onError);
    client.release(broken);
  };
  if (!rows[0]?.taken) {
    giveBack(false);
    return null;
  }
  return {
    lost: gone.signal,
    release: async () => {
      const unlocked = await client.query('select pg_advisory_unlock($1, $2)', [lockClass, sourceId]).then(
        () => true,
        () => false,
      );
      giveBack(!unlocked);
    },
  };
}
