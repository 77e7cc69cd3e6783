/** Looks through the audit trail for snooping, and opens reviews. It never blocks anybody. */
import type { Pool } from 'pg';
import { exemptRoles, findSnooping, readPolicy, readSnoopingRules, type LabelRules } from '../src/access/index.js';
import type { Clock } from '../src/kernel/index.js';
import type { Loop } from './loop.js';

const lookMs = 15_000;

/** @param of `policy` is the folder with the policy's files */
export function snoopingLoop(of: {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly policy: string;
  readonly labels: LabelRules;
}): Loop {
  const { pool, clock, policy, labels } = of;
  const rules = readSnoopingRules(`${policy}/snooping.yaml`);
  const exempt = exemptRoles(rules, readPolicy(policy, labels.labels));
  return { name: 'snooping', everyMs: lookMs, turn: () => findSnooping(pool, { rules, exempt, clock }) };
}
