/** What comes of an act of the privacy office, or on what is agreed with a patient: done, or refused with what to do instead. */
import type { ErrorCode } from '../kernel/index.js';

export interface PrivacyDone {
  readonly outcome: 'done';
  /** What was made or changed. */
  readonly uid: string;
  readonly personUid: string | null;
  readonly message: string;
}
export interface PrivacyRefused {
  readonly outcome: 'refused';
  readonly code: ErrorCode;
  readonly message: string;
  readonly field: string | null;
}
export type PrivacyOutcome = PrivacyDone | PrivacyRefused;

/** Thrown inside an act to leave its transaction with nothing changed. */
export class NotDone extends Error {
  constructor(readonly outcome: PrivacyRefused) {
    super(outcome.code);
  }
}
export const refuseAct = (code: ErrorCode, message: string, field: string | null = null): NotDone =>
  new NotDone({ outcome: 'refused', code, message, field });
