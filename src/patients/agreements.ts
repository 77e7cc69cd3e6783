/** The acts bound to one viewer, for callers that have what a person sent and no types for it. */
import type { OfficeContext, PrivacyOutcome } from '../access/index.js';
import { recordConfidentialContact } from './confidential-contacts.js';
import { endRestriction, recordRestriction } from './restrictions.js';

export interface AgreementActs {
  recordRestriction(input: object): Promise<PrivacyOutcome>;
  endRestriction(input: object): Promise<PrivacyOutcome>;
  recordConfidentialContact(input: object): Promise<PrivacyOutcome>;
}

export const agreementActs = (context: OfficeContext): AgreementActs => ({
  recordRestriction: (input) => recordRestriction(context, input),
  endRestriction: (input) => endRestriction(context, input),
  recordConfidentialContact: (input) => recordConfidentialContact(context, input),
});
