/** Codes one more thing that the case is about. What it alleges may leave no choice of the kind, and may start clocks: an
 *  allegation of abuse makes a grievance of a complaint, whoever coded it and when (42 CFR 482.13(a)(2)). What is coded once
 *  the case is resolved or closed is for learning; it is reopened first where something is to be done. */
import { z } from 'zod';
import { newUuid, toWireId } from '../kernel/index.js';
import { CaseIssue } from '../store/index.js';
import type { ActContext, Deed } from './act-context.js';
import { idempotencyKey, said } from './act-input.js';
import { askForReminders } from './case-clocks.js';
import { writeHistory } from './case-history.js';
import { departmentRows } from './directory-rows.js';
import { holdCase, type CaseRow } from './held-case.js';
import { domainOf } from './issue-domains.js';
import { issue } from './open-case-input.js';
import type { CaseOutcome } from './outcome.js';
import { perform } from './perform.js';
import { judgeStored, runClocks, type Coded } from './stored-case.js';
import { isWorkedOn } from './transitions.js';
import { caseKinds } from './vocabulary.js';

const schema = z.strictObject({ caseId: said('the id of a case', 100), issue, idempotencyKey });
export type CodeIssueInput = z.input<typeof schema>;

export function codeIssue(context: ActContext, input: CodeIssueInput): Promise<CaseOutcome> {
  const message = (number: string): string => `The issue is coded on ${number}.`;
  return perform(context, { operation: 'codeIssue', action: 'UPDATE', schema, input, message }, async (deed, given) => {
    const { departmentId, ...coded } = given.issue;
    const { file } = await holdCase(deed, { caseId: given.caseId, expectedVersion: null, step: 'codeIssue', given: {} });
    const field = 'issue.departmentId';
    const departments = await departmentRows(deed, departmentId === null ? [] : [{ wireId: departmentId, field }]);
    const followed = isWorkedOn(file.status) ? await follow(deed, file, coded) : {};
    const subjectUid = newUuid();
    deed.em.create(CaseIssue, {
      uid: subjectUid,
      case: file.id,
      domain: domainOf[coded.category],
      ...coded,
      department: departmentId === null ? null : (departments.get(departmentId) ?? null),
      codedBy: deed.viewer.userRow,
      codedAt: deed.now,
      labelMask: 0,
    });
    const severity = Math.max(file.severity ?? 0, coded.severity ?? 0) || null;
    const before = { kind: file.kind, classification: file.classification, severity: file.severity ?? null };
    Object.assign(file, { severity, ...followed.decided, version: file.version + 1 });
    writeHistory(deed, file, {
      what: 'ISSUE_CODED',
      before,
      after: {
        issues: [toWireId('iss', subjectUid)],
        ...(severity === before.severity ? {} : { severity }),
        ...followed.decided,
        ...followed.told,
      },
    });
    if (followed.told) await askForReminders(deed, file);
    return { file, subjectUid };
  });
}

interface Followed {
  readonly decided?: { readonly kind: string; readonly classification: string };
  readonly told?: { readonly deadlines: readonly string[] };
}

/** The kind stays as it is where what is coded leaves the choice. */
async function follow(deed: Deed, file: CaseRow, coded: Coded): Promise<Followed> {
  const { flags, decided } = await judgeStored(deed, file, [coded]);
  const isFree = decided.onlyTo === null || decided.onlyTo.some((kind) => kind === file.kind);
  const kind = isFree ? (caseKinds.find((known) => known === file.kind) ?? decided.kind) : decided.kind;
  const deadlines = await runClocks(deed, file, { kind, flags });
  return {
    ...(isFree ? {} : { decided: { kind: decided.kind, classification: decided.rule } }),
    ...(deadlines.length > 0 ? { told: { deadlines } } : {}),
  };
}
