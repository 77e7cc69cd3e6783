/** The scope queue: labels across records, and what the passing of time asks of break-glass access. */
import type { Pool } from 'pg';
import { grantsAreDue, relabelRange, settleGrants, type LabelRules, type Policy } from '../src/access/index.js';
import type { Clock } from '../src/kernel/index.js';
import type { Handlers, Queues } from '../src/queue/index.js';

export interface ScopeWork {
  readonly pool: Pool;
  readonly labels: LabelRules;
  readonly policy: Pick<Policy, 'glass'>;
}

export function scopeHandlers({ pool, labels, policy }: ScopeWork): Handlers<'scope'> {
  return {
    labelRange: (range) => relabelRange(pool, range, labels),
    grantsDue: async () => void (await settleGrants(pool, policy.glass)),
  };
}

/** Only where there is something to do, and once a stretch of time, however many workers ask: the job's id is the stretch. */
export async function askForGrants(
  { pool, queues, clock }: { pool: Pool; queues: Pick<Queues, 'add'>; clock: Clock },
  everyMs: number,
): Promise<void> {
  if (!(await grantsAreDue(pool))) return;
  await queues.add([{ name: 'grantsDue', payload: {}, jobId: `grants-${Math.floor(clock.now().getTime() / everyMs)}` }]);
}
