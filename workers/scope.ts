/** The scope queue: labels across records and what the passing of time asks of break-glass access, under the rules in force.
 *  A worker that meets a newer policy reads it, then goes on. */
import type { Pool } from 'pg';
import { grantsAreDue, relabelRange, renewRange, settleGrants, type InForce } from '../src/access/index.js';
import type { Clock } from '../src/kernel/index.js';
import type { Queues } from '../src/queue/index.js';
import type { Work } from './audited.js';

type Known = Pick<InForce, 'labels' | 'generation'> & { readonly policy: Pick<InForce['policy'], 'glass'> };
export interface ScopeWork {
  readonly pool: Pool;
  readonly rules: { current(): Known; renew(): Promise<Known> };
}

export function scopeHandlers({ pool, rules }: ScopeWork): Work<'scope'> {
  const underRulesInForce = async (work: (known: Known) => Promise<boolean>): Promise<void> => {
    while (!(await work(rules.current()))) await rules.renew();
  };
  return {
    labelRange: (range) => underRulesInForce((known) => relabelRange(pool, range, known)),
    renewLabels: (range) => underRulesInForce((known) => renewRange(pool, range, known)),
    grantsDue: async () => void (await settleGrants(pool, (await rules.renew()).policy.glass)),
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
