/** All that schema/policy says, read at once: who may see what, and what makes a row sensitive. The problems of every file
 *  are told together. */
import type { Shape } from '../kernel/index.js';
import { labelRulesOfText, type LabelRules } from './label-rules.js';
import { policyOf, type Policy } from './policy-file.js';
import { readPolicyTexts, refuseWith, type PolicyTexts } from './policy-texts.js';
import { uncovered } from './uncovered-fields.js';

export interface PolicySet {
  readonly texts: PolicyTexts;
  readonly policy: Policy;
  readonly labels: LabelRules;
}

/** @param from a folder, or texts
 *  @param shapes what is shown, where it is known: every PHI field must have a class of which a rule speaks
 *  @throws HubError POLICY_INVALID with one line for each problem */
export function readPolicySet(from: string | PolicyTexts, shapes: readonly Shape[] = []): PolicySet {
  const texts = typeof from === 'string' ? readPolicyTexts(from) : from;
  const read = labelRulesOfText(texts['labels.yaml']);
  const { policy, problems } = policyOf(texts, read.rules?.labels ?? null);
  refuseWith([...read.problems, ...problems, ...(policy ? uncovered(policy, shapes) : [])]);
  if (!policy || !read.rules) throw new TypeError('a policy without problems is a policy');
  return { texts, policy, labels: read.rules };
}
