/** Why a role sees a class of PHI or does not, from the policy alone: which rules speak, and what they say. What depends on a
 *  row is for `read` to look up. Pure. */
import type { MatchKey, PhiClass } from '../kernel/index.js';
import type { MatchRule, Policy, Rule } from './policy-file.js';
import { planFor, type Decision, type Permission } from './plan.js';

export interface Explained {
  readonly role: string;
  readonly purpose: string;
  readonly decision: Decision;
  readonly counting: Permission;
  /** That decide for this purpose, in the order in which the policy lists them. */
  readonly rules: readonly Rule[];
}

interface Asked {
  readonly role: string;
  readonly purpose: string;
}

/** @throws HubError FORBIDDEN where the policy does not know the role, or the role may not claim the purpose */
export function explainClass(policy: Policy, { role, purpose }: Asked, phi: PhiClass): Explained {
  const plan = planFor(policy, { role, purpose }, 0);
  const rules = policy.rules.filter((rule) => rule.classes.includes(phi) && rule.roles.includes(role) && rule.purposes.includes(purpose));
  return { role, purpose, decision: plan.decide(phi), counting: plan.mayCount(phi), rules };
}

export function explainMatch(
  policy: Policy,
  { role, purpose }: Asked,
  by: MatchKey,
): { readonly permission: Permission; readonly rule: MatchRule | null } {
  const permission = planFor(policy, { role, purpose }, 0).mayMatch(by);
  return { permission, rule: permission.may ? (policy.match.find(({ id }) => id === permission.rule) ?? null) : null };
}

/** What each condition asks, in words. */
export const conditionWords: Readonly<Record<Rule['when'], string>> = {
  always: 'always',
  related: 'where the viewer holds or shares an open case of this patient',
  facility: "where the case is of the viewer's facility",
  glass: 'while the viewer has broken the glass for this patient',
  aggregate: 'counted only, never shown as a row',
};
