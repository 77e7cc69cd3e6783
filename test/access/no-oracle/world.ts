/** A hospital made up from a seed, as plain data: what the database is filled with, and all that the reference decides from.
 *  Nothing here asks the code under test. Every row has a number of its own, from which its id, its uuid and the words
 *  planted in it follow. */
import fc from 'fast-check';
import { labelNames } from './rules.js';

/** Names of labels.yaml; or a row that waits for its labels, or was never given any. */
export type Labels = readonly string[] | 'pending' | 'none yet';

interface Row {
  readonly n: number;
  readonly labels: Labels;
}
export interface Person {
  readonly n: number;
  /** After a merge: the person who is left. */
  readonly aliasOf: Person | null;
}
export interface PatientRecord extends Row {
  readonly kind: 'PatientRecord';
  readonly person: Person;
  readonly source: number;
  readonly certain: boolean;
  /** A surname that several share. */
  readonly family: string;
  readonly bornOn: string;
}
export const factKinds = ['Encounter', 'Appointment', 'Condition', 'Coverage', 'CareTeamMember', 'Account'] as const;
export interface Fact extends Row {
  readonly kind: (typeof factKinds)[number] | 'Claim' | 'Payment';
  readonly record: PatientRecord;
}
export interface Claim extends Fact {
  readonly kind: 'Claim';
  readonly encounter: Fact | null;
  /** Labels of what the payer decided; and whether that was said of the same patient: numbers are sometimes used twice. */
  readonly decided: Labels;
  readonly decidedFor: PatientRecord;
}
export interface Payment extends Fact {
  readonly kind: 'Payment';
  readonly claim: Claim | null;
}
export interface Case extends Row {
  readonly kind: 'Case';
  readonly record: PatientRecord | null;
  readonly holder: number;
  readonly departments: readonly number[];
  readonly facility: number;
  readonly sort: 'COMPLAINT' | 'GRIEVANCE';
  readonly closed: 'open' | 'a while ago' | 'long ago';
}
export const partKinds = ['Interaction', 'Issue', 'Deadline', 'Reminder'] as const;
export interface Part extends Row {
  readonly kind: (typeof partKinds)[number];
  readonly of: Case;
}
export interface Grant {
  readonly n: number;
  readonly user: number;
  readonly person: Person;
  readonly state: 'in force' | 'over' | 'taken back';
  /** Records that were the person's when it was given. */
  readonly records: readonly PatientRecord[];
}
export interface Disclosure {
  readonly n: number;
  readonly record: PatientRecord;
}
export interface World {
  readonly users: readonly number[];
  readonly persons: readonly Person[];
  readonly records: readonly PatientRecord[];
  readonly facts: readonly Fact[];
  readonly claims: readonly Claim[];
  readonly payments: readonly Payment[];
  readonly cases: readonly Case[];
  readonly parts: readonly Part[];
  readonly grants: readonly Grant[];
  readonly disclosures: readonly Disclosure[];
}

export const facilities = [1, 2] as const;
export const departments = [1, 2, 3, 4] as const;
export const sources = [1, 2, 3] as const;
export const countOfUsers = 14;

// ---- what is drawn ----

const some = <T>(weighted: readonly (readonly [number, T])[]): fc.Arbitrary<T> =>
  fc.oneof(...weighted.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));
const labelled = fc.oneof<fc.WeightedArbitrary<Labels>[]>(
  { weight: 18, arbitrary: fc.constant<Labels>([]) },
  { weight: 6, arbitrary: fc.uniqueArray(fc.constantFrom(...labelNames), { minLength: 1, maxLength: 2 }) },
  { weight: 1, arbitrary: fc.constantFrom<Labels>('pending', 'none yet') },
);
/** A case and what hangs on it always have labels, and few of them one that hides. */
const seldomLabelled = fc.oneof<fc.WeightedArbitrary<readonly string[]>[]>(
  { weight: 16, arbitrary: fc.constant<readonly string[]>([]) },
  { weight: 3, arbitrary: fc.uniqueArray(fc.constantFrom(...labelNames), { minLength: 1, maxLength: 1 }) },
);
const list = <T>(one: fc.Arbitrary<T>, minLength: number, maxLength: number): fc.Arbitrary<T[]> =>
  fc.array(one, { minLength, maxLength, size: 'max' });

const drawnRecord = fc.record({
  certain: some([
    [4, true],
    [1, false],
  ]),
  labels: fc.oneof({ weight: 5, arbitrary: fc.constant<Labels>([]) }, { weight: 1, arbitrary: labelled }),
  source: fc.constantFrom(...sources),
  family: fc.constantFrom('Zzadams', 'Zzbaker', 'Zzclark', 'Zzdavis', 'Zzevans'),
  bornOn: fc.constantFrom('1950-01-01', '1961-02-03', '1972-03-04', '1983-04-05'),
  facts: list(fc.record({ kind: fc.constantFrom(...factKinds), labels: labelled }), 4, 8),
  claims: list(
    fc.record({ labels: labelled, decided: labelled, visit: fc.nat(), payments: list(labelled, 0, 2), astray: some([[14, false], [1, true]]), other: fc.nat() }),
    1,
    3,
  ), // prettier-ignore
});
const drawnPerson = fc.record({
  records: list(drawnRecord, 1, 4),
  merged: some([
    [12, false],
    [1, true],
  ]),
});
const drawnCase = fc.record({
  record: fc.nat(),
  aboutNobody: some([
    [20, false],
    [1, true],
  ]),
  holder: fc.nat({ max: countOfUsers - 1 }),
  departments: fc.uniqueArray(fc.constantFrom(...departments), { maxLength: 2 }),
  facility: fc.constantFrom(...facilities),
  sort: fc.constantFrom<Case['sort']>('COMPLAINT', 'GRIEVANCE'),
  closed: some<Case['closed']>([
    [6, 'open'],
    [1, 'a while ago'],
    [1, 'long ago'],
  ]),
  labels: seldomLabelled,
  parts: list(fc.record({ kind: fc.constantFrom(...partKinds), labels: seldomLabelled }), 1, 5),
});
/** Most are of those who may break the glass; a grant gives nothing to a role that may not. */
const holder = fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 7 }) }, { weight: 1, arbitrary: fc.nat({ max: countOfUsers - 1 }) });
const drawnGrant = fc.record({
  person: fc.nat(),
  user: holder,
  state: some<Grant['state']>([
    [3, 'in force'],
    [1, 'over'],
    [1, 'taken back'],
  ]),
  recordCameLater: some([
    [2, false],
    [1, true],
  ]),
});
const drawn = fc.record({
  persons: list(drawnPerson, 48, 56),
  cases: list(drawnCase, 130, 140),
  grants: list(drawnGrant, 80, 90),
});

export const makeWorld = (seed: number): World => settle(fc.sample(drawn, { seed, numRuns: 1 })[0]!);

// ---- what it becomes ----

type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

function settle(from: Drawn): World {
  let last = 100; // below lie users, departments and the like
  const next = (): number => (last += 1);
  const persons: Person[] = [];
  const records: PatientRecord[] = [];
  const facts: Fact[] = [];
  const claims: Claim[] = [];
  const payments: Payment[] = [];
  for (const one of from.persons) {
    const person: Person = { n: next(), aliasOf: null };
    persons.push(person);
    if (one.merged) persons.push({ n: next(), aliasOf: person });
    const visits: Fact[] = [];
    const bills: { readonly record: PatientRecord; readonly drawn: (typeof one.records)[number]['claims'][number] }[] = [];
    for (const { facts: hanging, claims: billed, ...said } of one.records) {
      const record: PatientRecord = { kind: 'PatientRecord', n: next(), person, ...said };
      records.push(record);
      for (const { kind, labels } of hanging) facts.push({ n: next(), kind, labels, record });
      visits.push(...facts.filter((fact) => fact.kind === 'Encounter' && fact.record === record));
      bills.push(...billed.map((bill) => ({ record, drawn: bill })));
    }
    // What is paid or decided hangs on the claim's record; now and then on another one of theirs, or of somebody else.
    // A visit is of the same person, but often of another of their records: billing and the ward are two systems.
    for (const { record, drawn: bill } of bills) {
      const encounter = visits.length > 0 ? visits[bill.visit % visits.length]! : null;
      const answered = bill.astray ? records[records.length - 1 - (bill.other % Math.min(6, records.length))]! : record;
      const claim: Claim = {
        kind: 'Claim',
        n: next(),
        record,
        labels: bill.labels,
        decided: bill.decided,
        decidedFor: answered,
        encounter,
      };
      claims.push(claim);
      for (const labels of bill.payments) payments.push({ kind: 'Payment', n: next(), record: answered, labels, claim });
    }
  }
  const cases = from.cases.map(({ parts: _of, aboutNobody, record, ...said }): Case => {
    const about = aboutNobody ? null : records[record % records.length]!;
    return { kind: 'Case', n: next(), ...said, record: about };
  });
  // A contact has labels of its own; all else of a case is written with the case's.
  const parts = from.cases.flatMap(({ parts: hanging }, at) => {
    const of = cases[at]!;
    return hanging.map(({ kind, labels }): Part => ({ n: next(), kind, of, labels: kind === 'Interaction' ? labels : of.labels }));
  });
  const grants = from.grants.map(({ person: which, recordCameLater, ...said }): Grant => {
    const person = persons[which % persons.length]!;
    const known = records.filter((record) => record.person === person && record.certain);
    return { n: next(), ...said, person, records: recordCameLater ? known.slice(1) : known };
  });
  const disclosures = records.filter((_record, at) => at % 5 === 0).map((record): Disclosure => ({ n: next(), record }));
  const users = Array.from({ length: countOfUsers }, (_, user) => user);
  return { users, persons, records, facts: [...facts, ...claims, ...payments], claims, payments, cases, parts, grants, disclosures };
}
