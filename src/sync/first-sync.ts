/** Whether everything that the sources have is there, linked and labelled: what `hub up --demo` waits for before it says
 *  that it is ready. A source that cannot be read keeps it from ever being done; `perSource` says which. */
import type { Pool } from 'pg';
import { labelledTables } from '../access/index.js';
import { queueNames } from '../kernel/index.js';
import type { Queues } from '../queue/index.js';
import { PENDING } from '../store/index.js';

export interface FirstSync {
  readonly done: boolean;
  readonly perSource: readonly SourceProgress[];
  /** Work that follows from what was read: jobs not yet done. */
  readonly jobs: number;
}
export interface SourceProgress {
  readonly source: string;
  readonly read: boolean;
  readonly records: number;
  /** 0..1 of the last run, where the source can tell. */
  readonly share: number | null;
  readonly errorCode: string | null;
}

export async function firstSyncDone(pool: Pool, queues: Pick<Queues, 'counts'>): Promise<FirstSync> {
  const { rows: perSource } = await pool.query<SourceProgress>(
    `select s.name as source, s.last_success_at is not null as read, s.records, s.error_code as "errorCode",
            (select r.progress from sync_run r where r.source_id = s.id order by r.id desc limit 1) as share
       from source s where s.active order by s.name`,
  );
  const jobs = (await waitingInOutbox(pool)) + (await waitingInQueues(queues));
  const read = perSource.every((source) => source.read);
  return { done: read && jobs === 0 && !(await somethingPending(pool)), perSource, jobs };
}

async function waitingInOutbox(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ waiting: number }>('select count(*)::int as waiting from outbox where relayed_at is null');
  return rows[0]?.waiting ?? 0;
}

/** `completed` does not count; a job that failed for good does not either, for it will not change any more. */
async function waitingInQueues(queues: Pick<Queues, 'counts'>): Promise<number> {
  const counts = await Promise.all(queueNames.map((queue) => queues.counts(queue)));
  return counts.reduce((sum, { waiting, active, delayed }) => sum + waiting + active + delayed, 0);
}

async function somethingPending(pool: Pool): Promise<boolean> {
  const any = labelledTables.map((table) => `exists (select from ${table} where label_mask & ${PENDING} <> 0)`);
  const { rows } = await pool.query<{ pending: boolean }>(`select ${any.join(' or ')} as pending`);
  return rows[0]?.pending ?? false;
}
