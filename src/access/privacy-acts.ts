/** The acts of the privacy office bound to one viewer. */
import { recordDisclosure, suspendAccounting } from './disclosures.js';
import type { PrivacyContext } from './privacy-act.js';
import type { PrivacyOutcome } from './privacy-outcome.js';
import { reviewAccess } from './review-access.js';

export interface PrivacyActs {
  recordDisclosure(input: object): Promise<PrivacyOutcome>;
  suspendAccounting(input: object): Promise<PrivacyOutcome>;
  reviewAccess(input: object): Promise<PrivacyOutcome>;
}

export const privacyActs = (context: PrivacyContext): PrivacyActs => ({
  recordDisclosure: (input) => recordDisclosure(context, input),
  suspendAccounting: (input) => suspendAccounting(context, input),
  reviewAccess: (input) => reviewAccess(context, input),
});
