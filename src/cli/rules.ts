/** Rule files as the commands hand them on: read once, at start, so that a mistake in one stops the start. */
import { join } from 'node:path';
import { readDisclosureRules, readPolicySet, type DisclosureRules, type LabelRules, type Policy, type PolicySet } from '../access/index.js';
import { loadCaseRules, type CaseRules } from '../cases/index.js';
import { readDirectory, type DirectorySeed } from '../directory/index.js';
import type { HubSettings } from './hub-settings.js';
import { machinesOf } from './issuer.js';
import { hubShapes } from './shapes.js';

export interface Rules extends GatewayRules {
  readonly labels: LabelRules;
  readonly policy: Policy;
  /** The policy as the files say it; in force is what the database says. */
  readonly policySet: PolicySet;
}
export interface GatewayRules {
  readonly cases: CaseRules;
  readonly directory: DirectorySeed;
  readonly disclosures: DisclosureRules;
}

/** @throws HubError POLICY_INVALID or RULES_INVALID, all problems of a file at once */
export function readRules(settings: Pick<HubSettings, 'rules'> & Partial<Pick<HubSettings, 'auth'>>): Rules {
  const policySet = readPolicySet(settings.rules.policy, hubShapes);
  const { labels, policy } = policySet;
  const { directory, ...others } = readGatewayRules(settings);
  const machines = settings.auth ? machinesOf(settings.auth, policy) : [];
  return { labels, policy, policySet, ...others, directory: { ...directory, users: [...directory.users, ...machines] } };
}

/** A gateway takes its policy from the database. @throws HubError RULES_INVALID */
export const readGatewayRules = ({ rules }: Pick<HubSettings, 'rules'>): GatewayRules => ({
  cases: loadCaseRules({ clocks: rules.clocks, calendars: rules.calendars }),
  directory: readDirectory(rules.directory),
  disclosures: readDisclosureRules(join(rules.policy, 'disclosures.yaml')),
});
