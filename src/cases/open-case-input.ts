/** What intake may say when a case is opened. Almost all of it may be left out: a complaint is taken as it comes. */
import { z } from 'zod';
import { idempotencyKey, instant, listOf, maybe, maybeSaid, oneOf, said, wholeFrom } from './act-input.js';
import { caseKinds, channels, issueCategories } from './vocabulary.js';

const yesNo = () => maybe(z.boolean('expected true | false'));
const id = () => maybeSaid('an id', 100);
const ids = () => maybe(listOf(said('an id', 100)));

export const issue = z.strictObject({
  category: oneOf(issueCategories),
  subcategory: maybeSaid('a subcategory', 200),
  /** HCAT: 1 low to 3 high, 0 not coded. */
  severity: maybe(wholeFrom(0, 3)),
  /** HCAT: 0 none to 5 catastrophic. */
  harm: maybe(wholeFrom(0, 5)),
  stage: maybeSaid('a stage of care', 200),
  departmentId: id(),
});

const complainant = z.strictObject({
  name: maybeSaid('a name', 500),
  relationship: said('the relationship to the patient', 200),
  authority: maybeSaid('by what right', 500),
  phone: maybeSaid('a telephone number', 100),
  email: maybeSaid('an e-mail address', 320),
});

const patientSearch = z.strictObject({
  name: maybeSaid('a name', 500),
  birthDate: maybe(z.iso.date('expected a date, YYYY-MM-DD')),
  identifier: maybeSaid('an identifier', 200),
  phone: maybeSaid('a telephone number', 100),
});

export const openCaseInput = z.strictObject({
  kind: maybe(oneOf(caseKinds)),
  channel: oneOf(channels),
  receivedAt: maybe(instant),
  summary: said('a summary', 1_000),
  narrative: maybeSaid('a narrative', 100_000),
  facilityId: id(),
  patientId: id(),
  patient: maybe(patientSearch),
  complainant: maybe(complainant),
  issues: maybe(listOf(issue)),
  departmentIds: ids(),
  aboutIds: ids(),
  assigneeId: id(),
  requestsResponse: yesNo(),
  resolvedOnTheSpot: yesNo(),
  idempotencyKey,
});
export type OpenCaseInput = z.input<typeof openCaseInput>;
export type Intake = z.output<typeof openCaseInput>;
export type IssueGiven = z.output<typeof issue>;
