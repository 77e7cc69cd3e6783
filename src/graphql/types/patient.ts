/** The person, joined over the source systems. */
import { InputType, ObjectType } from 'type-graphql';
import { Always, day, flag, instant, Maybe, real, text, texts } from './field.js';
import { connectionOf, Governed, Node, Withheld } from './governed.js';
import { Provenance } from './values.js';
import { LinkAssurance, TimelineKind } from './enums.js';

@ObjectType({ description: 'A number by which a system knows the person.' })
export class Identifier {
  @Always(text)
  system!: string;
  @Maybe(text)
  value!: string | null;
  @Maybe(text, 'HL7 v2-0203.')
  type!: string | null;
}

@ObjectType({ description: 'How the person is reached.' })
export class ContactPoint {
  @Always(text)
  kind!: string;
  @Maybe(text)
  value!: string | null;
  @Maybe(text, 'FHIR ContactPointUse: home, work, mobile ...')
  use!: string | null;
  @Always(flag, 'The person asked to be reached here only (45 CFR 164.522(b)).')
  confidential!: boolean;
}

@ObjectType({
  implements: [Node, Governed],
  description: "One source system's own record of a person, and the evidence by which it was linked.",
})
export class PatientRecord extends Node {
  @Always(() => Provenance)
  provenance!: Provenance;
  @Maybe(text)
  name!: string | null;
  @Maybe(day)
  birthDate!: string | null;
  @Maybe(text)
  sex!: string | null;
  @Maybe(() => [Identifier])
  identifiers!: Identifier[] | null;
  @Maybe(text)
  address!: string | null;
  @Always(() => LinkAssurance, 'How sure it is that the record is of this person.')
  assurance!: string;
  @Maybe(real, 'How well it agrees with the others, 0 to 1.')
  score!: number | null;
  @Maybe(texts, 'Why the record was linked.')
  evidence!: string[] | null;
  @Always(text, 'What or who linked it.')
  linkedBy!: string;
  @Always(instant, 'When it was linked.')
  linkedAt!: string;
  @Always(() => [Withheld])
  withheld!: Withheld[];
}

@ObjectType({ implements: [Node, Governed], description: 'One line in the line of time.' })
export class TimelineEntry extends Node {
  @Always(() => TimelineKind)
  kind!: string;
  @Always(instant)
  at!: string;
  @Maybe(text, 'What, in a few words.')
  title!: string | null;
  @Maybe(text, 'More, in a line.')
  detail!: string | null;
  @Maybe(() => Node, 'What it tells of.')
  subject!: Node | null;
  @Maybe(() => Provenance)
  provenance!: Provenance | null;
  @Always(() => [Withheld])
  withheld!: Withheld[];
}
export const TimelineConnection = connectionOf('Timeline', () => TimelineEntry, { counted: false });

@InputType({ description: 'At least an identifier, a phone, or a name with a birth date or three letters; less answers SEARCH_TOO_WIDE.' })
export class PatientSearch {
  @Maybe(text, 'Beginnings of names, in any order.')
  name?: string;
  @Maybe(day)
  birthDate?: string;
  @Maybe(text, 'The exact whole value.')
  identifier?: string;
  @Maybe(text, 'The exact whole number.')
  phone?: string;
}
