/** What the privacy officer reviews: the audit trail, the accounting of disclosures, reviews of access. */
import { createUnionType, InputType, ObjectType } from 'type-graphql';
import { Case, Patient } from './case.js';
import { Outcome, Refused } from './case-inputs.js';
import { User } from './directory.js';
import { AccessReviewState, AuditAction, AuditOutcome, PhiClass, PurposeOfUse, Role, StatementKind } from './enums.js';
import { Always, anId, flag, instant, Maybe, text, texts, whole } from './field.js';
import { connectionOf, Governed, Node } from './governed.js';

@ObjectType({
  implements: [Node, Governed],
  description: 'One entry of the audit trail: who, as what, for which purpose, did what, to whom.',
})
export class AuditEntry extends Governed implements Node {
  @Always(anId)
  id!: string;
  @Always(instant)
  at!: string;
  @Maybe(() => User, 'Who asked; null where it was the hub itself.')
  user!: User | null;
  @Maybe(text, 'The part of the hub that acted by itself.')
  system!: string | null;
  @Maybe(() => Role, 'The role of the token; null where nobody has it.')
  role!: string | null;
  @Always(() => PurposeOfUse, 'HSYSADMIN, too, where the token claimed a purpose that the API does not know: that was refused.')
  purpose!: string;
  @Always(() => AuditAction)
  action!: string;
  @Maybe(text, 'Name of the operation or act.')
  operation!: string | null;
  @Maybe(() => Patient, 'Whom it was about.')
  patient!: Patient | null;
  @Maybe(() => Case, 'The case it was about.')
  case!: Case | null;
  @Always(() => [PhiClass], 'What was answered.')
  phiClasses!: string[];
  @Always(() => AuditOutcome)
  outcome!: string;
  @Always(texts, 'Fields that were asked for and withheld.')
  withheldFields!: string[];
}
export const AuditConnection = connectionOf('Audit', () => AuditEntry, { counted: true });

@ObjectType({
  implements: [Node, Governed],
  description: 'One entry of the accounting of disclosures (45 CFR 164.528): repeats stand together.',
})
export class Disclosure extends Governed implements Node {
  @Always(anId)
  id!: string;
  @Always(instant, 'When it was made; of repeats the first.')
  at!: string;
  @Maybe(text, 'Who received it, with the address where it is known.')
  recipient!: string | null;
  @Maybe(text, 'What was disclosed, in brief.')
  description!: string | null;
  @Maybe(text, 'Why, in brief.')
  purpose!: string | null;
  @Always(whole, 'How often it was made to this recipient for this purpose.')
  times!: number;
  @Always(instant, 'When it was made last.')
  lastAt!: string;
  @Maybe(instant, 'Until then an agency has it left out of what the patient is given (45 CFR 164.528(a)(2)).')
  suspendedUntil!: string | null;
}
export const DisclosureConnection = connectionOf('Disclosure', () => Disclosure, { counted: true });

@ObjectType({ implements: [Node, Governed], description: 'A look at patients that somebody should explain. It blocks nothing.' })
export class AccessReview extends Governed implements Node {
  @Always(anId)
  id!: string;
  @Always(text, 'The rule of schema/policy/snooping.yaml.')
  rule!: string;
  @Always(() => AccessReviewState)
  state!: string;
  @Maybe(() => User, 'Who looked.')
  user!: User | null;
  @Maybe(() => Patient, 'At whom; null where it is about many.')
  patient!: Patient | null;
  @Always(instant, 'When they looked first.')
  firstAt!: string;
  @Always(instant, 'When they looked last.')
  lastAt!: string;
  @Always(whole, 'How many entries of the trail tell of it.')
  entries!: number;
  @Always(texts, 'What was found, in words and numbers.')
  evidence!: string[];
  @Always(instant, 'When the review was opened.')
  openedAt!: string;
  @Always(instant)
  dueAt!: string;
  @Always(flag, 'Open, and past its day.')
  overdue!: boolean;
  @Maybe(() => User, 'Who closed it.')
  reviewedBy!: User | null;
  @Maybe(instant, 'When it was closed.')
  reviewedAt!: string | null;
  @Maybe(text)
  note!: string | null;
}
export const AccessReviewConnection = connectionOf('AccessReview', () => AccessReview, { counted: true });

@InputType({ description: 'A disclosure that must be accounted for.' })
export class RecordDisclosureInput {
  @Always(anId, 'Of whom.')
  patientId!: string;
  @Always(text, 'Who received it, with the address where it is known.')
  recipient!: string;
  @Always(text, 'What was disclosed, in brief.')
  description!: string;
  @Always(text, 'Why, in brief. What the law does not account for is refused with its citation.')
  purpose!: string;
  @Maybe(instant)
  at?: string;
  @Maybe(text)
  idempotencyKey?: string;
}

@InputType({ description: 'A statement of a health oversight or law enforcement agency (45 CFR 164.528(a)(2)).' })
export class SuspendAccountingInput {
  @Always(anId, 'Of whom.')
  patientId!: string;
  @Always(text, 'The agency, as the disclosures to it name the recipient.')
  recipient!: string;
  @Always(() => StatementKind)
  statement!: string;
  @Always(text, 'The official who made the statement.')
  statedBy!: string;
  @Maybe(instant, 'When it was made; now where not said.')
  statedAt?: string;
  @Always(instant, 'Until when; an oral one holds for 30 days at most.')
  until!: string;
  @Maybe(text)
  idempotencyKey?: string;
}

@InputType({ description: 'What a review of access came to.' })
export class ReviewAccessInput {
  @Always(anId, 'The review.')
  reviewId!: string;
  @Always(flag, 'There was a reason to look.')
  justified!: boolean;
  @Always(text)
  note!: string;
  @Maybe(text)
  idempotencyKey?: string;
}

@ObjectType({ implements: Outcome, description: 'The disclosure is in the accounting.' })
export class DisclosureRecorded extends Outcome {
  @Always(() => Disclosure, 'It, with those of its kind.')
  disclosure!: Disclosure;
}
@ObjectType({ implements: Outcome, description: 'The accounting to this recipient is suspended.' })
export class AccountingSuspended extends Outcome {}
@ObjectType({ implements: Outcome, description: 'The review is closed.' })
export class ReviewClosed extends Outcome {
  @Maybe(() => AccessReview, 'The review as it stands.')
  review!: AccessReview | null;
}

const resolveType = (value: object) => Reflect.get(value, '__typename') as string | undefined;
export const DisclosureResult = createUnionType({
  name: 'DisclosureResult',
  description: 'What came of recording a disclosure.',
  types: () => [DisclosureRecorded, Refused] as const,
  resolveType,
});
export const SuspensionResult = createUnionType({
  name: 'SuspensionResult',
  description: 'What came of suspending the accounting.',
  types: () => [AccountingSuspended, Refused] as const,
  resolveType,
});
export const AccessReviewResult = createUnionType({
  name: 'AccessReviewResult',
  description: 'What came of closing a review.',
  types: () => [ReviewClosed, Refused] as const,
  resolveType,
});
