/** No answer without an entry (45 CFR 164.312(b)): `record` resolves once the entries are durable, and the answer waits for
 *  it. Entries of concurrent operations share one commit: what arrives while a commit is in flight goes with the next one;
 *  there is no timer to wait for. The database appends under a lock on the chain's head, so that several gateways keep one
 *  gap-free sequence; each hash covers the one before (45 CFR 164.312(c)(1)). */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { HubError, realClock, type Clock, type Log, type SystemActor, type Viewer } from '../kernel/index.js';

export type AuditAction = 'READ' | 'SEARCH' | 'CREATE' | 'UPDATE' | 'BREAK_GLASS' | 'SYSTEM';
export type AuditOutcome = 'ALLOWED' | 'PARTLY_WITHHELD' | 'REFUSED' | 'ERROR';

/** One person touched by one operation; or, without a person, the operation itself. */
export interface AuditEntry {
  readonly actor: Viewer | SystemActor;
  readonly requestId: string;
  readonly action: AuditAction;
  readonly operation: string | null;
  readonly personUid: string | null;
  readonly caseUid: string | null;
  readonly phiClasses: readonly string[];
  readonly outcome: AuditOutcome;
  readonly withheldFields: readonly string[];
  /** Uuid of the break-glass grant that opened something of the answer, or that the act was about. */
  readonly grantUid?: string | null;
}

export interface Audit {
  /** @throws HubError DATABASE_UNAVAILABLE where the entries could not be made durable: then nothing may be answered */
  record(entries: readonly AuditEntry[]): Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  readonly rows: readonly object[];
  readonly done: () => void;
  readonly failed: (error: HubError) => void;
}

export function openAudit(url: string, options: { readonly log: Log; readonly clock?: Clock }): Audit {
  const clock = options.clock ?? realClock;
  const pool = new pg.Pool({ connectionString: url, max: 1, application_name: 'hub-audit', options: '-c search_path=hub' });
  pool.on('error', () => options.log.warn('the audit connection broke; the next entry opens another'));
  let queue: Waiting[] = [];
  let inFlight: Promise<void> | null = null;

  const flush = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      try {
        await pool.query({
          name: 'hub-audit',
          text: 'select append_audit($1::jsonb)',
          values: [JSON.stringify(batch.flatMap(({ rows }) => rows))],
        });
        batch.forEach(({ done }) => done());
      } catch (cause) {
        const fault = new HubError('DATABASE_UNAVAILABLE', 'The audit entry could not be written, so nothing was answered.', { cause });
        batch.forEach(({ failed }) => failed(fault));
      }
    }
    inFlight = null;
  };

  return {
    record(entries) {
      const rows = entries.map((entry) => rowOf(entry, clock.now()));
      return new Promise((done, failed) => {
        queue.push({ rows, done, failed });
        inFlight ??= flush();
      });
    },
    async close() {
      await inFlight;
      await pool.end();
    },
  };
}

/** An entry as `append_audit` takes it. */
export function rowOf(entry: AuditEntry, at: Date): object {
  const { actor } = entry;
  const who =
    'system' in actor
      ? { system: actor.system, purpose: actor.purpose }
      : { userUid: actor.userUuid, role: actor.role, purpose: actor.purpose, tokenId: actor.tokenId };
  return {
    uid: randomUUID(),
    at: at.toISOString(),
    requestId: entry.requestId,
    ...who,
    action: entry.action,
    operation: entry.operation,
    personUid: entry.personUid,
    caseUid: entry.caseUid,
    phiClasses: entry.phiClasses,
    outcome: entry.outcome,
    withheldFields: entry.withheldFields,
    ...(entry.grantUid ? { grantUid: entry.grantUid } : {}),
  };
}
