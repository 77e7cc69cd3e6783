/** Codes one more thing that the case is about. What it alleges may leave no choice of the kind, and may start clocks: an
 *  allegation of abuse makes a grievance of a complaint, whoever coded it and when (42 CFR 482.13(a)(2)). What is coded once
 *  the case is resolved or closed is for learning; it is reopened first where something is to be done. */
import { z } from 'zod';
import { toWireId } from '../kernel/index.js';
import type { ActContext, Deed } from './act-context.js';
import { idempotencyKey, said } from './act-input.js';
import { askForReminders } from './case-clocks.js';
import { writeHistory } from './case-history.js';
import { addIssue, highest } from './case-issues.js';
import { departmentRows } from './directory-rows.js';
import { holdCase, type CaseRow } from './held-case.js';
import { issue } from './open-case-input.js';
import type { CaseOutcome } from './outcome.js';
import { perform } from './perform.js';
import { judgeStored, runClocks, type Coded } from './stored-case.js';
import { isWorkedOn } from './transitions.js';
import { caseKinds, wordOf } from './vocabulary.js';

const schema = z.strictObject({ caseId: said('the id of a case', 100), issue, idempotencyKey });
export type CodeIssueInput = z.input<typeof schema>;

export function codeIssue(context: ActContext, input: CodeIssueInput): Promise<CaseOutcome> {
  const message = (number: string): string => `The issue is coded on ${number}.`;
  const order = { operation: 'codeIssue', action: 'UPDATE', schema, input, message, makes: 'Issue' } as const;
  return perform(context, order, async (deed, { caseId, issue: coded }) => {
    const { file } = await holdCase(deed, { caseId, expectedVersion: null, step: 'codeIssue', given: {} });
    const field = 'issue.departmentId';
    const departments = await departmentRows(deed, coded.departmentId === null ? [] : [{ wireId: coded.departmentId, field }]);
    const { decided, deadlines } = isWorkedOn(file.status) ? await follow(deed, file, coded) : { decided: {}, deadlines: [] };
    const subjectUid = addIssue(deed, file, { issue: coded, departments });
    const severity = highest([file.severity ?? null, coded.severity]);
    const before = { kind: file.kind, classification: file.classification, severity: file.severity ?? null };
    Object.assign(file, { severity, ...decided, version: file.version + 1 });
    writeHistory(deed, file, {
      what: 'ISSUE_CODED',
      before,
      after: {
        issues: [toWireId('iss', subjectUid)],
        ...(severity === before.severity ? {} : { severity }),
        ...decided,
        ...(deadlines.length > 0 ? { deadlines } : {}),
      },
    });
    if (deadlines.length > 0) await askForReminders(deed, file);
    return { file, subjectUid };
  });
}

/** The kind stays as it is where what is coded leaves the choice. */
async function follow(deed: Deed, file: CaseRow, coded: Coded) {
  const { flags, decided } = await judgeStored(deed, file, [coded]);
  const known = wordOf(caseKinds, file.kind);
  const isFree = decided.onlyTo === null || decided.onlyTo.includes(known);
  const deadlines = await runClocks(deed, file, { kind: isFree ? known : decided.kind, flags });
  return { decided: isFree ? {} : { kind: decided.kind, classification: decided.rule }, deadlines };
}
