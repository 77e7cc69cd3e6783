/** How a record's values are written for Postgres. A value that a column could not hold is not passed on, for it would fail
 *  the whole batch, again and again: it is named, and its message is set aside. Pure. */
import type { Cell } from './text-array.js';

/** The message is `field: what was expected`; never the value. */
export class Unreadable extends Error {}

/** Keys and references are indexed; an index entry holds a third of a page. */
const longestKey = 600;

export function keyText(field: string, value: string): string;
export function keyText(field: string, value: string | null): Cell;
export function keyText(field: string, value: string | null): Cell {
  if (value !== null && value.length > longestKey) throw new Unreadable(`${field}: at most ${longestKey} characters expected`);
  return value;
}

const rfc3339 = /^(?!0000)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}([.]\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

export function instantText(field: string, value: string | null): Cell {
  if (value === null) return null;
  const milliseconds = rfc3339.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(milliseconds)) throw new Unreadable(`${field}: an RFC 3339 instant expected`);
  // Postgres takes narrower offsets than the standard does; UTC stays as it is, to the last digit.
  return value.endsWith('Z') ? value : new Date(milliseconds).toISOString();
}

export function dayText(field: string, value: string | null): Cell {
  if (value === null || isDay(value)) return value;
  throw new Unreadable(`${field}: a calendar date expected`);
}

/** Days that every month has need no calendar. */
const inEveryMonth = /^(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$/;

function isDay(value: string): boolean {
  if (inEveryMonth.test(value)) return true;
  if (!/^(?!0000)\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const milliseconds = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(value);
}

export function exactText(field: string, value: string | null): Cell {
  if (value === null || /^[+-]?\d{1,40}([.]\d{1,40})?([eE][+-]?\d{1,2})?$/.test(value)) return value;
  throw new Unreadable(`${field}: a decimal number expected`);
}

export function wholeText(field: string, value: number | null): Cell {
  if (value === null) return null;
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) return String(value);
  throw new Unreadable(`${field}: a whole number expected`);
}

export const yesNoText = (value: boolean | null): Cell => (value === null ? null : String(value));

export const listText = (values: readonly string[]): string =>
  values.length === 0 ? '{}' : `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;

/** jsonb holds neither NUL nor half a surrogate pair. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  if (!/\\u(0000|d[89a-f])/i.test(text)) return text;
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'string' ? Buffer.from(inner.replaceAll('\0', '\uFFFD')).toString() : inner,
  );
}
