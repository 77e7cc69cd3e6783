/** What the hospital and a patient agree on: restrictions and confidential communications (45 CFR 164.522). */
import { createUnionType, InputType, ObjectType } from 'type-graphql';
import { Patient } from './case.js';
import { Outcome, Refused } from './case-inputs.js';
import { User } from './directory.js';
import { ContactKind, PhiClass, RestrictionRecipient } from './enums.js';
import { Always, anId, instant, Maybe, text } from './field.js';
import { Governed, Node, Withheld } from './governed.js';

@ObjectType({ implements: [Node, Governed], description: 'What the hospital agreed not to tell, and to whom (45 CFR 164.522(a)).' })
export class Restriction extends Node {
  @Always(() => RestrictionRecipient, 'Who is not told.')
  recipient!: string;
  @Maybe(text, 'Who that is, where a person or an organization is named.')
  recipientName!: string | null;
  @Always(() => [PhiClass], 'Of what they are not told.')
  phiClasses!: string[];
  @Always(instant, 'From when on it holds.')
  from!: string;
  @Maybe(instant, 'When it ends or ended.')
  until!: string | null;
  @Maybe(text)
  reason!: string | null;
  @Maybe(() => User, 'Who agreed to it.')
  agreedBy!: User | null;
  @Always(instant, 'When it was agreed.')
  agreedAt!: string;
  @Maybe(() => User, 'Who ended it.')
  endedBy!: User | null;
  @Maybe(text, 'Why it was ended.')
  whyEnded!: string | null;
  @Always(() => [Withheld])
  withheld!: Withheld[];
}

@InputType({ description: 'A restriction that the hospital agrees to.' })
export class RecordRestrictionInput {
  @Always(anId)
  patientId!: string;
  @Always(() => RestrictionRecipient, 'Who is not to be told.')
  recipient!: string;
  @Maybe(text, 'The name, where the recipient is NAMED.')
  recipientName?: string;
  @Always(() => [PhiClass], 'Of what they are not to be told.')
  phiClasses!: string[];
  @Maybe(instant, 'Not said: from now on.')
  from?: string;
  @Maybe(instant, 'Not said: until it is ended.')
  until?: string;
  @Always(text)
  reason!: string;
  @Maybe(text)
  idempotencyKey?: string;
}

@InputType({ description: 'A restriction that ends.' })
export class EndRestrictionInput {
  @Always(anId, 'The restriction.')
  restrictionId!: string;
  @Always(text)
  reason!: string;
  @Maybe(text)
  idempotencyKey?: string;
}

@InputType({ description: 'Where a patient asks to be reached instead (45 CFR 164.522(b)).' })
export class ConfidentialContactInput {
  @Always(anId, 'Who asks.')
  patientId!: string;
  @Always(() => ContactKind)
  kind!: string;
  @Always(text)
  value!: string;
  @Maybe(text, 'FHIR ContactPointUse: home, work, mobile ...')
  use?: string;
  @Maybe(text)
  idempotencyKey?: string;
}

@ObjectType({ implements: Outcome, description: 'The restriction as it stands.' })
export class RestrictionChanged extends Outcome {
  @Maybe(() => Restriction, 'The restriction.')
  restriction!: Restriction | null;
}

@ObjectType({ implements: Outcome, description: 'The patient is reached there from now on.' })
export class ConfidentialContactRecorded extends Outcome {
  @Maybe(() => Patient, 'The patient, as this viewer sees them now.')
  patient!: Patient | null;
}

const resolveType = (value: object): string | undefined => Reflect.get(value, '__typename') as string | undefined;
export const RestrictionResult = createUnionType({
  name: 'RestrictionResult',
  description: 'What came of a restriction.',
  types: () => [RestrictionChanged, Refused] as const,
  resolveType,
});
export const ConfidentialContactResult = createUnionType({
  name: 'ConfidentialContactResult',
  description: 'What came of asking to be reached elsewhere.',
  types: () => [ConfidentialContactRecorded, Refused] as const,
  resolveType,
});
