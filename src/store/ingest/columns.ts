/** The sorts of column that facts are made of. Each says its type and writes its value so that the type can hold it. */
import type { Coding, HubRecord, Money, Reference } from '../../records/index.js';
import type { Column } from './fact.js';
import { dayText, exactText, instantText, jsonText, keyText, listText, wholeText, yesNoText } from './values.js';

type From<R, T> = (record: R, at: number) => T;

export const text = <R extends HubRecord>(of: From<R, string | null>): Column<R> => ({ type: 'text', of });
export const ref = <R extends HubRecord>(of: From<R, Reference | null>): Column<R> => ({
  type: 'text',
  of: (record, at) => keyText('reference', of(record, at)),
});
export const refs = <R extends HubRecord>(of: From<R, readonly Reference[]>): Column<R> => ({
  type: 'text[]',
  of: (record, at) => listText(of(record, at).map((each) => keyText('reference', each))),
});
export const yesNo = <R extends HubRecord>(of: From<R, boolean | null>): Column<R> => ({
  type: 'boolean',
  of: (record, at) => yesNoText(of(record, at)),
});
export const json = <R extends HubRecord>(of: From<R, unknown>): Column<R> => ({
  type: 'jsonb',
  of: (record, at) => jsonText(of(record, at)),
});
export const instant = <R extends HubRecord>(field: string, of: From<R, string | null>): Column<R> => ({
  type: 'timestamptz',
  of: (record, at) => instantText(field, of(record, at)),
});
export const day = <R extends HubRecord>(field: string, of: From<R, string | null>): Column<R> => ({
  type: 'date',
  of: (record, at) => dayText(field, of(record, at)),
});
export const whole = <R extends HubRecord>(field: string, of: From<R, number | null>): Column<R> => ({
  type: 'int',
  of: (record, at) => wholeText(field, of(record, at)),
});
export const amount = <R extends HubRecord>(field: string, of: From<R, Money | null>): Column<R> => ({
  type: 'numeric',
  of: (record, at) => exactText(field, of(record, at)?.amount ?? null),
});

/** Three columns: system, code and display. */
export const coding = <R extends HubRecord, N extends string>(name: N, of: From<R, Coding | null>) => ({
  [`${name}_system`]: text<R>((record, at) => of(record, at)?.system ?? null),
  [`${name}_code`]: text<R>((record, at) => of(record, at)?.code ?? null),
  [`${name}_display`]: text<R>((record, at) => of(record, at)?.display ?? null),
});

/** A place may be a program, and only its name tells: until that is known nobody sees what happens there. */
export const whileUnnamed = (...places: readonly string[]): string =>
  places
    .map((place) => `(i.${place} is not null and not exists (select from source_name n where n.source_id = $1 and n.ref = i.${place}))`)
    .join(' or ');

/** A link to another row, worked out by `scope`: it holds as long as the reference it was worked out from. */
export const whileSame = (link: string, reference: string): Readonly<Record<string, string>> => ({
  [link]: `case when t.${reference} is not distinct from excluded.${reference} then t.${link} end`,
});
