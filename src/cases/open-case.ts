/** Opens a case: who it is about, where it belongs, what kind it is and what falls due, decided once and written in one
 *  transaction. The kind is the rules' and not intake's; the clocks run from receipt, which may lie days back. */
import { newUuid } from '../kernel/index.js';
import { CaseDepartment, CaseFile, CaseIssue, CaseSubject, Deadline } from '../store/index.js';
import type { ActContext, Deed } from './act-context.js';
import { readInstantOrNow } from './act-input.js';
import { localDate } from './business-time.js';
import { askForReminders } from './case-clocks.js';
import { writeHistory } from './case-history.js';
import { subjectsOf } from './case-subjects.js';
import { classify, flagsOf, mayFileForPatient } from './classification.js';
import { nextDue } from './clock-state.js';
import { deadlinesFor } from './deadlines.js';
import { assignableUser, departmentRows, facilityOf } from './directory-rows.js';
import { domainOf } from './issue-domains.js';
import { openCaseInput, type Intake, type OpenCaseInput } from './open-case-input.js';
import type { CaseOutcome } from './outcome.js';
import { perform } from './perform.js';
import { pinnedPatient } from './pinned-patient.js';
import { mustBeNew } from './same-complaint.js';

export function openCase(context: ActContext, input: OpenCaseInput): Promise<CaseOutcome> {
  const message = (number: string): string => `${number} is open.`;
  return perform(context, { operation: 'openCase', schema: openCaseInput, input, message }, async (deed, intake) => {
    const found = await lookUp(deed, intake);
    if (found.patient)
      await mustBeNew(deed, found.patient, { channel: intake.channel, summary: intake.summary, receivedAt: found.receivedAt });
    const file = await write(deed, { intake, found, ...judge(deed, { intake, found }) });
    await askForReminders(deed, file);
    return { file };
  });
}

type Found = Awaited<ReturnType<typeof lookUp>>;

/** All that intake refers to, found or refused before anything is written. */
async function lookUp(deed: Deed, intake: Intake) {
  const receivedAt = readInstantOrNow(deed, { field: 'receivedAt', said: intake.receivedAt });
  const patient = await pinnedPatient(deed, intake);
  const facility = await facilityOf(deed, intake.facilityId);
  const assignee = intake.assigneeId === null ? null : await assignableUser(deed, intake.assigneeId);
  const departments = await departmentRows(deed, [
    ...(intake.departmentIds ?? []).map((wireId, index) => ({ wireId, field: `departmentIds[${index}]` })),
    ...(intake.issues ?? []).flatMap(({ departmentId }, index) =>
      departmentId ? [{ wireId: departmentId, field: `issues[${index}].departmentId` }] : [],
    ),
  ]);
  const subjects = await subjectsOf(deed, intake.aboutIds ?? [], patient);
  return { receivedAt, patient, facility, assigneeRow: assignee?.id ?? deed.viewer.userRow, departments, subjects };
}

/** What the rules make of it. */
function judge({ rules }: Deed, { intake, found }: { intake: Intake; found: Found }) {
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
  const { timeZone, jurisdiction, programs } = found.facility;
  const clockFacts = { kind: classification.kind, receivedAt: found.receivedAt, facility: { timeZone, jurisdiction, programs }, flags };
  const clocks = deadlinesFor(clockFacts, rules.clocks, rules.calendars).map((clock) => ({ ...clock, status: 'RUNNING' as const }));
  return { classification, clocks, authorized: intake.complainant ? mayFileForPatient(filer, rules.classification) : null };
}

type Judged = ReturnType<typeof judge>;

async function write(deed: Deed, { intake, found, classification, clocks, authorized }: { intake: Intake; found: Found } & Judged) {
  const { em, viewer, now } = deed;
  const { patient, facility, receivedAt } = found;
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
  for (const { rule, step, citation, regulatory, startedAt, dueAt, status } of clocks) {
    em.create(Deadline, { uid: newUuid(), case: file.id, rule, step, citation, regulatory, startedAt, dueAt, status, labelMask: 0 });
  }
  addParts(deed, file, { intake, found });
  writeHistory(deed, file, {
    what: 'OPENED',
    before: null,
    after: { kind: file.kind, status: file.status, classification: file.classification, channel: file.channel },
  });
  return file;
}

function addParts({ em, viewer, now }: Deed, file: { readonly id: string }, { intake, found }: { intake: Intake; found: Found }): void {
  const departmentOf = (wireId: string | null) => (wireId === null ? null : (found.departments.get(wireId) ?? null));
  [...new Set(intake.departmentIds ?? [])].forEach((wireId, position) => {
    const department = departmentOf(wireId);
    if (department) em.create(CaseDepartment, { case: file.id, department, position });
  });
  for (const { departmentId, ...coded } of intake.issues ?? []) {
    const by = { codedBy: viewer.userRow, codedAt: now };
    em.create(CaseIssue, {
      uid: newUuid(),
      case: file.id,
      domain: domainOf[coded.category],
      ...coded,
      department: departmentOf(departmentId),
      ...by,
      labelMask: 0,
    });
  }
  for (const subject of found.subjects) em.create(CaseSubject, { case: file.id, ...subject });
}

/** HCAT's 0 means not coded. */
function highest(severities: readonly (number | null)[]): number | null {
  const coded = severities.filter((severity) => severity !== null && severity > 0) as number[];
  return coded.length === 0 ? null : Math.max(...coded);
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
