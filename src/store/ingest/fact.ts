/** What it takes to store one kind of record, as data: its table, its columns and how a record fills them. */
import type { HubRecord, RecordKind, RecordOf, Reference } from '../../records/index.js';
import type { Cell } from './text-array.js';

type ColumnType = 'text' | 'bigint' | 'int' | 'boolean' | 'timestamptz' | 'date' | 'numeric' | 'jsonb' | 'text[]';

/** `of` reads the value from a record; `at` is the row's number where a record fills several rows. */
export interface Column<R> {
  readonly type: ColumnType;
  readonly of: (record: R, at: number) => Cell;
}

interface Description<R> {
  readonly table: string;
  readonly columns: Readonly<Record<string, Column<R>>>;
  readonly patient: (record: R) => Reference | null;
  /** Where labels come from: 'own' codes only; also from 'others', so that the row is PENDING until `scope` has worked them
   *  out; or 'own and added', shown under its own and given more by `scope`, which an update must not lose meanwhile. */
  readonly labels: 'own' | 'own and added' | 'others';
  /** When a row with added labels is PENDING too: `i` is the row as it came, $1 its source. */
  readonly pendingWhile?: string;
  /** Where a record fills several rows: how many. They are numbered by the column `position`. */
  readonly rows?: (record: R) => number;
  /** What an update sets otherwise than to the new value; `t` is the row as it is, `excluded` as it came. */
  readonly onUpdate?: Readonly<Record<string, string>>;
}

/** A description that any record may be handed to; a record of another kind is a fault of the caller. */
export interface FactTable {
  readonly kind: RecordKind;
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  readonly labels: 'own' | 'own and added' | 'others';
  readonly pendingWhile: string;
  readonly severalRows: boolean;
  readonly onUpdate: Readonly<Record<string, string>>;
  patient(record: HubRecord): Reference | null;
  rows(record: HubRecord): number;
  cells(record: HubRecord, at: number): Cell[];
}

export function fact<K extends RecordKind>(kind: K, description: Description<RecordOf<K>>): FactTable {
  const own = (record: HubRecord): RecordOf<K> => {
    if (isOf(record, kind)) return record;
    throw new TypeError(`a record of kind ${kind} expected`);
  };
  const columns = Object.entries(description.columns);
  return {
    kind,
    table: description.table,
    columns: columns.map(([name, { type }]) => ({ name, type })),
    labels: description.labels,
    pendingWhile: description.pendingWhile ?? String(description.labels === 'others'),
    severalRows: description.rows !== undefined,
    onUpdate: description.onUpdate ?? {},
    patient: (record) => description.patient(own(record)),
    rows: (record) => description.rows?.(own(record)) ?? 1,
    cells: (record, at) => columns.map(([, column]) => column.of(own(record), at)),
  };
}

const isOf = <K extends RecordKind>(record: HubRecord, kind: K): record is RecordOf<K> => record.kind === kind;
