/** Reads a policy from its texts. What cannot be taken, contradicts itself or names an unknown code stops the start, every
 *  problem on its own line. Reading is apart from deciding: `plan.ts` only sees a policy that holds together. */
import type { MatchKey, PhiClass } from '../kernel/index.js';
import { breakGlassFile, breakGlassOf, breakGlassProblems, glassRuleProblems, type BreakGlassRules } from './break-glass-file.js';
import { consentFile, consentOf, consentProblems, type ConsentRules } from './consent-rules.js';
import { contradictionsOf } from './policy-checks.js';
import { purposesFile, rolesFile, rulesFile, type Capability, type Condition, type RulesFile } from './policy-schema.js';
import { relationFile } from './relation-file.js';
import { digestOf, readPolicyFile, readPolicyTexts, refuseWith, type PolicyTexts } from './policy-texts.js';

interface Grounds {
  readonly id: string;
  readonly roles: readonly string[];
  readonly purposes: readonly string[];
  readonly remedy: string;
  readonly citation: string;
  readonly verified: boolean;
}
export interface Rule extends Grounds {
  readonly classes: readonly PhiClass[];
  readonly when: Condition;
}
/** By which exact, whole value a person may be found, even where the value itself is not shown. */
export interface MatchRule extends Grounds {
  readonly by: readonly MatchKey[];
}
export interface Label {
  readonly name: string;
  readonly bit: number;
}
export interface Policy {
  readonly roles: ReadonlyMap<
    string,
    { readonly means: string; readonly purposes: ReadonlySet<string>; readonly capabilities: ReadonlySet<Capability> }
  >;
  readonly purposes: readonly string[];
  readonly rules: readonly Rule[];
  readonly match: readonly MatchRule[];
  readonly sensitivity: RulesFile['sensitivity'];
  /** Bit masks over `label_mask`: rows that do not exist for a viewer, rows whose content is withheld. */
  readonly hidden: number;
  readonly masked: number;
  readonly maskRemedy: string | null;
  readonly labels: readonly Label[];
  readonly glass: BreakGlassRules;
  /** What consents and agreed restrictions mean. */
  readonly consent: ConsentRules;
  /** How long a closed case still opens its patient. */
  readonly daysAfterClosing: number;
  /** Digest of the texts: the same policy has the same digest in every process. */
  readonly digest: string;
}

/** @param from a folder, or texts. @throws HubError POLICY_INVALID with one line for each problem */
export function readPolicy(from: string | PolicyTexts, labels: readonly Label[]): Policy {
  const { policy, problems } = policyOf(typeof from === 'string' ? readPolicyTexts(from) : from, labels);
  refuseWith(problems);
  if (!policy) throw new TypeError('a policy without problems is a policy');
  return policy;
}

/** @param labels null where labels.yaml cannot be read: what depends on it is then not looked at */
export function policyOf(
  texts: PolicyTexts,
  labels: readonly Label[] | null,
): { readonly policy: Policy | null; readonly problems: readonly string[] } {
  const files = {
    'purposes.yaml': readPolicyFile(texts, 'purposes.yaml', purposesFile),
    'roles.yaml': readPolicyFile(texts, 'roles.yaml', rolesFile),
    'rules.yaml': readPolicyFile(texts, 'rules.yaml', rulesFile),
    'break-glass.yaml': readPolicyFile(texts, 'break-glass.yaml', breakGlassFile),
    'relation.yaml': readPolicyFile(texts, 'relation.yaml', relationFile),
    'consent.yaml': readPolicyFile(texts, 'consent.yaml', consentFile),
  };
  const [purposes, roles, rules] = [files['purposes.yaml'].value, files['roles.yaml'].value, files['rules.yaml'].value];
  const [glass, relation, consent] = [files['break-glass.yaml'].value, files['relation.yaml'].value, files['consent.yaml'].value];
  if (!purposes || !roles || !rules || !glass || !relation || !consent) {
    return { policy: null, problems: Object.values(files).flatMap(({ problems }) => problems) };
  }
  const read = { purposes: purposes.purposes, roles: roles.roles, rules };
  const mayBreak = read.roles.filter(({ capabilities }) => capabilities.includes('BREAK_GLASS')).map(({ role }) => role);
  const hidden = rules.sensitivity.filter(({ treatment }) => treatment === 'hide').map(({ label }) => label);
  const names = labels?.map(({ name }) => name) ?? null;
  const problems = [
    ...contradictionsOf({ ...read, labels: names }).map((problem) => files[problem.file].say(problem)),
    ...glassRuleProblems(rules.rules, new Set(mayBreak)).map(files['rules.yaml'].say),
    ...consentProblems(consent, names).map(files['consent.yaml'].say),
    ...breakGlassProblems(glass, { roles: new Set(read.roles.map(({ role }) => role)), hidden }).map(files['break-glass.yaml'].say),
  ];
  if (problems.length > 0) return { policy: null, problems };
  const more = {
    glass: breakGlassOf(glass),
    consent: consentOf(consent, labels ?? []),
    daysAfterClosing: relation.afterClosing.days,
    digest: digestOf(texts),
  };
  return { policy: { ...build(read, labels ?? []), ...more }, problems };
}

type Read = Pick<Parameters<typeof contradictionsOf>[0], 'purposes' | 'roles' | 'rules'>;

function build(
  { purposes, roles, rules }: Read,
  labels: readonly Label[],
): Omit<Policy, 'glass' | 'consent' | 'daysAfterClosing' | 'digest'> {
  const bits = new Map(labels.map(({ name, bit }) => [name, bit]));
  const maskOf = (treatment: 'hide' | 'mask'): number =>
    rules.sensitivity.filter((row) => row.treatment === treatment).reduce((mask, { label }) => mask | (1 << (bits.get(label) ?? 0)), 0);
  return {
    roles: new Map(
      roles.map((row) => [row.role, { means: row.means, purposes: new Set(row.purposes), capabilities: new Set(row.capabilities) }]),
    ),
    purposes: purposes.map(({ code }) => code),
    rules: rules.rules.map((row) => ({ ...row, verified: row.verified ?? true })),
    match: rules.match.map((row) => ({ ...row, verified: row.verified ?? true })),
    sensitivity: rules.sensitivity,
    hidden: maskOf('hide'),
    masked: maskOf('mask'),
    maskRemedy: rules.sensitivity.find(({ treatment }) => treatment === 'mask')?.remedy ?? null,
    labels,
  };
}
