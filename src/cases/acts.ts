/** The acts bound to one viewer, for callers that have what a person sent and no types for it: each act reads its input
 *  itself and refuses what it cannot take. */
import { acknowledgeCase } from './acknowledge-case.js';
import type { ActContext } from './act-context.js';
import { assignCase } from './assign-case.js';
import type { CaseActionInput } from './case-action.js';
import { classifyCase } from './classify-case.js';
import { codeIssue, type CodeIssueInput } from './code-issue.js';
import { extendDeadline, type ExtendDeadlineInput } from './extend-deadline.js';
import { openCase } from './open-case.js';
import type { OpenCaseInput } from './open-case-input.js';
import type { CaseOutcome } from './outcome.js';
import { recordInteraction, type InteractionInput } from './record-interaction.js';

export interface CaseActs {
  openCase(input: object): Promise<CaseOutcome>;
  acknowledgeCase(input: object): Promise<CaseOutcome>;
  assignCase(input: object): Promise<CaseOutcome>;
  recordInteraction(input: object): Promise<CaseOutcome>;
  extendDeadline(input: object): Promise<CaseOutcome>;
  classifyCase(input: object): Promise<CaseOutcome>;
  codeIssue(input: object): Promise<CaseOutcome>;
}

export const caseActs = (context: ActContext): CaseActs => ({
  openCase: (input) => openCase(context, input as OpenCaseInput),
  acknowledgeCase: (input) => acknowledgeCase(context, input as CaseActionInput),
  assignCase: (input) => assignCase(context, input as CaseActionInput),
  recordInteraction: (input) => recordInteraction(context, input as InteractionInput),
  extendDeadline: (input) => extendDeadline(context, input as ExtendDeadlineInput),
  classifyCase: (input) => classifyCase(context, input as CaseActionInput),
  codeIssue: (input) => codeIssue(context, input as CodeIssueInput),
});
