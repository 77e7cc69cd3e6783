/** Which records are one person: the whole rule of the first form, as a pure function of the records alone, so that the
 *  order in which they arrived cannot matter. Two records are joined where they share a strong identifier and agree on name
 *  and birth date. An identifier whose carriers contradict each other joins nobody, not even those of its carriers that
 *  agree: which of them it belongs to is for a person to find out, and a false link would show one patient's data in
 *  another's case. */
import type { RowId } from '../kernel/index.js';
import { compare, type Demographics } from './normalize.js';
import type { StrongIdentifiers } from './strong-identifiers.js';

export interface Carrier {
  readonly system: string;
  readonly value: string;
  readonly type: string | null;
}
export interface RecordToLink extends Demographics {
  readonly id: RowId;
  readonly identifiers: readonly Carrier[];
}
export interface Component {
  /** Oldest first. */
  readonly members: readonly RowId[];
  /** Why, for each member; never an identifier's value. Empty for a record that stays alone. */
  readonly evidence: ReadonlyMap<RowId, readonly string[]>;
}
export interface Conflict {
  readonly record: RowId;
  /** The oldest record that contradicts it. */
  readonly other: RowId;
  readonly system: string;
  readonly reason: string;
}
export interface Partition {
  readonly components: readonly Component[];
  readonly conflicts: readonly Conflict[];
}

/** bigint ids are texts here; a longer one is larger. */
export const byAge = (a: RowId, b: RowId): number => a.length - b.length || (a < b ? -1 : Number(a > b));

export function partitionRecords(records: readonly RecordToLink[], rules: StrongIdentifiers): Partition {
  const oldestFirst = [...records].sort((a, b) => byAge(a.id, b.id));
  const roots = new Map(oldestFirst.map(({ id }) => [id, id]));
  const reasons = new Map<RowId, Set<string>>();
  const conflicts: Conflict[] = [];
  for (const { system, types, carriers } of strongGroups(oldestFirst, rules)) {
    const found = contradictions(carriers);
    if (found.length > 0) {
      const reason = `${wordsFor(types)} is shared, birth date or name is not`;
      conflicts.push(...found.map(([record, other]) => ({ record, other, system, reason })));
      continue;
    }
    for (const [first, ...others] of classesOf(carriers)) {
      if (!first || others.length === 0) continue;
      for (const record of [first, ...others]) {
        join(roots, first.id, record.id);
        reasons.set(record.id, (reasons.get(record.id) ?? new Set()).add(`shares ${wordsFor(types)} of ${system}`));
      }
    }
  }
  const membersOf = new Map<RowId, RowId[]>();
  for (const { id } of oldestFirst) {
    const root = rootOf(roots, id);
    membersOf.set(root, [...(membersOf.get(root) ?? []), id]);
  }
  const evidenceOf = (id: RowId): readonly string[] => {
    const shared = reasons.get(id);
    return shared ? [...[...shared].sort(), 'name and birth date agree'] : [];
  };
  const components = [...membersOf.values()].map((members) => ({ members, evidence: new Map(members.map((id) => [id, evidenceOf(id)])) }));
  return { components, conflicts: oncePerPair(conflicts) };
}

interface Group {
  readonly system: string;
  readonly types: readonly string[];
  readonly carriers: readonly RecordToLink[];
}

/** An identifier is strong where any of its carriers says so: billing systems like to leave the type of an MRN out. */
function strongGroups(records: readonly RecordToLink[], rules: StrongIdentifiers): Group[] {
  const groups = new Map<string, { system: string; types: Set<string>; carriers: Map<RowId, RecordToLink>; strong: boolean }>();
  for (const record of records) {
    for (const { system, value, type } of record.identifiers) {
      if (rules.isPlaceholder(value)) continue;
      const key = JSON.stringify([system, value]);
      const group = groups.get(key) ?? { system, types: new Set(), carriers: new Map(), strong: rules.systems.includes(system) };
      group.carriers.set(record.id, record);
      if (type !== null && rules.types.includes(type)) {
        group.types.add(type);
        group.strong = true;
      }
      groups.set(key, group);
    }
  }
  return [...groups.values()]
    .filter(({ strong, carriers }) => strong && carriers.size > 1)
    .map(({ system, types, carriers }) => ({ system, types: [...types].sort(), carriers: [...carriers.values()] }));
}

const wordsFor = (types: readonly string[]): string => (types.length > 0 ? types.join('/') : 'an identifier');

/** For each carrier that contradicts another: the oldest that it contradicts. */
function contradictions(carriers: readonly RecordToLink[]): [RowId, RowId][] {
  return carriers.flatMap((record): [RowId, RowId][] => {
    const other = carriers.find((candidate) => compare(record, candidate) === 'contradict');
    return other ? [[record.id, other.id]] : [];
  });
}

/** Carriers that agree with each other, together. Agreement is equality, so one comparison with the first is enough. */
function classesOf(carriers: readonly RecordToLink[]): RecordToLink[][] {
  const classes: RecordToLink[][] = [];
  for (const record of carriers) {
    const its = classes.find(([first]) => first && compare(first, record) === 'agree');
    if (its) its.push(record);
    else classes.push([record]);
  }
  return classes;
}

function rootOf(roots: ReadonlyMap<RowId, RowId>, id: RowId): RowId {
  let at = id;
  for (let up = roots.get(at); up !== undefined && up !== at; up = roots.get(at)) at = up;
  return at;
}

function join(roots: Map<RowId, RowId>, left: RowId, right: RowId): void {
  const [older, younger] = [rootOf(roots, left), rootOf(roots, right)].sort(byAge);
  if (older && younger) roots.set(younger, older);
}

/** The table keeps one row for a pair and system, though the pair may share several identifiers of it. */
function oncePerPair(conflicts: readonly Conflict[]): Conflict[] {
  return [...new Map(conflicts.map((row) => [JSON.stringify([row.record, row.other, row.system]), row])).values()];
}
