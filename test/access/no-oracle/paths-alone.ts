/** Paths that lead straight to a node: a root lookup, `node(id)`, the list of cases by filter and page. */
import {
  expectedCase,
  expectedNode,
  expectedPatient,
  lineTags,
  nearAnything,
  nearCases,
  nearPersons,
  numbersOf,
  tagOf,
  tags,
} from './expected.js';
import { decision, decisionsOnList, evenly, idOf, isObject, many, nodesIn, rowOf, total, variablesOf, type Path } from './path.js';
import type { Reference } from './reference.js';
import { isEverShown, isMasked, mayAsk } from './rules.js';
import { selectionOf, type Type } from './said.js';
import type { Case } from './world.js';

const twenty = 20;
const rootOf = (name: string, type: Type) => many(twenty, 'ID', (alias, variable) => `${alias}: ${name}(id: ${variable}) { ${selectionOf(type)} }`); // prettier-ignore
const documents = {
  patient: rootOf('patient', 'Patient'),
  case: rootOf('case', 'Case'),
  node: `${many(twenty, 'ID', (alias, variable) => `${alias}: node(id: ${variable}) { ...Any }`)}
    fragment Any on Node { ${[...Object.values(tags), 'TimelineEntry' as const].map((type) => `... on ${type} { ${selectionOf(type)} }`).join('\n')} }`,
  cases: `query Cases($f: CaseFilter, $first: Int!, $after: String) { cases(filter: $f, first: $first, after: $after) {
    totalCount nodes { ${selectionOf('Case')} } edges { cursor } pageInfo { hasNextPage endCursor } } }`,
};

export const patientById: Path = {
  name: 'patient(id)',
  atOnce: twenty,
  operations: 40,
  nodes: ({ world }) => numbersOf(world.persons),
  near: nearPersons('CONTACT'),
  ask: async (room, viewer, picks) => {
    const { reference } = room;
    const data = await room.ask(viewer, documents.patient, variablesOf(twenty, picks.map(({ n }) => idOf('pat', n)))); // prettier-ignore
    return picks.map(({ n }, at) => decision('Patient', idOf('pat', n), { expected: expectedPatient(reference, viewer, rowOf(reference.world.persons, n)), object: data[`n${at}`] })); // prettier-ignore
  },
};

export const caseById: Path = {
  name: 'case(id)',
  atOnce: twenty,
  operations: 40,
  nodes: ({ world }) => numbersOf(world.cases),
  near: nearCases,
  ask: async (room, viewer, picks) => {
    const { reference } = room;
    const data = await room.ask(viewer, documents.case, variablesOf(twenty, picks.map(({ n }) => idOf('case', n)))); // prettier-ignore
    return picks.map(({ n }, at) => decision('Case', idOf('case', n), { expected: expectedCase(reference, viewer, rowOf(reference.world.cases, n)), object: data[`n${at}`] })); // prettier-ignore
  },
};

/** What there is to a number: its own id, and now and then its line of time. */
function nodeId({ world }: Reference, n: number, twist: number): string {
  const row = [...world.records, ...world.facts, ...world.cases, ...world.parts].find((one) => one.n === n);
  const tag = row ? tagOf(row.kind) : rowOf(world.persons, n) ? 'pat' : 'grant';
  return idOf(twist % 3 === 0 && lineTags.includes(tag) ? `tle${tag}` : tag, n);
}
export const nodeById: Path = {
  name: 'node(id)',
  atOnce: twenty,
  operations: 120,
  nodes: ({ world }) => numbersOf([...world.persons, ...world.records, ...world.facts.filter(({ kind }) => tagOf(kind) !== ''), ...world.cases, ...world.parts, ...world.grants]), // prettier-ignore
  near: nearAnything,
  ask: async (room, viewer, picks) => {
    const ids = picks.map(({ n, twist }) => nodeId(room.reference, n, twist));
    const data = await room.ask(viewer, documents.node, variablesOf(twenty, ids));
    return ids.map((id, at) => {
      const tag = id.split('_')[0] ?? '';
      const type: Type = tag.startsWith('tle') ? 'TimelineEntry' : tags[tag as keyof typeof tags];
      return decision(type, id, { expected: expectedNode(room.reference, viewer, id), object: data[`n${at}`] });
    });
  },
};

/** The whole worklist, page by page, by each filter. */
export const casesByFilter: Path = {
  name: 'cases(filter)',
  atOnce: 1,
  operations: 40,
  nodes: ({ world }) => numbersOf(world.cases),
  asks: (reference, viewers) => evenly(viewers, (viewer) => nearCases(reference, viewer).length > 0.45 * reference.world.cases.length),
  near: nearCases,
  ask: async (room, viewer, [pick]) => {
    const { reference } = room;
    const kind = pick!.twist % 2 ? 'COMPLAINT' : 'GRIEVANCE';
    const filters: readonly (readonly [filter: object, holds: (one: Case) => boolean])[] = [
      // The whole list more often than a part of it.
      ...Array.from({ length: 4 }, () => [{}, () => true] as const),
      // What kind it is, is part of its story: a case is found by it where that is shown, and a masked one whatever it is.
      [{ kinds: [kind] }, (one) => isEverShown(viewer, 'NARRATIVE') && reference.ofCase(viewer, one) === null && (isMasked(one.labels) || one.sort === kind)],
      [{ kinds: ['COMPLAINT', 'GRIEVANCE'], statuses: ['RECEIVED'] }, (one) => isEverShown(viewer, 'NARRATIVE') && reference.ofCase(viewer, one) === null && one.closed === 'open'],
      [{ statuses: ['RECEIVED'] }, ({ closed }) => closed === 'open'],
      [{ mine: true }, ({ holder }) => holder === viewer.user],
    ]; // prettier-ignore
    const [filter, holds] = filters[Math.floor(pick!.twist / 2) % filters.length]!;
    const objects: ReturnType<typeof nodesIn>[number][] = [];
    let after: unknown = null;
    let counted: unknown;
    for (let more = true; more;) {
      const { cases } = await room.ask(viewer, documents.cases, { f: filter, first: 40, after });
      if (!isObject(cases)) throw new Error('expected a list of cases');
      objects.push(...nodesIn(cases));
      counted = cases['totalCount'];
      const page = cases['pageInfo'] as { hasNextPage: boolean; endCursor: unknown };
      [more, after] = [page.hasNextPage, page.endCursor];
    }
    const expected = new Map(reference.world.cases.map((one) => [idOf('case', one.n), holds(one) ? expectedCase(reference, viewer, one) : null])); // prettier-ignore
    const asksWhatIsNeverShown = 'kinds' in filter && !isEverShown(viewer, 'NARRATIVE');
    const count = mayAsk(viewer, 'READ_CASES') && !asksWhatIsNeverShown ? [...expected.values()].filter((told) => told !== null).length : null; // prettier-ignore
    const decisions = decisionsOnList('Case', objects, expected).map((one) => ({
      ...one,
      node: `${one.node} by ${JSON.stringify(filter)}`,
    }));
    return [...decisions, total(`count of ${JSON.stringify(filter)}`, count, counted)];
  },
};
