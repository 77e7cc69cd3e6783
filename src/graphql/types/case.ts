/** The patient-relations side: the case and what hangs on it; and the person, for the two name each other. */
import { ObjectType } from 'type-graphql';
import { Always, day, flag, instant, Maybe, Paged, text, texts, whole } from './field.js';
import { connectionOf, Governed, Node, Withheld } from './governed.js';
import { Money, SourceStatus } from './values.js';
import { Department, Facility, User } from './directory.js';
import { CaseKind, CaseStatus, Channel, DeadlineStatus, Direction, IssueCategory, IssueDomain, ReminderStatus } from './enums.js';
import { AppointmentConnection, CareTeamMember, ClaimConnection, ConditionConnection, Coverage, EncounterConnection } from './facts.js';
import { ContactPoint, Identifier, PatientRecord, TimelineConnection } from './patient.js';

@ObjectType({ implements: Node, description: 'What went wrong, coded by HCAT (Gillespie and Reader, BMJ Qual Saf 2016).' })
export class Issue extends Node {
  @Always(() => IssueDomain, 'HCAT domain.')
  domain!: string;
  @Always(() => IssueCategory)
  category!: string;
  @Maybe(text)
  subcategory!: string | null;
  @Maybe(whole, 'HCAT 1-3; 0 is not coded.')
  severity!: number | null;
  @Maybe(whole, 'HCAT 0-5.')
  harm!: number | null;
  @Maybe(text)
  stage!: string | null;
  @Maybe(() => Department)
  department!: Department | null;
  @Maybe(() => User, 'Who coded it.')
  codedBy!: User | null;
  @Always(instant, 'When it was coded.')
  codedAt!: string;
}

@ObjectType({ implements: Governed, description: 'Who complains; often not the patient (45 CFR 164.502(g), 164.510(b)).' })
export class Complainant extends Governed {
  @Maybe(text)
  name!: string | null;
  @Maybe(text)
  relationship!: string | null;
  @Maybe(flag, 'Whether they may be told about the patient.')
  authorized!: boolean | null;
  @Maybe(text)
  authority!: string | null;
  @Maybe(() => [ContactPoint])
  contactPoints!: ContactPoint[] | null;
}

@ObjectType({ implements: Node, description: 'A regulatory or internal clock on the case.' })
export class Deadline extends Node {
  @Always(text, 'The row of schema/clocks.')
  rule!: string;
  @Always(text, 'What has to be done by then.')
  step!: string;
  @Maybe(text, 'The law or rule that sets the clock.')
  citation!: string | null;
  @Always(flag, 'Set by law, not by the house.')
  regulatory!: boolean;
  @Always(instant)
  startedAt!: string;
  @Always(instant)
  dueAt!: string;
  @Maybe(instant, 'When it was met.')
  metAt!: string | null;
  @Always(() => DeadlineStatus)
  status!: string;
  @Maybe(instant, 'Until when it was extended.')
  extendedTo!: string | null;
}

@ObjectType({ implements: [Node, Governed], description: 'A contact: a call, a letter, a talk.' })
export class Interaction extends Node {
  @Always(instant)
  at!: string;
  @Always(() => Channel)
  channel!: string;
  @Always(() => Direction)
  direction!: string;
  @Maybe(text)
  with!: string | null;
  @Maybe(() => User, 'Who of the workforce.')
  by!: User | null;
  @Maybe(text)
  note!: string | null;
  @Always(flag)
  countsAsResponse!: boolean;
  @Always(() => [Withheld])
  withheld!: Withheld[];
}
const InteractionConnection = connectionOf('Interaction', () => Interaction, { counted: false });

@ObjectType({ implements: [Node, Governed], description: 'Something that is due, told to whoever has to do it.' })
export class Reminder extends Node {
  @Always(text, 'The row of schema/reminders that asked for it.')
  rule!: string;
  @Maybe(text)
  reason!: string | null;
  @Always(instant)
  dueAt!: string;
  @Always(() => ReminderStatus)
  status!: string;
  @Maybe(() => Case, 'The case that it is about.')
  case!: object | null;
  @Maybe(() => User, 'Who is told.')
  recipient!: User | null;
  @Always(text)
  channel!: string;
  @Maybe(instant, 'When it was sent.')
  sentAt!: string | null;
  @Always(whole)
  escalationLevel!: number;
  @Always(() => [Withheld])
  withheld!: Withheld[];
}

@ObjectType({
  implements: [Node, Governed],
  description: "A complaint, grievance, compliment or question, and the hospital's answer to it.",
})
export class Case extends Node {
  @Always(text, 'What people call the case.')
  number!: string;
  @Always(() => CaseStatus)
  status!: string;
  @Always(whole, 'Counts changes; send it back as expectedVersion.')
  version!: number;
  @Always(() => Facility)
  facility!: Facility;
  @Maybe(() => CaseKind)
  kind!: string | null;
  @Maybe(text, 'The rule that decided the kind, e.g. us.482-13.written.')
  classification!: string | null;
  @Maybe(() => Channel)
  channel!: string | null;
  @Maybe(instant)
  receivedAt!: string | null;
  @Maybe(instant, 'When it was closed; a closed case opens its patient no more.')
  closedAt!: string | null;
  @Maybe(text)
  summary!: string | null;
  @Maybe(text)
  narrative!: string | null;
  @Maybe(whole)
  severity!: number | null;
  @Maybe(whole)
  escalationLevel!: number | null;
  @Maybe(() => User, 'Who holds the case.')
  assignedTo!: User | null;
  @Always(() => [Department], 'Departments that share the case.')
  departments!: Department[];
  @Always(() => [Issue])
  issues!: Issue[];
  @Maybe(() => Complainant)
  complainant!: Complainant | null;
  @Maybe(() => Patient, 'The person of the record that the case is pinned to. A doubtful link never widens it.')
  patient!: object | null;
  @Always(() => [Deadline], 'Every clock on the case, the first due first.')
  deadlines!: Deadline[];
  @Maybe(() => Deadline, 'The running clock that falls due first.')
  nextDeadline!: Deadline | null;
  @Paged(() => InteractionConnection, { first: 50, description: 'Contacts, newest first.' })
  interactions!: object;
  @Always(() => [Reminder], 'What is due of it, and who is told.')
  reminders!: Reminder[];
  @Always(() => [Withheld])
  withheld!: Withheld[];
}
export const CaseConnection = connectionOf('Case', () => Case, { counted: true });

@ObjectType({
  implements: [Node, Governed],
  description: 'A person as the hub knows them, joined over the source systems. The id never comes back for another person.',
})
export class Patient extends Node {
  @Maybe(text)
  name!: string | null;
  @Maybe(day)
  birthDate!: string | null;
  @Maybe(instant, 'When the person died.')
  deceasedAt!: string | null;
  @Maybe(text, 'FHIR administrative-gender.')
  sex!: string | null;
  @Maybe(text, 'BCP 47.')
  language!: string | null;
  @Maybe(flag, 'The person needs an interpreter.')
  interpreterNeeded!: boolean | null;
  @Maybe(() => [Identifier])
  identifiers!: Identifier[] | null;
  @Maybe(() => [ContactPoint])
  contactPoints!: ContactPoint[] | null;
  @Maybe(text)
  address!: string | null;
  @Maybe(texts, 'How this person wants to be reached and served.')
  preferences!: string[] | null;
  @Maybe(texts, 'What whoever talks to this person must know first.')
  alerts!: string[] | null;
  @Always(() => [PatientRecord], "The source systems' own records of the person.")
  records!: PatientRecord[];
  @Paged(() => EncounterConnection, { first: 20, description: 'Visits, latest first.' })
  encounters!: object;
  @Paged(() => AppointmentConnection, { first: 20, description: 'Bookings, latest first.' })
  appointments!: object;
  @Paged(() => ConditionConnection, {
    first: 20,
    description: 'Diagnoses and problems, latest first.',
    more: { activeOnly: { of: flag, default: false } },
  })
  conditions!: object;
  @Maybe(() => [CareTeamMember], 'Who looks after the person.')
  careTeam!: CareTeamMember[] | null;
  @Maybe(() => [Coverage], 'Who pays for the person.')
  coverages!: Coverage[] | null;
  @Paged(() => ClaimConnection, { first: 20, description: 'What was billed, latest first.' })
  claims!: object;
  @Maybe(() => Money, 'What the billing systems themselves say is owed now; null where none says.')
  balance!: Money | null;
  @Maybe(() => Money, "The patient's share over adjudicated claims: coinsurance, copay, deductible, non-covered.")
  patientResponsibility!: Money | null;
  @Paged(() => CaseConnection, { first: 20, description: 'Complaint cases about the person, newest first.' })
  cases!: object;
  @Paged(() => TimelineConnection, { first: 50, description: 'Everything above as one line of time, newest first.' })
  timeline!: object;
  @Always(() => [SourceStatus], 'The state of each source system that feeds this patient.')
  sources!: SourceStatus[];
  @Always(() => [Withheld])
  withheld!: Withheld[];
}
export const PatientConnection = connectionOf('Patient', () => Patient, { counted: true });
