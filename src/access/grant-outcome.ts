/** What an act on a grant comes to, told in uuids: the gateway reads the grant again for this viewer before it answers. */
import type { PrivacyRefused } from './privacy-outcome.js';

export interface GrantChanged {
  readonly outcome: 'changed';
  readonly grantUid: string;
  /** Whom it is about, for the audit trail. */
  readonly personUid: string;
  readonly message: string;
}
export type GrantOutcome = GrantChanged | PrivacyRefused;
