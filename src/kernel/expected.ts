/** Building blocks for whatever people write by hand (hub.yaml, the environment, rule files): each says what it
 *  expected and what it found, in one wording, and decides itself whether what it found may be printed.
 *  `shows: 'value'` is for enums, numbers and names; `'set'` for addresses, keys, tokens and free text, of which
 *  no letter is ever printed. All problems of a file are found in one pass. */
import { z } from 'zod';
import { nearest } from './nearest.js';

export type Shows = 'value' | 'set';

/** One thing that is wrong, and where. `atKey` marks the key itself rather than what stands behind it. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly says: string;
  readonly atKey?: boolean;
}

/** Even a value that may be shown is shown only if it looks like a word: a password in the wrong place is long or odd. */
const word = /^[\p{L}\p{N} ._+-]{1,40}$/u;

export function found(value: unknown, shows: Shows): string {
  if (value === undefined || value === null || value === '') return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (shows === 'set') return '<set>';
  return word.test(String(value)) ? `'${String(value)}'` : '<set>';
}

export const expectedFound = (expected: string, value: unknown, shows: Shows): string =>
  `expected ${expected}, found ${found(value, shows)}`;

/** A single value. `read` answers undefined where it cannot take what it is given. */
export function setting<T>(expected: string, shows: Shows, read: (value: unknown) => T | undefined) {
  return z.unknown().transform((value, ctx): T => {
    const taken = read(value);
    if (taken !== undefined) return taken;
    ctx.addIssue({ code: 'custom', message: expectedFound(expected, value, shows) });
    return z.NEVER;
  });
}

export function oneOf<const W extends string>(words: readonly W[], shows: Shows = 'value') {
  return setting(words.join(' | '), shows, (value) => words.find((known) => known === value));
}

export const text = (expected: string, shows: Shows, pattern = /\S/) =>
  setting(expected, shows, (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined));

export const wholeNumber = (from: number, to: number) =>
  setting(`a whole number from ${from} to ${to}`, 'value', (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to ? value : undefined,
  );

export const list = <S extends z.ZodType>(element: S, expected = 'a list') =>
  z.array(element, { error: (issue) => expectedFound(expected, issue.input, 'set') });

/** A mapping with these keys and no others. An unknown key is reported with the nearest known one. */
export function mapping<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject(shape, {
    // `problemsOf` splits the keys again: zod gives one issue for all unknown keys of a mapping, people want one line for each.
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : expectedFound('a mapping', issue.input, 'set')),
  });
}

export function problemsOf(error: { readonly issues: readonly z.core.$ZodIssue[] }): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, says: issue.message }];
    return issue.keys.map((key) => ({ path: [...issue.path, key], says: unknownKey(key, issue.message.split(' ')), atKey: true }));
  });
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return meant ? `unknown key, the nearest known one is '${meant.word}'` : 'unknown key, none is expected here';
}

/** `sources[0].kind`. A key that does not look like one may be a value that lost its space: it is not printed. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((said, key) => {
    if (typeof key === 'number') return `${said}[${key}]`;
    const name = /^[A-Za-z][\w-]{0,39}$/.test(String(key)) ? String(key) : '<set>';
    return said ? `${said}.${name}` : name;
  }, '');
}
