/** Reads a policy from its texts. What cannot be taken, contradicts itself or names an unknown code stops the start, every
 *  problem on its own line. Reading is apart from deciding: `plan.ts` only sees a policy that holds together. */
import type { MatchKey, PhiClass } from '../kernel/index.js';
import { contradictionsOf } from './policy-checks.js';
import { purposesFile, rolesFile, rulesFile, type Capability, type Condition, type RulesFile } from './policy-schema.js';
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
  };
  const [purposes, roles, rules] = [files['purposes.yaml'].value, files['roles.yaml'].value, files['rules.yaml'].value];
  if (!purposes || !roles || !rules) return { policy: null, problems: Object.values(files).flatMap(({ problems }) => problems) };
  const read = { purposes: purposes.purposes, roles: roles.roles, rules };
  const problems = contradictionsOf({ ...read, labels: labels?.map(({ name }) => name) ?? null }).map((problem) =>
    files[problem.file].say(problem),
  );
  return { policy: problems.length > 0 ? null : build(read, labels ?? [], digestOf(texts)), problems };
}

type Read = Pick<Parameters<typeof contradictionsOf>[0], 'purposes' | 'roles' | 'rules'>;

function build({ purposes, roles, rules }: Read, labels: readonly Label[], digest: string): Policy {
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
    digest,
  };
}
