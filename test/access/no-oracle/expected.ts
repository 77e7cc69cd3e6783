/** What the reference expects of a node that is asked for by its id, and which nodes are near a viewer. */
import { classOf } from './may-know.js';
import { numberIn } from './plant.js';
import { rowOf } from './path.js';
import type { Reference, Viewer } from './reference.js';
import { isHidden, mayAsk, type Phi } from './rules.js';
import { ofCase, ofFact, ofGrant, ofLine, ofPart } from './said-of-rows.js';
import { ofPatient, ofRecord, type Told } from './said.js';
import type { Case, Fact, Payment, Person } from './world.js';

export function expectedPatient(reference: Reference, viewer: Viewer, person: Person | undefined): Told | null {
  const now = person && reference.survivor(person);
  return now && mayAsk(viewer, 'READ_IDENTITY') && reference.exists(now) ? ofPatient(reference, viewer, now) : null;
}
export const expectedCase = (reference: Reference, viewer: Viewer, one: Case | undefined): Told | null =>
  one && mayAsk(viewer, 'READ_CASES') && !isHidden(one.labels) ? ofCase(reference, viewer, one) : null;

export const tags = { enc: 'Encounter', apt: 'Appointment', cnd: 'Condition', cov: 'Coverage', clm: 'Claim', pay: 'Payment', int: 'Interaction', iss: 'Issue', dln: 'Deadline', rem: 'Reminder', pat: 'Patient', rec: 'PatientRecord', case: 'Case', grant: 'AccessGrant' } as const; // prettier-ignore
const factTags = ['enc', 'apt', 'cnd', 'cov', 'clm', 'pay'] as const;
export const lineTags: readonly string[] = ['enc', 'apt', 'cnd', 'clm', 'pay', 'case'];
export const tagOf = (type: string): string => Object.entries(tags).find(([, known]) => known === type)?.[0] ?? '';

function expectedFact(reference: Reference, viewer: Viewer, fact: Fact): Told | null {
  const isThere =
    fact.kind === 'Payment' ? reference.hasPayment(viewer, fact as Payment) : reference.hasFact(viewer, fact, classOf[fact.kind]);
  return isThere ? ofFact(reference, viewer, fact) : null;
}
export function expectedLine(reference: Reference, viewer: Viewer, row: Fact | Case): Told | null {
  const isThere =
    row.kind === 'Case'
      ? !isHidden(row.labels) && reference.personOf(row.record) !== null && reference.ofCase(viewer, row) === null
      : reference.hasFact(viewer, row, classOf[row.kind]);
  return isThere ? ofLine(row) : null;
}

export function expectedNode(reference: Reference, viewer: Viewer, id: string): Told | null {
  const { world } = reference;
  const tag = id.split('_')[0] ?? '';
  const n = numberIn(id);
  const ofPerson = mayAsk(viewer, 'READ_IDENTITY');
  if (tag.startsWith('tle')) {
    const row = rowOf<Fact | Case>(tag === 'tlecase' ? world.cases : world.facts, n);
    return row && ofPerson ? expectedLine(reference, viewer, row) : null;
  }
  if ((factTags as readonly string[]).includes(tag)) {
    const fact = rowOf(world.facts, n);
    return fact && ofPerson ? expectedFact(reference, viewer, fact) : null;
  }
  const type = tags[tag as keyof typeof tags];
  switch (type) {
    case 'Patient':
      return expectedPatient(reference, viewer, rowOf(world.persons, n));
    case 'PatientRecord': {
      const record = rowOf(world.records, n);
      return record && ofPerson && !isHidden(record.labels) ? ofRecord(reference, viewer, record) : null;
    }
    case 'Case':
      return expectedCase(reference, viewer, rowOf(world.cases, n));
    case 'AccessGrant': {
      const grant = rowOf(world.grants, n);
      return grant && reference.hasGrant(viewer, grant, mayAsk(viewer, 'REVIEW_ACCESS')) ? ofGrant(reference, viewer, grant) : null;
    }
    default: {
      const part = rowOf(world.parts, n);
      return part && mayAsk(viewer, 'READ_CASES') && reference.hasPart(viewer, part) ? ofPart(part) : null;
    }
  }
}

// ---- which nodes are near a viewer ----

/** Those of whom a class is shown that needs a relation. */
export const nearPersons =
  (...classes: readonly Phi[]) =>
  (reference: Reference, viewer: Viewer): number[] =>
    mayAsk(viewer, 'READ_IDENTITY')
      ? numbersOf(reference.world.persons.filter((person) => classes.some((phi) => reference.ofPerson(viewer, phi, reference.survivor(person)) === null)))
      : []; // prettier-ignore
export const nearAnybody = nearPersons('CONTACT', 'SCHEDULING', 'BILLING', 'CLINICAL');
export const nearCases = (reference: Reference, viewer: Viewer): number[] =>
  reference.world.cases.filter((one) => reference.ofCase(viewer, one) === null).map(({ n }) => n);
export const numbersOf = (rows: readonly { readonly n: number }[]): number[] => rows.map(({ n }) => n);

export function nearAnything(reference: Reference, viewer: Viewer): number[] {
  const { records, facts, parts, grants } = reference.world;
  const persons = new Set(nearAnybody(reference, viewer));
  const cases = new Set(nearCases(reference, viewer));
  return [
    ...persons,
    ...cases,
    ...numbersOf(records.filter(({ person }) => persons.has(person.n))),
    ...numbersOf(facts.filter(({ kind, record }) => tagOf(kind) !== '' && persons.has(record.person.n) && reference.ofPerson(viewer, classOf[kind], record.person) === null)),
    ...numbersOf(parts.filter(({ of }) => cases.has(of.n))),
    ...numbersOf(grants.filter(({ user }) => user === viewer.user)),
  ]; // prettier-ignore
}
