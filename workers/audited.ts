/** Work that no person asked for stands in the audit trail by the name of its queue: one entry a job, before the job counts as
 *  done. A worker that is killed in between does the job again, and its entry then; a poll that found nothing to do has none. */
import type { Pool } from 'pg';
import { appendEntries, type AuditOutcome } from '../src/access/index.js';
import { asSystem, type JobNameOf, type JobPayload, type QueueName } from '../src/kernel/index.js';
import type { Handlers, JobTurn } from '../src/queue/index.js';

/** Handlers that may say `false`: there was nothing to do. */
export type Work<Q extends QueueName> = {
  readonly [N in JobNameOf<Q>]: (payload: JobPayload<N>, turn: JobTurn) => Promise<unknown>;
};

/** HL7 v3-ActReason, as people's purposes are. */
const purposeOf: Readonly<Record<QueueName, string>> = { sync: 'HSYSADMIN', scope: 'HSYSADMIN', reminders: 'HOPERAT' };

export function audited<Q extends QueueName>(pool: Pool, queue: Q, work: Work<Q>): Handlers<Q> {
  const told =
    (name: string, handle: AnyWork) =>
    async (payload: never, turn: JobTurn): Promise<void> => {
      const act = { system: queue, purpose: purposeOf[queue], requestId: turn.jobId, operation: name };
      let did: unknown;
      try {
        did = await handle(payload, turn);
      } catch (error) {
        await tellSystemAct(pool, { ...act, outcome: 'ERROR' }).catch(() => undefined); // the database may be what failed; the job comes again
        throw error;
      }
      if (did !== false) await tellSystemAct(pool, { ...act, outcome: 'ALLOWED' });
    };
  const handlers = Object.entries<AnyWork>(work).map(([name, handle]) => [name, told(name, handle)]);
  return Object.fromEntries(handlers) as Handlers<Q>; // the same names, each with its own payload
}

type AnyWork = (payload: never, turn: JobTurn) => Promise<unknown>;

export interface SystemAct {
  readonly system: string;
  readonly purpose: string;
  readonly requestId: string;
  readonly operation: string;
  readonly outcome: AuditOutcome;
}

export function tellSystemAct(pool: Pool, { system, purpose, requestId, operation, outcome }: SystemAct): Promise<void> {
  const nobody = { personUid: null, caseUid: null, phiClasses: [], withheldFields: [] };
  return appendEntries(pool, [{ actor: asSystem(system, purpose), requestId, action: 'SYSTEM', operation, outcome, ...nobody }]);
}
