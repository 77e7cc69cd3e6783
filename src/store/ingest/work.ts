/** What the steps of one batch share: the transaction, where the batch comes from, and which rows it has changed. */
import type { ClientBase } from 'pg';

export interface Work {
  readonly client: ClientBase;
  readonly sourceId: number;
  readonly receivedAt: Date;
  /** Ids of changed rows by table; jobs are made of them at the end. */
  readonly changed: Map<string, string[]>;
  /** Patient records on which something changed; the open cases about them are told. */
  readonly touched: Set<string>;
}

/** What a statement returns, as arrays: bigint, text and the like come as strings. */
export type Row = (string | null)[];

interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** Runs a statement under a name, so that a connection parses and plans it once. */
export async function run({ client }: Work, { name, text, values }: Statement): Promise<Row[]> {
  const { rows } = await client.query<Row>({ name: `ingest ${name}`, text, values, rowMode: 'array' });
  return rows;
}

export const firstOf = (rows: readonly Row[]): string[] => rows.map((row) => row[0] ?? '');

export function markChanged(work: Work, table: string, ids: readonly string[]): void {
  const known = work.changed.get(table);
  if (known) known.push(...ids);
  else if (ids.length > 0) work.changed.set(table, [...ids]);
}
