/** Paths that lead to a node through another one: the lists of a patient, the patient of a case and their lists, the line of time,
 *  the visit and the payments of a claim. */
import { expectedCase, expectedLine, expectedPatient, nearPersons, numbersOf } from './expected.js';
import { decision, decisionsOnList, idOf, isObject, listIn, many, nodesIn, rowOf, total, variablesOf, type Decision, type Json, type Path } from './path.js'; // prettier-ignore
import { classOf } from './may-know.js';
import { isActive } from './plant.js';
import type { Reference, Viewer } from './reference.js';
import { isHidden, isMasked, mayAsk } from './rules.js';
import { ofFact } from './said-of-rows.js';
import { ofRecord, selectionOf, type Told } from './said.js';
import type { Case, Claim, Fact, Person } from './world.js';

const lists = { encounters: 'Encounter', appointments: 'Appointment', conditions: 'Condition', claims: 'Claim' } as const;
const tagOf = { Encounter: 'enc', Appointment: 'apt', Condition: 'cnd', Claim: 'clm', Coverage: 'cov' } as const;
const listsOfPatient = `id records { ${selectionOf('PatientRecord')} } coverages { ${selectionOf('Coverage')} } careTeam { name role }
  ${Object.entries(lists).map(([name, type]) => `${name}(first: 100) { totalCount nodes { ${selectionOf(type)} } withheld { field rule } }`).join('\n')}
  active: conditions(first: 100, activeOnly: true) { totalCount withheld { field rule } }
  cases(first: 100) { totalCount nodes { ${selectionOf('Case')} } edges { cursor } withheld { field rule } }`; // prettier-ignore

/** All that may be meant by the lists of a person: what hangs on any of their records, however doubtful. */
function decisionsOnLists(reference: Reference, viewer: Viewer, at: { readonly person: Person; readonly object: unknown }): Decision[] {
  const { world } = reference;
  const { person } = at;
  const patient: Json = isObject(at.object) ? at.object : {};
  const isThere = isObject(at.object);
  const ofKind = (kind: Fact['kind']): Fact[] => world.facts.filter((fact) => fact.kind === kind && fact.record.person === person);
  const told = (fact: Fact): Told | null => (isThere && reference.hasFact(viewer, fact, classOf[fact.kind]) ? ofFact(reference, viewer, fact) : null); // prettier-ignore
  const expected = (kind: keyof typeof tagOf): Map<string, Told | null> => new Map(ofKind(kind).map((fact) => [idOf(tagOf[kind], fact.n), told(fact)])); // prettier-ignore
  const records = new Map(
    world.records
      .filter((record) => record.person === person)
      .map((record) => [idOf('rec', record.n), isThere && !isHidden(record.labels) ? ofRecord(reference, viewer, record) : null]),
  );
  const showsCases = reference.ofPerson(viewer, 'NARRATIVE', person) === null;
  const cases = new Map(
    world.cases
      .filter(({ record }) => record?.person === person)
      .map((one) => [idOf('case', one.n), isThere && showsCases && reference.personOf(one.record) === person ? toldOfCase(reference, viewer, one) : null]),
  ); // prettier-ignore
  // A masked one passes whatever it is: what it is must not be found out by asking.
  const passesAsActive = (id: string): boolean => {
    const condition = rowOf(world.facts, id);
    return condition !== undefined && (isMasked(condition.labels) || isActive(condition.n));
  };
  const there = (of: ReadonlyMap<string, Told | null>): number => [...of.values()].filter((one) => one !== null).length;
  /** How many there are, or the rule by which none is told. */
  const countOf = (name: string, rule: string | null, of: ReadonlyMap<string, Told | null>): Decision[] => {
    const answered = isObject(patient[name]) ? patient[name] : {};
    const found = [answered['totalCount'], ...listIn(answered['withheld']).map((why) => why['rule'])];
    return isThere ? [total(`${name} of ${person.n}`, rule === null ? [there(of)] : [null, rule], found)] : [];
  };
  return [
    ...decisionsOnList('PatientRecord', listIn(patient['records']), records),
    ...decisionsOnList('Coverage', listIn(patient['coverages']), expected('Coverage')),
    ...Object.entries(lists).flatMap(([name, kind]) => [
      ...decisionsOnList(kind, nodesIn(patient[name]), expected(kind)),
      ...countOf(name, reference.ofPerson(viewer, classOf[kind], person), expected(kind)),
    ]),
    ...countOf(
      'active',
      reference.ofPerson(viewer, 'CLINICAL', person),
      new Map([...expected('Condition')].filter(([id]) => passesAsActive(id))),
    ),
    ...decisionsOnList('Case', nodesIn(patient['cases']), cases),
    ...countOf('cases', reference.ofPerson(viewer, 'NARRATIVE', person), cases),
  ];
}
/** A case below its patient needs no leave to read cases: the class of its list was asked. */
const toldOfCase = (reference: Reference, viewer: Viewer, one: Case): Told | null =>
  isHidden(one.labels) ? null : expectedCase(reference, { ...viewer }, one);

// ---- the paths ----

const six = 6;
const patients = (selection: string): string => many(six, 'ID', (alias, variable) => `${alias}: patient(id: ${variable}) { ${selection} }`);
const subjects = (count: number, selection: string): string => many(count, 'ID', (alias, variable) => `${alias}: case(id: ${variable}) { id patient { ${selection} } }`); // prettier-ignore
const documents = {
  lists: patients(listsOfPatient),
  subject: subjects(20, selectionOf('Patient')),
  subjectLists: subjects(six, listsOfPatient),
  timeline: patients(`timeline(first: 200) { nodes { ${selectionOf('TimelineEntry')} } edges { cursor } }`),
  bills: patients(`claims(first: 100) { nodes { id encounter { ${selectionOf('Encounter')} } payments { ${selectionOf('Payment')} } } }`),
};
const personOf = (reference: Reference, n: number): Person => reference.survivor(rowOf(reference.world.persons, n)!);

/** Asks for six persons, and what becomes of each. */
const throughPatients = (
  document: string,
  decide: (reference: Reference, viewer: Viewer, at: { readonly person: Person; readonly object: unknown }) => Decision[],
): Path['ask'] =>
  async (room, viewer, picks) => {
    const data = await room.ask(viewer, document, variablesOf(six, picks.map(({ n }) => idOf('pat', n))));
    return picks.flatMap(({ n }, at) => decide(room.reference, viewer, { person: personOf(room.reference, n), object: data[`n${at}`] }));
  }; // prettier-ignore

const ofPersons = { atOnce: six, nodes: ({ world }: Reference) => numbersOf(world.persons), near: nearPersons('CLINICAL', 'BILLING') };
/** Cases that tell this viewer of their patient, of whom a class is shown that needs a relation. */
const nearSubjects = (reference: Reference, viewer: Viewer): number[] => {
  const persons = new Set(nearPersons('CONTACT', 'CLINICAL', 'BILLING')(reference, viewer));
  return numbersOf(reference.world.cases.filter((one) => persons.has(subjectOf(reference, viewer, one)?.n ?? 0)));
};
const ofCases = { nodes: ({ world }: Reference) => numbersOf(world.cases), near: nearSubjects };

export const listsOfPatients: Path = {
  name: 'patient { lists }',
  ...ofPersons,
  operations: 40,
  ask: throughPatients(documents.lists, decisionsOnLists),
};

export const timeline: Path = {
  name: 'patient { timeline }',
  ...ofPersons,
  operations: 40,
  ask: throughPatients(documents.timeline, (reference, viewer, { person, object }) => {
    const rows = [...reference.world.facts.filter(({ kind }) => kind in { ...tagOf, Payment: 1 } && kind !== 'Coverage'), ...reference.world.cases].filter(({ record }) => record?.person === person); // prettier-ignore
    const tag = (row: Fact | Case): string =>
      row.kind === 'Case' ? 'case' : row.kind === 'Payment' ? 'pay' : tagOf[row.kind as keyof typeof tagOf];
    const expected = new Map(rows.map((row) => [idOf(`tle${tag(row)}`, row.n), isObject(object) ? expectedLine(reference, viewer, row) : null])); // prettier-ignore
    return decisionsOnList('TimelineEntry', isObject(object) ? nodesIn(object['timeline']) : [], expected);
  }),
};

export const billsOfClaims: Path = {
  name: 'claim { encounter payments }',
  ...ofPersons,
  fromAnywhere: 1,
  near: (reference, viewer) => {
    const known = nearPersons('BILLING')(reference, viewer);
    return nearPersons('CLINICAL')(reference, viewer).filter((n) => known.includes(n));
  },
  operations: 40,
  ask: throughPatients(documents.bills, (reference, viewer, { person, object }) => {
    const objects = isObject(object) ? nodesIn(object['claims']) : [];
    return reference.world.claims
      .filter(({ record }) => record.person === person)
      .flatMap((claim) => decisionsOnClaim(reference, viewer, { claim, object: objects.find(({ id }) => id === idOf('clm', claim.n)) }));
  }),
};
function decisionsOnClaim(
  reference: Reference,
  viewer: Viewer,
  at: { readonly claim: Claim; readonly object: Json | undefined },
): Decision[] {
  const { claim, object } = at;
  const isTold = object !== undefined && reference.hasFact(viewer, claim, 'BILLING') && !isMasked(claim.labels);
  const { encounter } = claim;
  const payments = reference.world.payments.filter((payment) => payment.claim === claim);
  return [
    ...(encounter
      ? [decision('Encounter', `${idOf('enc', encounter.n)} of ${claim.n}`, {
          expected: isTold && reference.hasFact(viewer, encounter, 'CLINICAL') ? ofFact(reference, viewer, encounter) : null,
          object: object?.['encounter'],
        })]
      : []),
    ...decisionsOnList(
      'Payment',
      listIn(object?.['payments']),
      new Map(payments.map((payment) => [idOf('pay', payment.n), isTold && reference.hasFact(viewer, payment, 'BILLING') && reference.personOf(payment.record) === claim.record.person ? ofFact(reference, viewer, payment) : null])),
    ),
  ]; // prettier-ignore
}

/** Whom a case is about: by a certain link, where the case tells its story. */
function subjectOf(reference: Reference, viewer: Viewer, one: Case): Person | null {
  const isTold = mayAsk(viewer, 'READ_CASES') && !isHidden(one.labels) && reference.ofCase(viewer, one) === null && !isMasked(one.labels);
  return isTold ? reference.personOf(one.record) : null;
}
export const subjectsOfCases: Path = {
  name: 'case { patient }',
  ...ofCases,
  atOnce: 20,
  operations: 30,
  ask: async (room, viewer, picks) => {
    const { reference } = room;
    const data = await room.ask(viewer, documents.subject, variablesOf(20, picks.map(({ n }) => idOf('case', n)))); // prettier-ignore
    return picks.map(({ n }, at) => {
      const one = rowOf(reference.world.cases, n)!;
      const person = subjectOf(reference, viewer, one);
      const object = data[`n${at}`];
      return decision('Patient', `subject of ${n}`, { expected: person && expectedPatient(reference, { ...viewer }, person), object: isObject(object) ? object['patient'] : null }); // prettier-ignore
    });
  },
};

export const listsOfSubjects: Path = {
  name: 'case { patient { lists } }',
  ...ofCases,
  atOnce: six,
  operations: 40,
  ask: async (room, viewer, picks) => {
    const { reference } = room;
    const data = await room.ask(viewer, documents.subjectLists, variablesOf(six, picks.map(({ n }) => idOf('case', n)))); // prettier-ignore
    return picks.flatMap(({ n }, at) => {
      const one = rowOf(reference.world.cases, n)!;
      const object = data[`n${at}`];
      const patient = isObject(object) ? object['patient'] : null;
      if (!one.record) return [];
      const told = subjectOf(reference, viewer, one) === null ? null : patient;
      // Where the case keeps its patient back, none of the lists is there, and a patient that is there after all is a fault.
      return [
        total(`patient of ${n}`, subjectOf(reference, viewer, one) !== null, isObject(patient)),
        ...decisionsOnLists(reference, viewer, { person: one.record.person, object: told }),
      ];
    });
  },
};
