/** Rule files as the commands hand them on: read once, at start, so that a mistake in one stops the start. */
import { join } from 'node:path';
import { readDisclosureRules, readLabelRules, readPolicy, type DisclosureRules, type LabelRules, type Policy } from '../access/index.js';
import { loadCaseRules, type CaseRules } from '../cases/index.js';
import { readDirectory, type DirectorySeed } from '../directory/index.js';
import type { HubSettings } from './hub-settings.js';

export interface Rules {
  readonly labels: LabelRules;
  readonly policy: Policy;
  readonly cases: CaseRules;
  readonly directory: DirectorySeed;
  readonly disclosures: DisclosureRules;
}

/** @throws HubError POLICY_INVALID or RULES_INVALID, all problems of a file at once */
export function readRules({ rules }: Pick<HubSettings, 'rules'>): Rules {
  const labels = readLabelRules(join(rules.policy, 'labels.yaml'));
  const policy = readPolicy(rules.policy, labels.labels);
  return {
    labels,
    // A changed label rule is a changed policy: rows are labelled anew.
    policy: { ...policy, digest: `${policy.digest}-${labels.digest}` },
    cases: loadCaseRules({ clocks: rules.clocks, calendars: rules.calendars }),
    directory: readDirectory(rules.directory),
    disclosures: readDisclosureRules(join(rules.policy, 'disclosures.yaml')),
  };
}
