/** The cases room's door. */
export type { ActContext } from './act-context.js';
export { caseActs, type CaseActs } from './acts.js';
export type { CaseOutcome, Changed, Conflict, Duplicate, Refused, Subject } from './outcome.js';
export type { OpenCaseInput } from './open-case-input.js';
export type { CaseActionInput } from './case-action.js';
export type { InteractionInput } from './record-interaction.js';
export { loadCaseRules, type CaseRules, type RuleFolders } from './rules.js';
export { caseRoots } from './roots.js';
export { caseShapes } from './shape.js';
export { describeClocks } from './describe-clocks.js';
export { localDate, type BusinessCalendar, type CalendarDate } from './business-time.js';
export type { Calendars } from './calendars.js';
export { onCase } from './on-case.js';
