/** No answer without an entry (45 CFR 164.312(b)): `record` resolves once the entries are durable, and the answer waits for
 *  it. Entries of concurrent operations share one commit: what arrives while a commit is in flight goes with the next one;
 *  there is no timer to wait for. The database appends under a lock on the chain's head, so that several gateways keep one
 *  gap-free sequence; each hash covers the one before (45 CFR 164.312(c)(1)). */
import pg from 'pg';
import { HubError, realClock, type Clock, type Log } from '../kernel/index.js';
import { entriesText, type AuditEntry } from './audit-entry.js';

export interface Audit {
  /** @throws HubError DATABASE_UNAVAILABLE where the entries could not be made durable: then nothing may be answered */
  record(entries: readonly AuditEntry[]): Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  readonly entries: readonly AuditEntry[];
  readonly at: Date;
  readonly done: () => void;
  readonly failed: (error: HubError) => void;
}

export function openAudit(url: string, options: { readonly log: Log; readonly clock?: Clock }): Audit {
  const clock = options.clock ?? realClock;
  const pool = new pg.Pool({ connectionString: url, max: 1, application_name: 'hub-audit', options: '-c search_path=hub' });
  pool.on('error', () => options.log.warn('the audit connection broke; the next entry opens another'));
  let queue: Waiting[] = [];
  let inFlight: Promise<void> | null = null;

  const append = (batch: readonly Waiting[]): Promise<unknown> =>
    pool.query({ name: 'hub-audit', text: 'select append_audit($1::jsonb)', values: [entriesText(batch)] });
  const write = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      await append(batch);
      batch.forEach(({ done }) => done());
    } catch (cause) {
      // What the database refused was one of them: it must not fail the others. A connection that broke fails all.
      if (batch.length > 1 && cause instanceof pg.DatabaseError) return void (await Promise.all(batch.map((one) => write([one]))));
      const fault = new HubError('DATABASE_UNAVAILABLE', 'The audit entry could not be written, so nothing was answered.', { cause });
      batch.forEach(({ failed }) => failed(fault));
    }
  };
  const flush = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      await write(batch);
    }
    inFlight = null;
  };

  return {
    record(entries) {
      return new Promise((done, failed) => {
        queue.push({ entries, at: clock.now(), done, failed });
        inFlight ??= flush();
      });
    },
    async close() {
      await inFlight;
      await pool.end();
    },
  };
}
