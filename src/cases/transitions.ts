/** The table of steps: from which status each may be taken, where it leads, and what must be there first. A table and
 *  not code, so that a reader sees the whole life of a case on one screen. `to: null` leaves the status as it is. */
import { caseStatuses, type CaseKind, type CaseStatus } from './vocabulary.js';

export type CaseStep =
  | 'acknowledge'
  | 'assign'
  | 'classify'
  | 'escalate'
  | 'recordInteraction'
  | 'codeIssue'
  | 'startReview'
  | 'extendDeadline'
  | 'askDepartment'
  | 'answerTask'
  | 'resolve'
  | 'close'
  | 'reopen';

/** What a step may ask for, by the names of the fields that carry it. */
export type Requirement = 'assigneeId' | 'kind' | 'reason' | 'note' | 'resolution' | 'contactPerson' | 'stepsTaken';

interface Transition {
  readonly from: readonly CaseStatus[];
  readonly to: CaseStatus | null;
  readonly needs: readonly Requirement[];
}

const working: readonly CaseStatus[] = ['RECEIVED', 'ACKNOWLEDGED', 'INVESTIGATING', 'AWAITING_RESPONSE', 'REOPENED'];

/** Neither resolved nor closed. */
export const isWorkedOn = (status: string): boolean => working.some((known) => known === status);

export const transitions: Readonly<Record<CaseStep, Transition>> = {
  acknowledge: { from: ['RECEIVED', 'REOPENED'], to: 'ACKNOWLEDGED', needs: [] },
  assign: { from: [...working, 'RESOLVED'], to: null, needs: ['assigneeId'] },
  classify: { from: working, to: null, needs: ['kind', 'reason'] },
  escalate: { from: working, to: null, needs: ['reason'] },
  // A letter can come, and a call be noted, after a case was closed.
  recordInteraction: { from: caseStatuses, to: null, needs: ['note'] },
  codeIssue: { from: caseStatuses, to: null, needs: [] },
  startReview: { from: ['RECEIVED', 'ACKNOWLEDGED', 'REOPENED'], to: 'INVESTIGATING', needs: [] },
  extendDeadline: { from: working, to: null, needs: ['reason'] },
  askDepartment: { from: working, to: 'AWAITING_RESPONSE', needs: [] },
  answerTask: { from: ['AWAITING_RESPONSE'], to: 'INVESTIGATING', needs: [] },
  resolve: { from: working, to: 'RESOLVED', needs: ['resolution'] },
  close: { from: ['RESOLVED'], to: 'CLOSED', needs: [] },
  reopen: { from: ['RESOLVED', 'CLOSED'], to: 'REOPENED', needs: ['reason'] },
};

/** 42 CFR 482.13(a)(2)(iii): the decision names a contact person, the steps taken, the results and the date of
 *  completion. The results are the `resolution`; the date is the hub's to write, as the instant of the step. */
const needsOfKind: Partial<Record<CaseKind, Partial<Record<CaseStep, readonly Requirement[]>>>> = {
  GRIEVANCE: { resolve: ['contactPerson', 'stepsTaken', 'resolution'] },
  COMPLIMENT: { resolve: [] },
};

export type Move =
  { readonly allowed: true; readonly to: CaseStatus } | { readonly allowed: false; readonly allowedFrom: readonly CaseStatus[] };

/** May this step be taken from this status, and where does it lead? */
export function mayMove(from: CaseStatus, step: CaseStep): Move {
  const transition = transitions[step];
  if (!transition.from.includes(from)) return { allowed: false, allowedFrom: transition.from };
  return { allowed: true, to: transition.to ?? from };
}

/** What the step still lacks; blank text does not count. */
export function missingFor(step: CaseStep, kind: CaseKind, given: Readonly<Partial<Record<Requirement, string | null>>>): Requirement[] {
  const needs = needsOfKind[kind]?.[step] ?? transitions[step].needs;
  return needs.filter((need) => !given[need]?.trim());
}
