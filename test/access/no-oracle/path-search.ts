/** A search: by an exact, whole value whoever may match, by words of identity whoever may see them; and what finds nobody. */
import { phone, word } from './canaries.js';
import { expectedPatient, nearAnybody, numbersOf } from './expected.js';
import { decisionsOnList, idOf, isObject, many, nodesIn, rowOf, total, variablesOf, type Decision, type Path } from './path.js';
import type { Reference, Viewer } from './reference.js';
import { isEverShown, mayAsk, mayFindBy, withheldBy } from './rules.js';
import { selectionOf } from './said.js';
import type { Person } from './world.js';

const twenty = 20;
const document = many(
  twenty,
  'PatientSearch',
  (alias, variable) => `${alias}: patients(search: ${variable}, first: 100) { totalCount nodes { ${selectionOf('Patient')} } }`,
);

/** By what a record is searched for, and whether that is a whole value or words of identity. */
function searchFor(
  { world }: Reference,
  n: number,
  twist: number,
): { name?: string; birthDate?: string; identifier?: string; phone?: string } {
  const record = rowOf(world.records, n)!;
  const number = `(${phone(n).slice(0, 3)}) ${phone(n).slice(3)}`;
  return [
    { identifier: word(n, 'identifier') },
    { phone: number },
    { name: word(n, 'name') },
    { name: record.family, birthDate: record.bornOn },
    { name: `${record.family.slice(0, 4)} ${word(n, 'name')}`, identifier: word(n, 'identifier') },
    // Not the whole value, and the right name beside another's number.
    { identifier: word(n, 'identifier').slice(0, -1) },
    { phone: number.slice(0, -1) },
    { name: word(n, 'name'), phone: phone(n + 1) },
  ][twist % 8]!;
}
function expectedFinds(reference: Reference, viewer: Viewer, search: ReturnType<typeof searchFor>): Person[] {
  const { name, birthDate, identifier, phone: number } = search;
  if (!mayAsk(viewer, 'READ_IDENTITY')) return [];
  if ((identifier && !mayFindBy(viewer, 'identifier')) || (number && !mayFindBy(viewer, 'phone'))) return [];
  const says = (person: Person, test: (n: number, family: string, bornOn: string) => boolean): boolean =>
    reference.speakingRecordsOf(person).some(({ n, family, bornOn }) => test(n, family, bornOn));
  return reference.world.persons.filter(
    (person) =>
      person.aliasOf === null &&
      reference.exists(person) &&
      (name === undefined ||
        (withheldBy(viewer, 'IDENTITY', reference.toPerson(viewer, person)) === null &&
          says(person, (n, family) => name.split(' ').every((part) => word(n, 'name').startsWith(part) || family.toLowerCase().startsWith(part.toLowerCase()))) &&
          (birthDate === undefined || says(person, (_n, _family, bornOn) => bornOn === birthDate)))) &&
      (identifier === undefined || says(person, (n) => word(n, 'identifier') === identifier)) &&
      (number === undefined || says(person, (n) => phone(n) === number.replace(/\D/g, ''))),
  ); // prettier-ignore
}
export const search: Path = {
  name: 'patients(search)',
  atOnce: twenty,
  operations: 30,
  nodes: ({ world }) => numbersOf(world.records),
  near: (reference, viewer) => {
    const persons = new Set(nearAnybody(reference, viewer));
    return numbersOf(reference.world.records.filter(({ person }) => persons.has(person.n)));
  },
  ask: async (room, viewer, picks) => {
    const { reference } = room;
    const searches = picks.map(({ n, twist }) => searchFor(reference, n, twist));
    const data = await room.ask(viewer, document, variablesOf(twenty, searches));
    return picks.flatMap(({ n }, at): Decision[] => {
      const search = searches[at]!;
      const answer = data[`n${at}`];
      const found = expectedFinds(reference, viewer, search);
      const meant = rowOf(reference.world.records, n)!.person;
      const expected = new Map([meant, ...found].map((person) => [idOf('pat', person.n), found.includes(person) ? expectedPatient(reference, viewer, person) : null])); // prettier-ignore
      const isAsked = mayAsk(viewer, 'READ_IDENTITY') && (!search.identifier || mayFindBy(viewer, 'identifier')) && (!search.phone || mayFindBy(viewer, 'phone')) && (!search.name || isEverShown(viewer, 'IDENTITY')); // prettier-ignore
      return [
        ...decisionsOnList('Patient', nodesIn(answer), expected).map((one) => ({ ...one, allowed: one.expected !== 'absent' })),
        total(`count of ${JSON.stringify(search)}`, isAsked ? found.length : null, isObject(answer) ? answer['totalCount'] : answer),
      ];
    });
  },
};
