/** How what a person sends is read: each part says what it expects, the first part that cannot be taken is named with its
 *  path, and no message ever repeats a value. The GraphQL schema has checked kinds before; the command line has not. */
import { z } from 'zod';
import { parseInstant, pathText } from '../kernel/index.js';
import { refuse } from './outcome.js';

const fits = (text: string, most: number): boolean => text.length <= most && !text.includes('\u0000');
const tooLong = (what: string, most: number): string => `expected ${what} of at most ${most} characters, none of them U+0000`;

/** Must be said, and not blank. */
export const said = (what: string, most: number) => words(what, most).refine((text) => text !== '', `expected ${what}, found nothing`);
/** May be left out; blank counts as left out. */
export const maybeSaid = (what: string, most: number) =>
  z
    .string(`expected ${what}`)
    .nullish()
    .transform((text) => text?.trim() || null)
    .refine((text) => text === null || fits(text, most), tooLong(what, most));
export const maybe = <S extends z.ZodType>(schema: S) => schema.nullish().transform((value) => value ?? null);
export const wholeFrom = (least: number, most: number) => {
  const expected = `expected a whole number from ${least} to ${most}`;
  return z.int(expected).min(least, expected).max(most, expected);
};
export const oneOf = <const W extends readonly [string, ...string[]]>(allowed: W) => z.enum(allowed, `expected ${allowed.join(' | ')}`);
export const listOf = <S extends z.ZodType>(item: S, most = 50) => z.array(item, 'expected a list').max(most, `expected ${most} at most`);

/** An instant of the past century or so, as text: anything else is a slip of the pen. */
export const instant = z
  .string('expected an instant')
  .refine(
    (text) => (parseInstant(text)?.getTime() ?? -Infinity) > Date.UTC(1950, 0),
    'expected an RFC 3339 instant after 1950, e.g. 2026-11-23T14:00:00Z',
  )
  .transform((text) => new Date(text));

export const idempotencyKey = maybeSaid('an idempotency key', 200);

function words(what: string, most: number) {
  return z
    .string(`expected ${what}`)
    .transform((text) => text.trim())
    .refine((text) => fits(text, most), tooLong(what, most));
}

/** @throws Stopped BAD_INPUT with the path of the first part that cannot be taken */
export function readInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  const [first] = read.error.issues;
  const field = pathText(first?.path ?? []) || null;
  const says = first?.code === 'unrecognized_keys' ? 'expected no other fields than this act takes' : (first?.message ?? 'cannot be taken');
  throw refuse('BAD_INPUT', `${field ?? 'input'}: ${says}.`, field);
}

/** Clocks of callers run a little ahead. */
const toleranceMs = 60_000;

/** When something happened: as said, else now. Nothing has happened in the future.
 *  @throws Stopped BAD_INPUT */
export function readInstantOrNow(
  { now }: { readonly now: Date },
  { field, said: at }: { readonly field: string; readonly said: Date | null },
): Date {
  if (at === null) return now;
  if (at.getTime() > now.getTime() + toleranceMs)
    throw refuse('BAD_INPUT', `${field}: expected an instant that has passed, found one in the future.`, field);
  return at > now ? now : at;
}
