/** What a role may see for a purpose, worked out once for each (role, purpose, policy generation). Pure: it looks at no row
 *  and no database. What depends on the row comes back as conditions, for `read` to decide in the statement itself.
 *  Unknown means no: an unknown role or purpose is refused, a class without a rule is denied. */
import { HubError, type MatchKey, type PhiClass } from '../kernel/index.js';
import type { BreakGlassRules } from './break-glass-file.js';
import type { Policy, Rule } from './policy-file.js';
import type { Capability, Condition } from './policy-schema.js';

export type WithheldReason = 'ROLE' | 'PURPOSE' | 'RELATIONSHIP' | 'SENSITIVITY' | 'CONSENT' | 'RESTRICTION';
/** Why something is not shown; `rule` is neutral, `remedy` says how to ask. */
export interface Withholding {
  readonly reason: WithheldReason;
  readonly rule: string;
  readonly remedy: string | null;
}
/** What a row decides. Counting is no row's affair. */
export type RowCondition = Exclude<Condition, 'always' | 'aggregate'>;
export type Decision =
  | { readonly may: 'always' }
  /** Shown where one of these conditions holds for the row; else withheld. */
  | { readonly may: 'when'; readonly conditions: readonly RowCondition[]; readonly otherwise: Withholding }
  | { readonly may: 'never'; readonly withheld: Withholding };

/** Whether something may be done at all, and by which rule. */
export type Permission = { readonly may: true; readonly rule: string } | { readonly may: false; readonly withheld: Withholding };

export interface Plan {
  readonly role: string;
  readonly purpose: string;
  readonly generation: number;
  readonly decide: (phi: PhiClass) => Decision;
  readonly may: (capability: string) => boolean;
  /** Whether a person may be found by this, exact and whole, whatever of it may be shown. */
  readonly mayMatch: (by: MatchKey) => Permission;
  /** Whether fields of this class may be counted and grouped by, for trends; it shows no row. */
  readonly mayCount: (phi: PhiClass) => Permission;
  readonly capabilities: readonly string[];
  readonly glass: BreakGlassRules;
  readonly daysAfterClosing: number;
  /** Bits of `label_mask`: row-level security enforces `hidden`, the compiler's CASE `masked`. */
  readonly hidden: number;
  readonly masked: number;
  readonly maskedRows: Withholding;
  readonly labels: readonly { readonly name: string; readonly bit: number }[];
  /** What a person's consents and agreed restrictions withhold is worked out in the statement, with this argument. */
  readonly consent: { readonly argument: string; readonly denied: Withholding; readonly restricted: Withholding };
}

/** A row of an inheriting type whose labels are not known yet: forbidden to everybody. */
const pending = 1 << 30;

/** @throws HubError FORBIDDEN where the policy does not know the role, or the role may not claim the purpose */
export function planFor(policy: Policy, viewer: { readonly role: string; readonly purpose: string }, generation: number): Plan {
  const { role, purpose } = viewer;
  const known = policy.roles.get(role);
  if (!known) throw new HubError('FORBIDDEN', 'The role of this token is not one that the policy knows.');
  if (!known.purposes.has(purpose)) {
    throw new HubError('FORBIDDEN', `This role may ask for ${[...known.purposes].join(', ')}; the token claims another purpose of use.`);
  }
  const decisions = new Map<PhiClass, Decision>();
  return {
    role,
    purpose,
    generation,
    decide: (phi) => {
      const made = decisions.get(phi) ?? decideClass(policy, { role, purpose }, phi);
      decisions.set(phi, made);
      return made;
    },
    may: (capability) => known.capabilities.has(capability as Capability),
    mayMatch: (by) =>
      permit(
        policy.match.filter((rule) => rule.by.includes(by)),
        viewer,
      ),
    mayCount: (phi) =>
      permit(
        policy.rules.filter((rule) => rule.when === 'aggregate' && rule.classes.includes(phi)),
        viewer,
      ),
    capabilities: [...known.capabilities],
    glass: policy.glass,
    daysAfterClosing: policy.daysAfterClosing,
    hidden: policy.hidden | pending,
    masked: policy.masked,
    maskedRows: { reason: 'SENSITIVITY', rule: 'sensitivity.masked', remedy: policy.maskRemedy },
    labels: policy.labels,
    consent: {
      argument: policy.consent.argumentFor(purpose),
      denied: { reason: 'CONSENT', rule: policy.consent.denied.rule, remedy: policy.consent.denied.remedy },
      restricted: { reason: 'RESTRICTION', rule: policy.consent.restricted.rule, remedy: policy.consent.restricted.remedy },
    },
  };
}

interface Claimed {
  readonly role: string;
  readonly purpose: string;
}
type Spoken = Pick<Rule, 'id' | 'roles' | 'purposes' | 'remedy'>;

const denied: Withholding = { reason: 'ROLE', rule: 'default.deny', remedy: 'Ask a colleague whose role covers it.' };
const underAnother = ({ id, purposes }: Spoken): Withholding => ({
  reason: 'PURPOSE',
  rule: id,
  remedy: `Ask under ${purposes.join(' or ')}.`,
});

function permit(rules: readonly Spoken[], { role, purpose }: Claimed): Permission {
  const ofRole = rules.filter(({ roles }) => roles.includes(role));
  const rule = ofRole.find(({ purposes }) => purposes.includes(purpose));
  if (rule) return { may: true, rule: rule.id };
  return { may: false, withheld: ofRole[0] ? underAnother(ofRole[0]) : denied };
}

function decideClass(policy: Policy, { role, purpose }: Claimed, phi: PhiClass): Decision {
  const ofRole = policy.rules.filter((rule) => rule.classes.includes(phi) && rule.roles.includes(role));
  const rules = ofRole.filter((rule) => rule.purposes.includes(purpose));
  const ofRows = rules.filter(({ when }) => when !== 'aggregate');
  const [first] = ofRows;
  if (!first) {
    // Another purpose of the same role that shows rows is the better remedy than to be told that this one counts.
    const elsewhere = ofRole.find(({ when }) => when !== 'aggregate');
    if (elsewhere) return { may: 'never', withheld: underAnother(elsewhere) };
    const [counted] = rules;
    return { may: 'never', withheld: counted ? { reason: 'ROLE', rule: counted.id, remedy: counted.remedy } : denied };
  }
  const conditions = ofRows.map(({ when }) => when);
  if (conditions.includes('always')) return { may: 'always' };
  return {
    may: 'when',
    conditions: [...new Set(conditions.filter((when): when is RowCondition => when !== 'always' && when !== 'aggregate'))],
    otherwise: { reason: 'RELATIONSHIP', rule: first.id, remedy: first.remedy },
  };
}
