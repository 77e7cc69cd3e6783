/** What an act on a grant comes to, told in uuids: the gateway reads the grant again for this viewer before it answers. */
import type { ErrorCode } from '../kernel/index.js';

export interface GrantChanged {
  readonly outcome: 'changed';
  readonly grantUid: string;
  /** Whom it is about, for the audit trail. */
  readonly personUid: string;
  readonly message: string;
}
export interface GrantRefused {
  readonly outcome: 'refused';
  readonly code: ErrorCode;
  readonly message: string;
  readonly field: string | null;
}
export type GrantOutcome = GrantChanged | GrantRefused;

/** Thrown inside an act to leave its transaction with nothing changed. */
export class GrantStopped extends Error {
  constructor(readonly outcome: GrantRefused) {
    super(outcome.code);
  }
}
export const refuseGrant = (code: ErrorCode, message: string, field: string | null = null): GrantStopped =>
  new GrantStopped({ outcome: 'refused', code, message, field });
