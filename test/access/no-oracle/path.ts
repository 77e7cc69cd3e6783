/** A path to a node: how many are asked for at once by it, and what the reference and the hub say of each. */
import { numberIn, uidOf } from './plant.js';
import type { Reference, Viewer } from './reference.js';
import type { Room } from './room.js';
import { nothing, toldIn, type Told, type Type } from './said.js';

export const absent = 'absent';
export interface Decision {
  readonly node: string;
  readonly expected: Told | typeof absent;
  readonly found: Told | typeof absent;
  /** Whether the field that matters most is shown. Undefined: a sum over other nodes, not one of its own. */
  readonly allowed?: boolean;
}
/** A node by its number, and a number for whatever else a path has to choose. */
export interface Pick {
  readonly n: number;
  readonly twist: number;
}
export interface Path {
  readonly name: string;
  readonly atOnce: number;
  /** How often it is asked in a whole run. */
  readonly operations: number;
  nodes(reference: Reference): readonly number[];
  /** Who asks; everybody where nothing is said. */
  asks?(reference: Reference, viewers: readonly Viewer[]): readonly Viewer[];
  /** Of ten nodes so many are picked from anywhere, near or not; three where nothing is said. */
  readonly fromAnywhere?: number;
  /** Those of which this viewer may see something. */
  near(reference: Reference, viewer: Viewer): readonly number[];
  ask(room: Room, viewer: Viewer, picks: readonly Pick[]): Promise<Decision[]>;
}

/** Those of whom it holds, and as many of the others (or twice as many): so that a path which few can go is not denied to nearly all. */
export function evenly(viewers: readonly Viewer[], holds: (viewer: Viewer) => boolean, times = 1): readonly Viewer[] {
  const some = viewers.filter(holds);
  return [...some, ...viewers.filter((viewer) => !holds(viewer)).slice(0, times * some.length)];
}

// ---- objects in answers ----

export type Json = Readonly<Record<string, unknown>>;
export const isObject = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value);
export const listIn = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as unknown[]).filter(isObject) : []);
export const nodesIn = (value: unknown): readonly Json[] => (isObject(value) ? listIn(value['nodes']) : []);

const mainField: Readonly<Record<Type, string>> = {
  Patient: 'address',
  PatientRecord: 'address',
  Encounter: 'reason',
  Appointment: 'serviceType',
  Condition: 'code',
  Coverage: 'payor',
  Claim: 'billed',
  Payment: 'amount',
  TimelineEntry: 'title',
  Case: 'summary',
  Interaction: 'note',
  Issue: 'subcategory',
  Deadline: 'rule',
  Reminder: 'reason',
  AccessGrant: 'reason',
};
/** Ids of rules are words with dots between them; nothing planted is. */
const isShown = (said: string | undefined): boolean => said !== undefined && said !== nothing && !/^[a-z]+\.[a-z.]+$/.test(said);

export function decision(type: Type, id: string, of: { readonly expected: Told | null; readonly object: unknown }): Decision {
  return {
    node: id,
    expected: of.expected ?? absent,
    found: isObject(of.object) ? toldIn(of.object) : absent,
    allowed: of.expected !== null && isShown(of.expected[mainField[type]]),
  };
}

/** Of a list: every node that may be meant, and every one that is there though nobody expected it. */
export function decisionsOnList(type: Type, objects: readonly Json[], expected: ReadonlyMap<string, Told | null>): Decision[] {
  const byId = new Map(objects.map((object) => [String(object['id']), object]));
  const known = [...expected].map(([id, told]) => decision(type, id, { expected: told, object: byId.get(id) }));
  const more = [...byId].filter(([id]) => !expected.has(id)).map(([id, object]) => decision(type, id, { expected: null, object }));
  return [...known, ...more];
}

/** A number over several nodes: a count, a page, a sum. */
export const total = (name: string, expected: unknown, found: unknown): Decision => ({
  node: name,
  expected: { total: JSON.stringify(expected) },
  found: { total: JSON.stringify(found) },
});

/** One document for many objects: `made` gives the field of the n-th, asked with the variable of the same number. */
export function many(count: number, type: string, made: (alias: string, variable: string) => string): string {
  const numbers = Array.from({ length: count }, (_, at) => at);
  return `query Many(${numbers.map((at) => `$v${at}: ${type}!`).join(', ')}) { ${numbers.map((at) => made(`n${at}`, `$v${at}`)).join('\n')} }`;
}
/** All of them are given, whatever was picked: the text is the same each time. */
export const variablesOf = (count: number, values: readonly unknown[]): Record<string, unknown> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`v${at}`, values[at % values.length]]));

export const idOf = (tag: string, n: number): string => `${tag}_${uidOf(n)}`;
export const rowOf = <T extends { readonly n: number }>(rows: readonly T[], id: string | number): T | undefined => {
  const n = typeof id === 'number' ? id : numberIn(id);
  return rows.find((row) => row.n === n);
};
