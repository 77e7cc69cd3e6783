/** Writes a new case and all that belongs to it, inside the act's transaction. */
import { newUuid } from '../kernel/index.js';
import { CaseDepartment, CaseFile, CaseSubject } from '../store/index.js';
import type { Deed } from './act-context.js';
import { localDate } from './business-time.js';
import { addClock } from './case-clocks.js';
import { writeHistory } from './case-history.js';
import { addIssue, highest } from './case-issues.js';
import { nextDue } from './clock-state.js';
import type { Found } from './intake-references.js';
import type { Judgement } from './judge-case.js';
import type { Intake } from './open-case-input.js';

interface NewCase {
  readonly intake: Intake;
  readonly found: Found;
  readonly judgement: Judgement;
}

export async function writeCase(deed: Deed, { intake, found, judgement }: NewCase) {
  const { em, viewer, now } = deed;
  const { patient, facility, receivedAt } = found;
  const { classification, clocks, authorized } = judgement;
  const file = em.create(CaseFile, {
    uid: newUuid(),
    number: await nextNumber(deed, { receivedAt, timeZone: facility.timeZone }),
    kind: classification.kind,
    classification: classification.rule,
    status: 'RECEIVED',
    version: 1,
    facility: facility.id,
    channel: intake.channel,
    receivedAt,
    openedAt: now,
    openedBy: viewer.userRow,
    summary: intake.summary,
    narrative: intake.narrative,
    severity: highest((intake.issues ?? []).map(({ severity }) => severity)),
    patientRecord: patient ? patient.recordId : null,
    assignedTo: found.assigneeRow,
    escalationLevel: 0,
    requestsResponse: intake.requestsResponse,
    resolvedOnTheSpot: intake.resolvedOnTheSpot,
    complainantName: intake.complainant?.name ?? null,
    complainantRelationship: intake.complainant?.relationship ?? null,
    complainantAuthorized: authorized,
    complainantAuthority: intake.complainant?.authority ?? null,
    complainantContactPoints: contactPoints(intake.complainant),
    nextDueAt: nextDue(clocks),
    ownMask: 0,
    labelMask: 0,
  });
  await em.flush();
  for (const clock of clocks) addClock(deed, file, clock);
  addParts(deed, file, { intake, found });
  writeHistory(deed, file, {
    what: 'OPENED',
    before: null,
    after: { kind: file.kind, status: file.status, classification: file.classification, channel: file.channel },
  });
  return file;
}

function addParts(deed: Deed, file: { readonly id: string }, { intake, found }: Omit<NewCase, 'judgement'>): void {
  const { em } = deed;
  [...new Set(intake.departmentIds ?? [])].forEach((wireId, position) => {
    const department = found.departments.get(wireId);
    if (department) em.create(CaseDepartment, { case: file.id, department, position });
  });
  for (const issue of intake.issues ?? []) addIssue(deed, file, { issue, departments: found.departments });
  for (const subject of found.subjects) em.create(CaseSubject, { case: file.id, ...subject });
}

/** `PR-2026-0007`. The year is the one of receipt where the hospital is; the count runs on over the years, with gaps where
 *  an opening was given up. */
async function nextNumber({ em }: Deed, { receivedAt, timeZone }: { receivedAt: Date; timeZone: string }): Promise<string> {
  const [row] = await em.execute<{ count: string }[]>(`select nextval('case_number')::text as count`);
  return `PR-${localDate(receivedAt, timeZone).year}-${(row?.count ?? '').padStart(4, '0')}`;
}

function contactPoints(complainant: Intake['complainant']) {
  const { phone = null, email = null } = complainant ?? {};
  return [
    ...(phone === null ? [] : [{ kind: 'phone', value: phone, use: null, confidential: false }]),
    ...(email === null ? [] : [{ kind: 'email', value: email, use: null, confidential: false }]),
  ];
}
