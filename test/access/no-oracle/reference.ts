/** The reference: who may see what of the world, decided row by row from the policy's words (rules.yaml, labels.yaml,
 *  relation.yaml, domain A2). Small and slow; the gateway's one statement is held against it. It knows nothing of SQL. */
import { daysAfterClosing, isHidden, isMasked, withheldBy, type Asker, type Condition, type Phi } from './rules.js';
import type { Case, Fact, Grant, Part, PatientRecord, Payment, Person, World } from './world.js';

export interface Viewer extends Asker {
  readonly user: number;
  readonly departments: readonly number[];
  readonly facility: number | null;
}
export type Holds = Readonly<Record<Condition, boolean>>;
const nothing: Holds = { related: false, facility: false, glass: false };

export class Reference {
  readonly #recordsOf = new Map<Person, PatientRecord[]>();
  readonly #known = new Map<Viewer, Map<Person, Holds>>();

  constructor(readonly world: World) {
    for (const record of world.records) this.#recordsOf.set(record.person, [...(this.#recordsOf.get(record.person) ?? []), record]);
  }

  // ---- persons and their records ----

  /** After a merge the old id answers the person who is left. */
  survivor(person: Person): Person {
    return person.aliasOf ?? person;
  }
  /** Those that are not hidden, in the order in which they speak. */
  recordsOf(person: Person): readonly PatientRecord[] {
    return (this.#recordsOf.get(person) ?? []).filter(({ labels }) => !isHidden(labels));
  }
  certainRecordsOf(person: Person): readonly PatientRecord[] {
    return this.recordsOf(person)
      .filter(({ certain }) => certain)
      .toSorted((one, other) => one.source - other.source || one.n - other.n);
  }
  speakingRecordsOf(person: Person): readonly PatientRecord[] {
    return this.certainRecordsOf(person).filter(({ labels }) => !isMasked(labels));
  }
  exists(person: Person): boolean {
    return this.recordsOf(person).length > 0;
  }
  /** Whose a record certainly is: nothing else leads to a person. */
  personOf(record: PatientRecord | null): Person | null {
    return record !== null && record.certain && !isHidden(record.labels) ? record.person : null;
  }

  // ---- what ties a viewer to a person or a case ----

  shares(viewer: Viewer, { holder, departments }: Case): boolean {
    return holder === viewer.user || departments.some((department) => viewer.departments.includes(department));
  }
  /** A case that is closed opens its patient for some days more, or not at all. */
  #opensPatient({ closed, labels }: Case): boolean {
    const daysAgo = { open: -1, 'a while ago': 20, 'long ago': 2_000 }[closed];
    return !isHidden(labels) && daysAgo < daysAfterClosing;
  }
  #hasGrant(viewer: Viewer, person: Person): boolean {
    return this.world.grants.some(
      (grant) =>
        grant.user === viewer.user &&
        grant.state === 'in force' &&
        grant.person === person &&
        this.certainRecordsOf(person).every((record) => grant.records.includes(record)),
    );
  }
  toPerson(viewer: Viewer, person: Person | null): Holds {
    if (person === null) return nothing;
    const known = this.#known.get(viewer) ?? new Map<Person, Holds>();
    this.#known.set(viewer, known);
    const opening = (): readonly Case[] =>
      this.world.cases.filter((one) => this.personOf(one.record) === person && this.#opensPatient(one));
    const holds = known.get(person) ?? {
      related: opening().some((one) => this.shares(viewer, one)),
      facility: opening().some(({ facility }) => facility === viewer.facility),
      glass: this.#hasGrant(viewer, person),
    };
    known.set(person, holds);
    return holds;
  }
  /** A case of one's own is read when it is closed, too: it is the office's file. */
  toCase(viewer: Viewer, one: Case): Holds {
    const person = this.personOf(one.record);
    return {
      related: this.shares(viewer, one),
      facility: one.facility === viewer.facility,
      glass: person !== null && this.#hasGrant(viewer, person),
    };
  }
  toRecord(viewer: Viewer, record: PatientRecord): Holds {
    return this.toPerson(viewer, this.personOf(record));
  }

  // ---- a class on a row ----

  /** The rule that withholds a class of a person; null where it is shown. Consents join here: what one denies comes after
   *  what the policy denies, and before labels. */
  ofPerson(viewer: Viewer, phi: Phi, person: Person | null): string | null {
    return withheldBy(viewer, phi, this.toPerson(viewer, person));
  }
  ofCase(viewer: Viewer, one: Case): string | null {
    return withheldBy(viewer, 'NARRATIVE', this.toCase(viewer, one));
  }

  // ---- rows that hang on others: whether they are there at all ----

  hasFact(viewer: Viewer, fact: Fact, phi: Phi): boolean {
    const person = this.personOf(fact.record);
    return !isHidden(fact.labels) && person !== null && this.ofPerson(viewer, phi, person) === null;
  }
  /** A masked claim shows none of its payments; the line of time tells of those that are not masked themselves. */
  hasPayment(viewer: Viewer, payment: Payment): boolean {
    const { claim } = payment;
    const claimIsOpen = claim !== null && !isHidden(claim.labels) && !isMasked(claim.labels);
    return this.hasFact(viewer, payment, 'BILLING') && (claimIsOpen || !isMasked(payment.labels));
  }
  hasPart(viewer: Viewer, { kind, labels, of }: Part): boolean {
    if (isHidden(labels) || isHidden(of.labels)) return false;
    return kind === 'Deadline' || (this.ofCase(viewer, of) === null && !isMasked(of.labels));
  }
  /** Seen by who broke the glass and by who reviews. */
  hasGrant(viewer: Viewer, grant: Grant, reviews: boolean): boolean {
    return reviews || grant.user === viewer.user;
  }
}
