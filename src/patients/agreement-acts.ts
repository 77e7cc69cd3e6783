/** What the acts on agreements with patients take: texts, and what may be left out. */
import { z } from 'zod';

export const said = (what: string, most: number) =>
  z
    .string(`expected ${what}`)
    .transform((text) => text.trim())
    .refine((text) => text !== '' && text.length <= most && !text.includes('\u0000'), `expected ${what} of 1 to ${most} characters`);
export const maybe = <S extends z.ZodType>(schema: S) => schema.nullish().transform((value) => value ?? null);
export const idempotencyKey = maybe(said('an idempotency key', 200));
