/** The statement that writes many rows of one table at once, built once per table from its description. */
import type { FactTable } from './fact.js';
import type { StagedRow } from './stage.js';
import { PENDING } from '../labels.js';
import { textArray } from './text-array.js';

interface Target {
  readonly table: string;
  /** Between the key and the labels: names and types, in the order of the cells. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly key: readonly string[];
  readonly labels: FactTable['labels'];
  readonly pendingWhile?: string;
  readonly onUpdate: Readonly<Record<string, string>>;
}

const always = [
  ['source_key', 'text'],
  ['source_updated_at', 'timestamptz'],
  ['label_codes', 'text[]'],
  ['own_mask', 'int'],
] as const;

/** $1 source, $2 time of ingest, then one text[] a column. A row that is newer in the table stays as it is; labels are set
 *  anew in the same statement, so that no version is ever seen under the labels of another. */
export function upsertStatement({ table, columns, key, labels, pendingWhile = 'false', onUpdate }: Target): string {
  const given = [...always, ...columns.map(({ name, type }) => [name, type] as const)];
  const names = ['source_id', 'ingested_at', 'label_mask', ...given.map(([name]) => name)];
  const label = `i.own_mask::int | case when ${pendingWhile} then ${PENDING} else 0 end`;
  const relabel = labels === 'own and added' ? { label_mask: 'excluded.label_mask | coalesce(t.label_mask, 0)' } : {};
  const values = ['$1::smallint', '$2::timestamptz', label, ...given.map(([name, type]) => `i.${name}::${type}`)];
  const updates = { ...Object.fromEntries(names.map((name) => [name, `excluded.${name}`])), ...relabel, ...onUpdate };
  const set = Object.entries(updates).filter(([name]) => !key.includes(name));
  return `insert into ${table} as t (${names.join(', ')}) select ${values.join(', ')}
    from unnest(${given.map((_, index) => `$${index + 3}::text[]`).join(', ')}) as i (${given.map(([name]) => name).join(', ')})
    on conflict (${key.join(', ')}) do update set ${set.map(([name, value]) => `${name} = ${value}`).join(', ')}
    where t.source_updated_at is null or excluded.source_updated_at is null or t.source_updated_at <= excluded.source_updated_at
    returning t.id`;
}

export const factTarget = (fact: FactTable): Target => ({
  table: fact.table,
  columns: [{ name: 'patient_record_id', type: 'bigint' }, ...fact.columns],
  key: fact.severalRows ? ['source_id', 'source_key', 'position'] : ['source_id', 'source_key'],
  labels: fact.labels,
  pendingWhile: fact.pendingWhile,
  onUpdate: fact.onUpdate,
});

/** The rows as the statement takes them: one text[] a column. */
export function columnsOf(rows: readonly StagedRow[]): Buffer[] {
  const width = rows[0]?.cells.length ?? 0;
  return [
    textArray(rows.map((row) => row.key)),
    textArray(rows.map((row) => row.updatedAt)),
    textArray(rows.map((row) => row.labelCodes)),
    textArray(rows.map((row) => String(row.mask))),
    ...Array.from({ length: width }, (_, index) => textArray(rows.map((row) => row.cells[index] ?? null))),
  ];
}
