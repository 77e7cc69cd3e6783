/** What an act on a case comes to. Plain data, told in uuids: the gateway reads the case again for this viewer before it
 *  answers. Four outcomes that a person can act on; a fault is thrown instead. */
import type { ErrorCode } from '../kernel/index.js';

/** What the change made. */
export interface Subject {
  readonly type: 'Interaction' | 'Issue';
  readonly uid: string;
}
export interface Changed {
  readonly outcome: 'changed';
  readonly caseUid: string;
  /** Whom the case is about, for the audit trail; null where it is about nobody, or nobody this viewer may know of. */
  readonly personUid: string | null;
  readonly subject: Subject | null;
  readonly message: string;
}
export interface Duplicate {
  readonly outcome: 'duplicate';
  readonly existingUid: string;
  readonly personUid: string | null;
  readonly message: string;
}
export interface Conflict {
  readonly outcome: 'conflict';
  readonly currentUid: string;
  readonly personUid: string | null;
  /** Names of the fields of Case that somebody changed since the version that was expected. */
  readonly changed: readonly string[];
  readonly message: string;
}
export interface Refused {
  readonly outcome: 'refused';
  readonly code: ErrorCode;
  readonly message: string;
  /** Path into the input, e.g. `issues[0].severity`. */
  readonly field: string | null;
}
export type CaseOutcome = Changed | Duplicate | Conflict | Refused;

/** Thrown inside an act to leave its transaction with nothing changed; `perform` turns it into the outcome. */
export class Stopped extends Error {
  readonly outcome: Exclude<CaseOutcome, Changed>;
  constructor(outcome: Exclude<CaseOutcome, Changed>) {
    super(outcome.outcome);
    this.outcome = outcome;
  }
}

export const refuse = (code: ErrorCode, message: string, field: string | null = null): Stopped =>
  new Stopped({ outcome: 'refused', code, message, field });
