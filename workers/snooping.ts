/** Looks through the audit trail for snooping, by the rules in force, and opens reviews. It never blocks anybody. */
import type { Pool } from 'pg';
import { exemptRoles, findSnooping, readSnoopingRules, snoopingRulesOf, type InForce, type PolicyInForce } from '../src/access/index.js';
import { packageRoot, type Clock } from '../src/kernel/index.js';
import type { Loop } from './loop.js';

const lookMs = 15_000;

export function snoopingLoop({ pool, clock, rules }: { readonly pool: Pool; readonly clock: Clock; readonly rules: PolicyInForce }): Loop {
  let known = lookFor(rules.current());
  return {
    name: 'snooping',
    everyMs: lookMs,
    async turn() {
      const now = await rules.renew();
      if (now.generation !== known.generation) known = lookFor(now);
      return findSnooping(pool, { ...known, clock });
    },
  };
}

/** A policy that was put in force before this file was part of one goes by what ships with the hub. */
function lookFor({ generation, policy, texts }: InForce) {
  const text = texts['snooping.yaml'];
  const rules = text === undefined ? readSnoopingRules(`${packageRoot}/schema/policy/snooping.yaml`) : snoopingRulesOf(text);
  return { generation, rules, exempt: exemptRoles(rules, policy) };
}
