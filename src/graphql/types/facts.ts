/** Facts from the source systems: visits, bookings, conditions, coverage, claims, payments (FHIR R4). */
import { ObjectType } from 'type-graphql';
import { Always, day, flag, instant, Maybe, text, texts, whole } from './field.js';
import { connectionOf, Governed, Node, Withheld } from './governed.js';
import { Coding, Money, Provenance } from './values.js';
import { ClaimKind } from './enums.js';

@ObjectType({ implements: [Node, Governed], description: 'A visit (FHIR Encounter).' })
export class Encounter extends Node {
  @Maybe(text, 'FHIR EncounterStatus.')
  status!: string | null;
  @Maybe(text, 'HL7 v3-ActCode: AMB, EMER, IMP, VR ...')
  class!: string | null;
  @Maybe(flag, 'Held by video or telephone.')
  virtual!: boolean | null;
  @Maybe(() => Coding)
  type!: Coding | null;
  @Maybe(() => Coding)
  reason!: Coding | null;
  @Maybe(instant)
  start!: string | null;
  @Maybe(instant)
  end!: string | null;
  @Maybe(text)
  location!: string | null;
  @Maybe(text, "The hub's name of the department; a source's own name says that it is not mapped.")
  department!: string | null;
  @Maybe(texts)
  practitioners!: string[] | null;
  @Maybe(texts, 'Sensitivity labels (HL7 v3-ActCode) of this row.')
  labels!: string[] | null;
  @Always(() => Provenance)
  provenance!: Provenance;
  @Always(() => [Withheld])
  withheld!: Withheld[];
}

@ObjectType({ implements: [Node, Governed], description: 'A booking (FHIR Appointment).' })
export class Appointment extends Node {
  @Maybe(text, 'FHIR AppointmentStatus.')
  status!: string | null;
  @Maybe(instant)
  start!: string | null;
  @Maybe(instant)
  end!: string | null;
  @Maybe(whole, 'How long it is meant to take.')
  minutes!: number | null;
  @Maybe(instant, 'When the booking was made.')
  bookedAt!: string | null;
  @Maybe(flag, 'To be held by video or telephone.')
  virtual!: boolean | null;
  @Maybe(() => Coding, 'What is booked.')
  serviceType!: Coding | null;
  @Maybe(() => Coding)
  reason!: Coding | null;
  @Maybe(text)
  location!: string | null;
  @Maybe(text)
  department!: string | null;
  @Maybe(texts)
  practitioners!: string[] | null;
  @Maybe(text, 'Why it was cancelled, as the source says.')
  cancellationReason!: string | null;
  @Maybe(whole, 'How often it was moved since the hub first saw it.')
  reschedules!: number | null;
  @Maybe(texts)
  labels!: string[] | null;
  @Always(() => Provenance)
  provenance!: Provenance;
  @Always(() => [Withheld])
  withheld!: Withheld[];
}

@ObjectType({ implements: [Node, Governed], description: 'A condition (FHIR Condition).' })
export class Condition extends Node {
  @Maybe(() => Coding)
  code!: Coding | null;
  @Maybe(text, 'FHIR condition-clinical.')
  clinicalStatus!: string | null;
  @Maybe(instant, 'When it began.')
  onset!: string | null;
  @Maybe(instant, 'When it ended.')
  abatement!: string | null;
  @Maybe(texts)
  labels!: string[] | null;
  @Always(() => Provenance)
  provenance!: Provenance;
  @Always(() => [Withheld])
  withheld!: Withheld[];
}

@ObjectType({ description: 'Somebody on the care team (FHIR CareTeam.participant).' })
export class CareTeamMember {
  @Maybe(text)
  name!: string | null;
  @Maybe(text)
  role!: string | null;
  @Maybe(text, 'For whom they work.')
  organization!: string | null;
}

@ObjectType({ implements: [Node, Governed], description: 'Who pays (FHIR Coverage).' })
export class Coverage extends Node {
  @Maybe(text, 'Who pays.')
  payor!: string | null;
  @Maybe(() => Coding)
  type!: Coding | null;
  @Maybe(text, "The person's number with the payor.")
  memberId!: string | null;
  @Maybe(day)
  start!: string | null;
  @Maybe(day)
  end!: string | null;
  @Always(() => Provenance)
  provenance!: Provenance;
  @Always(() => [Withheld])
  withheld!: Withheld[];
}

@ObjectType({ implements: [Node, Governed], description: 'Money that was paid (FHIR PaymentNotice, ExplanationOfBenefit.payment).' })
export class Payment extends Node {
  @Maybe(day)
  at!: string | null;
  @Maybe(() => Money)
  amount!: Money | null;
  @Maybe(text, 'Who paid.')
  payer!: string | null;
  @Always(() => Provenance)
  provenance!: Provenance;
  @Always(() => [Withheld])
  withheld!: Withheld[];
}

@ObjectType({
  implements: [Node, Governed],
  description: 'What was billed to a payer, and what became of it (FHIR Claim, ExplanationOfBenefit).',
})
export class Claim extends Node {
  @Always(() => ClaimKind)
  kind!: string;
  @Maybe(text)
  status!: string | null;
  @Maybe(() => Coding)
  type!: Coding | null;
  @Maybe(day, 'First day of what was billed.')
  servicedFrom!: string | null;
  @Maybe(day, 'Last day of what was billed.')
  servicedTo!: string | null;
  @Maybe(() => Encounter, 'The visit that was billed.')
  encounter!: Encounter | null;
  @Maybe(text, 'Who was billed.')
  insurer!: string | null;
  @Maybe(() => Money, 'Claim.total. Stored unrounded.')
  billed!: Money | null;
  @Maybe(() => Money, 'From adjudication lines.')
  allowed!: Money | null;
  @Maybe(() => Money, 'What the payer paid.')
  paid!: Money | null;
  @Maybe(() => Money, "The patient's share from adjudication lines, never billed less paid.")
  patientOwes!: Money | null;
  @Maybe(flag, 'The payer refused it. A contractual adjustment (CO-45) is not a denial.')
  denied!: boolean | null;
  @Maybe(() => [Coding], 'Why it was refused: CARC and RARC codes.')
  denialCodes!: Coding[] | null;
  @Maybe(instant, 'When the payer decided.')
  adjudicatedAt!: string | null;
  @Maybe(() => [Payment], 'What was paid for it.')
  payments!: Payment[] | null;
  @Maybe(texts)
  labels!: string[] | null;
  @Always(() => Provenance)
  provenance!: Provenance;
  @Always(() => [Withheld])
  withheld!: Withheld[];
}

export const EncounterConnection = connectionOf('Encounter', () => Encounter, { counted: true });
export const AppointmentConnection = connectionOf('Appointment', () => Appointment, { counted: true });
export const ConditionConnection = connectionOf('Condition', () => Condition, { counted: true });
export const ClaimConnection = connectionOf('Claim', () => Claim, { counted: true });
