/** The closed word lists of a case, spelled as the API spells them. One list each, so that rule files, tables and
 *  the schema cannot drift apart: zod, the entities and the GraphQL enums are all made from these. */
export const caseKinds = ['COMPLAINT', 'GRIEVANCE', 'CONCERN', 'COMPLIMENT', 'SUGGESTION', 'INQUIRY', 'PRIVACY_COMPLAINT'] as const;
export type CaseKind = (typeof caseKinds)[number];

export const caseStatuses = ['RECEIVED', 'ACKNOWLEDGED', 'INVESTIGATING', 'AWAITING_RESPONSE', 'RESOLVED', 'CLOSED', 'REOPENED'] as const;
export type CaseStatus = (typeof caseStatuses)[number];

export const channels = ['IN_PERSON', 'PHONE', 'EMAIL', 'LETTER', 'FAX', 'PORTAL', 'WEB_FORM', 'SURVEY', 'SOCIAL', 'OTHER'] as const;
export type Channel = (typeof channels)[number];

/** HCAT's seven categories, then our extension for what HCAT leaves out. */
export const issueCategories = [
  'QUALITY',
  'SAFETY',
  'ENVIRONMENT',
  'INSTITUTIONAL_PROCESSES',
  'LISTENING',
  'COMMUNICATION',
  'RESPECT_AND_PATIENT_RIGHTS',
  'BILLING',
  'SCHEDULING',
  'PRIVACY',
] as const;
export type IssueCategory = (typeof issueCategories)[number];

/** What about a complaint changes its kind or its clocks, whatever its category. Read off the issues by `flagsOf`. */
export const caseFlags = ['ABUSE_OR_NEGLECT', 'PATIENT_HARM', 'COP_NONCOMPLIANCE', 'MEDICARE_BILLING_RIGHTS'] as const;
export type CaseFlag = (typeof caseFlags)[number];

/** A stored word as one of those known. */
export function wordOf<const W extends string>(known: readonly W[], stored: string): W {
  const word = known.find((candidate) => candidate === stored);
  if (word === undefined) throw new TypeError('A case holds a word that this version does not know; it was written by another one');
  return word;
}
