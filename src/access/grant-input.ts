/** What is sent in to break the glass, revoke or review. A part that cannot be taken is named with what was expected; no
 *  message repeats a value, for a reason may tell of a person. Pure. */
import { z } from 'zod';
import { pathText } from '../kernel/index.js';
import type { BreakGlassRules } from './break-glass-file.js';
import { refuseAct } from './privacy-outcome.js';

const longest = 2_000;
const words = (what: string) =>
  z
    .string(`expected ${what}`)
    .transform((text) => text.trim())
    .refine((text) => text.length <= longest && !text.includes('\u0000'), `expected ${what} of at most ${longest} characters`);
const id = words('an id');
const maybe = (what: string) =>
  words(what)
    .nullish()
    .transform((text) => text || null);
const idempotencyKey = maybe('an idempotency key').refine((text) => text === null || text.length <= 200, 'expected 200 characters at most');

/** Letters and digits: a row of dots says nothing. */
const substance = (text: string): number => (text.match(/[\p{L}\p{N}]/gu) ?? []).length;

export function breakGlassInput({ minutes, leastReason }: Pick<BreakGlassRules, 'minutes' | 'leastReason'>) {
  const span = `expected a whole number from 1 to ${minutes.most}`;
  return z.strictObject({
    patientId: id,
    reason: words('a reason').refine(
      (text) => substance(text) >= leastReason,
      `expected a reason of at least ${leastReason} letters, in words that a reviewer understands`,
    ),
    minutes: z
      .int(span)
      .min(1, span)
      .max(minutes.most, span)
      .nullish()
      .transform((said) => said ?? minutes.default),
    idempotencyKey,
  });
}
export const grantActionInput = z.strictObject({ grantId: id, note: maybe('a note'), idempotencyKey });

/** @throws NotDone BAD_INPUT */
export function readGrantInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  const [first] = read.error.issues;
  const field = pathText(first?.path ?? []) || null;
  const says = first?.code === 'unrecognized_keys' ? 'expected no other fields than this act takes' : (first?.message ?? 'cannot be taken');
  throw refuseAct('BAD_INPUT', `${field ?? 'input'}: ${says}.`, field);
}
