/** What the rules make of what intake said: the kind and the rule that decided it, the clocks that run, and whether the
 *  filer may speak for the patient. Pure. */
import { classify, flagsOf, mayFileForPatient } from './classification.js';
import { deadlinesFor, type ClockFacility } from './deadlines.js';
import type { Intake } from './open-case-input.js';
import type { CaseRules } from './rules.js';

export interface Circumstances {
  readonly receivedAt: Date;
  readonly facility: ClockFacility;
}
export type Judgement = ReturnType<typeof judgeCase>;

export function judgeCase(intake: Intake, circumstances: Circumstances, rules: CaseRules) {
  const issues = intake.issues ?? [];
  const flags = flagsOf(issues, rules.classification);
  const filer = {
    complainantRelationship: intake.complainant?.relationship ?? null,
    complainantAuthority: intake.complainant?.authority ?? null,
  };
  const { channel, requestsResponse, resolvedOnTheSpot } = intake;
  const facts = {
    requestedKind: intake.kind,
    channel,
    requestsResponse,
    resolvedOnTheSpot,
    ...filer,
    categories: issues.map(({ category }) => category),
    flags,
  };
  const classification = classify(facts, rules.classification);
  const { timeZone, jurisdiction, programs } = circumstances.facility;
  const clockFacts = {
    kind: classification.kind,
    receivedAt: circumstances.receivedAt,
    facility: { timeZone, jurisdiction, programs },
    flags,
  };
  const clocks = deadlinesFor(clockFacts, rules.clocks, rules.calendars).map((clock) => ({ ...clock, status: 'RUNNING' as const }));
  return { classification, clocks, authorized: intake.complainant ? mayFileForPatient(filer, rules.classification) : null };
}
