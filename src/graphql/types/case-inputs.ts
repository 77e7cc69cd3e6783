/** What is sent in to change a case, and what comes back. Mutations answer a union: an outcome a person can act on is not an
 *  error. */
import { createUnionType, InputType, InterfaceType, ObjectType } from 'type-graphql';
import { Always, anId, flag, instant, Maybe, text, whole } from './field.js';
import { Node } from './governed.js';
import { Case } from './case.js';
import { CaseKind, CaseStatus, Channel, Direction, IssueCategory } from './enums.js';
import { PatientSearch } from './patient.js';

@InputType({ description: 'Narrows a list of cases. A filter on what is withheld from the viewer matches nothing.' })
export class CaseFilter {
  @Maybe(() => [CaseKind], 'Only cases of these kinds, of those whose kind this viewer may see.')
  kinds?: string[];
  @Maybe(() => [CaseStatus], 'Only cases that stand here.')
  statuses?: string[];
  @Maybe(flag, 'Only cases that the viewer holds.')
  mine?: boolean;
  @Maybe(flag, 'Only cases with a clock that has run out.')
  overdue?: boolean;
}

@InputType({ description: 'Who complains, where it is not the patient.' })
export class ComplainantInput {
  @Maybe(text)
  name?: string;
  @Always(text)
  relationship!: string;
  @Maybe(text)
  authority?: string;
  @Maybe(text, 'Their telephone number.')
  phone?: string;
  @Maybe(text, 'Their mail address.')
  email?: string;
}

@InputType({ description: 'What went wrong.' })
export class IssueInput {
  @Always(() => IssueCategory)
  category!: string;
  @Maybe(text)
  subcategory?: string;
  @Maybe(whole)
  severity?: number;
  @Maybe(whole, 'HCAT harm, 0 to 5.')
  harm?: number;
  @Maybe(text)
  stage?: string;
  @Maybe(anId, 'Where it went wrong.')
  departmentId?: string;
}

@InputType({ description: 'A new case.' })
export class OpenCaseInput {
  @Maybe(() => CaseKind)
  kind?: string;
  @Always(() => Channel)
  channel!: string;
  @Maybe(instant)
  receivedAt?: string;
  @Always(text)
  summary!: string;
  @Maybe(text)
  narrative?: string;
  @Maybe(anId, "Where it happened; without it the opener's site.")
  facilityId?: string;
  @Maybe(anId, 'Whom it is about.')
  patientId?: string;
  @Maybe(() => PatientSearch, 'Whom it is about, where the id is not known: taken only where one person is found.')
  patient?: PatientSearch;
  @Maybe(() => ComplainantInput)
  complainant?: ComplainantInput;
  @Maybe(() => [IssueInput])
  issues?: IssueInput[];
  @Maybe(() => [anId()], 'Departments that share the case.')
  departmentIds?: string[];
  @Maybe(() => [anId()], 'Encounters, appointments or claims that it is about.')
  aboutIds?: string[];
  @Maybe(anId, "Without it the case is the opener's.")
  assigneeId?: string;
  @Maybe(flag, 'The complainant asks for an answer.')
  requestsResponse?: boolean;
  @Maybe(flag, 'Resolved at once by staff present. Not said counts as no.')
  resolvedOnTheSpot?: boolean;
  @Maybe(text, 'The same key and input answers the same result.')
  idempotencyKey?: string;
}

@InputType({ description: 'A step taken with a case.' })
export class CaseActionInput {
  @Always(anId)
  caseId!: string;
  @Maybe(whole, 'The version that this step builds on; another one answers CaseConflict.')
  expectedVersion?: number;
  @Maybe(text)
  reason?: string;
  @Maybe(() => Channel)
  channel?: string;
  @Maybe(text)
  note?: string;
  @Maybe(() => CaseKind)
  kind?: string;
  @Maybe(anId, 'Who is to hold the case.')
  assigneeId?: string;
  @Maybe(text)
  idempotencyKey?: string;
}

@InputType({ description: 'A contact to be recorded.' })
export class InteractionInput {
  @Always(anId)
  caseId!: string;
  @Always(() => Channel)
  channel!: string;
  @Always(() => Direction)
  direction!: string;
  @Maybe(instant)
  at?: string;
  @Maybe(text)
  with?: string;
  @Always(text)
  note!: string;
  @Maybe(flag)
  countsAsResponse?: boolean;
  @Maybe(text)
  idempotencyKey?: string;
}

@InputType({ description: 'One more thing that a case is about.' })
export class CodeIssueInput {
  @Always(anId)
  caseId!: string;
  @Always(() => IssueInput, 'What went wrong, in the words of the taxonomy.')
  issue!: IssueInput;
  @Maybe(text)
  idempotencyKey?: string;
}

@InputType({ description: 'More time for a clock.' })
export class ExtendDeadlineInput {
  @Always(anId)
  caseId!: string;
  @Always(anId, 'The clock.')
  deadlineId!: string;
  @Always(instant, 'The last instant at which it is in time, then.')
  until!: string;
  @Always(text, "As it stands in the case's history.")
  reason!: string;
  @Maybe(text)
  idempotencyKey?: string;
}

@InterfaceType({ description: 'What came of a mutation.', resolveType: (value: { readonly __typename?: string }) => value.__typename })
export abstract class Outcome {
  @Always(text)
  message!: string;
}

@ObjectType({ implements: Outcome, description: 'This viewer may not do it, or the input cannot be taken: what to do instead.' })
export class Refused extends Outcome {
  @Always(text, 'In the error catalogue.')
  code!: string;
  @Maybe(text, 'Path into the input.')
  field!: string | null;
}

@ObjectType({ implements: Outcome, description: 'Done. A case that the viewer may not see is null.' })
export class CaseChanged extends Outcome {
  @Maybe(() => Case, 'The case as this viewer sees it now.')
  case!: Case | null;
  @Maybe(() => Node, 'What the change made.')
  subject!: Node | null;
}

@ObjectType({ implements: Outcome, description: 'The same complaint is here already.' })
export class DuplicateCase extends Outcome {
  @Maybe(() => Case, 'The case that is open already.')
  existing!: Case | null;
}

@ObjectType({ implements: Outcome, description: 'Somebody changed the case in between.' })
export class CaseConflict extends Outcome {
  @Maybe(() => Case, 'The case as it stands.')
  current!: Case | null;
  @Always(() => [String], 'Fields that somebody changed in between.')
  changed!: string[];
}

export const CaseResult = createUnionType({
  name: 'CaseResult',
  description: 'What came of a change of a case.',
  types: () => [CaseChanged, DuplicateCase, CaseConflict, Refused] as const,
  resolveType: (value: object) => Reflect.get(value, '__typename') as string | undefined,
});
