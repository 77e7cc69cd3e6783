/** The kinds of column that the hub's tables share, so that an entity reads as a list of what it holds. */
import { p } from '@mikro-orm/core';

/** bigint for joins and ranges; a string in JavaScript, as pg gives it. */
export const rowId = () => p.bigint('string').primary().autoincrement().generated('by default as identity');
/** A random uuid for the world outside. */
export const uid = () => p.uuid().defaultRaw('gen_random_uuid()').unique();
export const text = () => p.text();
export const whole = () => p.integer();
export const yesNo = () => p.boolean();
export const bigNumber = () => p.bigint('string');
export const smallNumber = () => p.smallint();
/** Exact decimals travel as text: no figure passes through a float. */
export const exact = () => p.decimal('string').columnType('numeric');
export const fraction = () => p.double();
export const day = () => p.date();
export const instant = () => p.datetime().columnType('timestamptz');
export const textList = () => p.array<string>().columnType('text[]').defaultRaw(`'{}'::text[]`);
export const jsonList = () => p.json<readonly unknown[]>().defaultRaw(`'[]'::jsonb`);
export const json = () => p.json<unknown>();
export const bytes = () => p.blob().columnType('bytea');
export const mask = () => p.integer();

/** An index that the mapper cannot describe to the full (order, operator class, included columns); compared by its name. */
export const index = (name: string, on: string) => ({ name, expression: `create index ${name} on ${on}` });
