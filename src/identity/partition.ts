/** Which records are one person: the whole rule of the first form, as a pure function of the records alone, so that the
 *  order in which they arrived cannot matter. Two records are joined where they share a strong identifier and agree on name
 *  and birth date. An identifier whose carriers contradict each other joins nobody, not even those of its carriers that
 *  agree: which of them it belongs to is for a person to find out, and a false link would show one patient's data in
 *  another's case.
 *
 *  A record that carries a sensitivity label takes no part in what the others are to each other: it joins a person that they
 *  make without it, and is the only one to say why. Else the links of the others would tell that it is there to whom the
 *  policy hides it (42 CFR 2.13(c)). */
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
  /** It carries a sensitivity label, whatever the policy makes of that. */
  readonly labelled?: boolean;
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
  const labelled = oldestFirst.filter((record) => record.labelled);
  const open = joined(
    oldestFirst.filter((record) => !record.labelled),
    rules,
  );
  if (labelled.length > 0) attach(open, { labelled, all: oldestFirst }, rules);
  const { roots, reasons, conflicts } = open;
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

interface Joined {
  /** Towards the oldest record of each component. */
  readonly roots: Map<RowId, RowId>;
  readonly reasons: Map<RowId, Set<string>>;
  readonly conflicts: Conflict[];
  /** Pairs that share an identifier and agree, each with the oldest of its class. */
  readonly pairs: (readonly [RowId, RowId])[];
}

function joined(oldestFirst: readonly RecordToLink[], rules: StrongIdentifiers): Joined {
  const made: Joined = { roots: new Map(oldestFirst.map(({ id }) => [id, id])), reasons: new Map(), conflicts: [], pairs: [] };
  for (const { system, types, carriers } of strongGroups(oldestFirst, rules)) {
    const found = contradictions(carriers);
    if (found.length > 0) {
      const reason = `${wordsFor(types)} is shared, birth date or name is not`;
      made.conflicts.push(...found.map(([record, other]) => ({ record, other, system, reason })));
      continue;
    }
    for (const [first, ...others] of classesOf(carriers)) {
      if (!first || others.length === 0) continue;
      for (const record of [first, ...others]) {
        join(made.roots, first.id, record.id);
        made.pairs.push([first.id, record.id]);
        made.reasons.set(record.id, (made.reasons.get(record.id) ?? new Set()).add(`shares ${wordsFor(types)} of ${system}`));
      }
    }
  }
  return made;
}

/** Each group of labelled records that hang together joins the one person to whom they all point; where that is nobody, or
 *  more than one, they stay by themselves: it is not for them to make two persons one. */
function attach(
  open: Joined,
  { labelled, all }: { labelled: readonly RecordToLink[]; all: readonly RecordToLink[] },
  rules: StrongIdentifiers,
): void {
  const whole = joined(all, rules);
  const ids = new Set(labelled.map(({ id }) => id));
  const groups = new Map(labelled.map(({ id }) => [id, id]));
  // Whoever is the oldest of a class stands for it: a labelled record's neighbours are all that share that oldest one.
  const neighbours = new Map<RowId, RowId[]>();
  for (const [first, record] of whole.pairs) neighbours.set(first, [...(neighbours.get(first) ?? []), record]);
  const pointsTo = new Map<RowId, Set<RowId>>(labelled.map(({ id }) => [id, new Set()]));
  for (const members of neighbours.values()) {
    const theirs = members.filter((id) => ids.has(id));
    const others = members.filter((id) => !ids.has(id)).map((id) => rootOf(open.roots, id));
    for (const id of theirs) {
      join(groups, theirs[0] ?? id, id);
      others.forEach((root) => pointsTo.get(id)?.add(root));
    }
  }
  for (const { id } of labelled) {
    open.roots.set(id, id);
    const shared = whole.reasons.get(id);
    if (shared) open.reasons.set(id, shared);
  }
  const groupOf = new Map<RowId, RowId[]>();
  for (const { id } of labelled) groupOf.set(rootOf(groups, id), [...(groupOf.get(rootOf(groups, id)) ?? []), id]);
  for (const members of groupOf.values()) {
    const persons = new Set(members.flatMap((id) => [...(pointsTo.get(id) ?? [])].map((root) => rootOf(open.roots, root))));
    const [only, another] = persons;
    for (const id of members) join(open.roots, members[0] ?? id, id);
    if (only !== undefined && another === undefined) join(open.roots, only, members[0] ?? only);
  }
  open.conflicts.push(...whole.conflicts.filter(({ record }) => ids.has(record)));
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
