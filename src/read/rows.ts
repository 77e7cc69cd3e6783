/** Rows of a relation: where their shape is found, and the inner select that chooses them. */
import type { Withholding } from '../access/index.js';
import type { ConnectionField, RelationField, Shape } from '../kernel/index.js';
import type { FieldAt } from './compile-row.js';
import type { Layer } from './layers.js';
import type { Row } from './row.js';

export type Shapes = ReadonlyMap<string, Shape>;

export interface RelationAt extends FieldAt {
  readonly field: RelationField;
  readonly shape: Shape;
}
export interface ConnectionAt extends FieldAt {
  readonly field: ConnectionField;
  readonly shape: Shape;
  /** Set by a timeline: what may be shown was decided arm by arm, and what some arms withheld. */
  readonly decided?: {
    readonly withheld: readonly Withholding[];
    /** Conditions of which the first that does not hold is the reason, list by list. */
    readonly unless: readonly (readonly Layer[])[];
  };
}

export function shapeOf(shapes: Shapes, type: string): Shape {
  const found = shapes.get(type);
  if (!found) throw new Error(`no room shows ${type}`);
  return found;
}

/** The rows themselves: only the columns in use, in order, no more than wanted. Made last, when the columns are known. */
export function innerSelect(parts: {
  row: Row;
  plan: { readonly masked: number };
  from: string;
  predicates: readonly string[];
  order: string | null;
  limit: string | null;
  /** Whether rows are numbered, as `n`: only where somebody has to know which is the last of a page. */
  numbered?: boolean;
  more?: readonly string[];
}): string {
  const { row, plan, order, limit } = parts;
  const masked = row.shape.labelled && plan.masked !== 0 ? [`(${row.column('label_mask')} & ${plan.masked}) <> 0 as masked`] : [];
  const blinds = [...row.blinds].map(([name, sql]) => `${sql} as ${name}`);
  const chosen = row.chosenWith;
  const numbered = order && parts.numbered ? [`row_number() over (order by ${order}) as n`] : [];
  const columns = [
    ...[...row.columns].map((name) => `${row.alias}.${name}`),
    ...masked,
    ...blinds,
    ...numbered,
    ...chosen.columns,
    ...(parts.more ?? []),
  ];
  const tail = `${order && limit ? ` order by ${order}` : ''}${limit ? ` limit ${limit}` : ''}`;
  return `(select ${columns.join(', ') || '1'} from ${parts.from} ${row.alias}${chosen.lateral} where ${parts.predicates.join(' and ')}${tail}) ${row.alias}`;
}
