/** Which person a group of records keeps. Pure. A person stays with the oldest record that is linked to it; where groups
 *  become one, the oldest person survives and the others answer as its aliases; where a group falls apart, those who leave
 *  get persons of their own. A person's id is never given out again. */
import type { RowId } from '../kernel/index.js';
import { byAge, type Component } from './partition.js';

export interface Assignment {
  readonly component: Component;
  /** Null: a person has to be made. */
  readonly person: RowId | null;
}
export interface Alias {
  readonly person: RowId;
  readonly aliasOf: RowId;
}

/** @param linkedNow every record of the components that has a person, and, for each of these persons, all of its records */
export function assignPersons(
  components: readonly Component[],
  linkedNow: ReadonlyMap<RowId, RowId>,
  /** Records with a label: where there is another, the person is that one's, so that whoever does not know of them sees no change. */
  labelled: ReadonlySet<RowId> = new Set(),
): { assignments: Assignment[]; aliases: Alias[] } {
  const ownerOf = new Map<RowId, RowId>();
  const oldestFirst = [...linkedNow.keys()].sort(byAge);
  for (const record of [...oldestFirst.filter((id) => !labelled.has(id)), ...oldestFirst.filter((id) => labelled.has(id))]) {
    const person = linkedNow.get(record);
    if (person !== undefined && !ownerOf.has(person)) ownerOf.set(person, record);
  }
  const aliases: Alias[] = [];
  const assignments = components.map((component) => {
    const members = new Set(component.members);
    const persons = new Set(component.members.flatMap((record) => linkedNow.get(record) ?? []));
    const stays = (person: RowId): boolean => {
      const owner = ownerOf.get(person);
      return owner !== undefined && members.has(owner);
    };
    const openFirst = (person: RowId): number => Number(labelled.has(ownerOf.get(person) ?? person));
    const [survivor, ...others] = [...persons].filter(stays).sort((a, b) => openFirst(a) - openFirst(b) || byAge(a, b));
    if (survivor !== undefined) aliases.push(...others.map((person) => ({ person, aliasOf: survivor })));
    return { component, person: survivor ?? null };
  });
  return { assignments, aliases };
}
