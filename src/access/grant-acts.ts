/** The acts on break-glass access bound to one viewer, for callers that have what a person sent and no types for it. */
import { breakGlass } from './break-glass.js';
import { reviewGrant, revokeGrant } from './grant-changes.js';
import type { GrantOutcome } from './grant-outcome.js';
import type { GrantContext } from './grant-work.js';

export interface GrantActs {
  breakGlass(input: object): Promise<GrantOutcome>;
  revokeGrant(input: object): Promise<GrantOutcome>;
  reviewGrant(input: object): Promise<GrantOutcome>;
}

export const grantActs = (context: GrantContext): GrantActs => ({
  breakGlass: (input) => breakGlass(context, input),
  revokeGrant: (input) => revokeGrant(context, input),
  reviewGrant: (input) => reviewGrant(context, input),
});
