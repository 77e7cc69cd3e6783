/** The acts bound to one viewer, for callers that have what a person sent and no types for it. */
import type { AgreementContext, AgreementOutcome } from './agreement-acts.js';
import { recordConfidentialContact } from './confidential-contacts.js';
import { endRestriction, recordRestriction } from './restrictions.js';

export interface AgreementActs {
  recordRestriction(input: object): Promise<AgreementOutcome>;
  endRestriction(input: object): Promise<AgreementOutcome>;
  recordConfidentialContact(input: object): Promise<AgreementOutcome>;
}

export const agreementActs = (context: AgreementContext): AgreementActs => ({
  recordRestriction: (input) => recordRestriction(context, input),
  endRestriction: (input) => endRestriction(context, input),
  recordConfidentialContact: (input) => recordConfidentialContact(context, input),
});
