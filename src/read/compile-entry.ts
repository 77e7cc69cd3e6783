/** One line of time by its id: the row that it tells of, with the class of its arm and the conditions of the row where it
 *  stands alone, and over it the line as its patient's timeline shows it. */
import type { GraphQLObjectType } from 'graphql';
import { byUid, type Shape, type TimelineArm, type Touches } from '../kernel/index.js';
import { compileRow, type Compilation, type Nested, type Verdict } from './compile-row.js';
import { lineColumns } from './compile-timeline.js';
import { Row } from './row.js';
import { innerSelect } from './rows.js';
import type { Selected } from './selection.js';

export interface EntryAt {
  readonly row: Row;
  readonly target: GraphQLObjectType;
  readonly selected: Selected;
  readonly entry: Shape;
  readonly line: { readonly arm: TimelineArm; readonly of: Shape };
}

export function compileEntry(compilation: Compilation, at: EntryAt, verdict: Verdict): Nested {
  const from = verdict.shown ? toldRow(compilation, at) : null;
  if (from === null) return { sql: 'null' };
  const { statement, plan } = compilation;
  const touches: Touches = {
    as: 'person',
    person: '$.person_uid',
    decided: { phi: at.line.arm.gate, glass: '$.opened' },
  };
  const row = new Row({ ...at.entry, touches, grant: '$.grant_uid' }, { statement, plan, parent: at.row, decided: true });
  const compiled = compileRow(compilation, row, { type: at.target, sets: at.selected.sets, named: true });
  const outputs = [`${compiled.json} as j`, ...(compiled.touched ? [`${compiled.touched} as t`] : [])];
  const alias = statement.alias('r');
  const sources = [row.sources(), ...compiled.laterals].filter(Boolean).join('\n');
  const rows = innerSelect({ row, plan, from, predicates: ['true'], order: null, limit: '1' });
  return {
    sql: `${alias}.j`,
    lateral: `left join lateral (select ${outputs.join(', ')}\nfrom ${rows}\n${sources}) ${alias} on true`,
    ...(compiled.touched ? { touched: `${alias}.t` } : {}),
  };
}

/** The row as a line, whom it is about, and whether only a broken glass shows it; null where its class is never shown. */
function toldRow({ statement, plan }: Compilation, { row: root, line: { arm, of } }: EntryAt): string | null {
  const row = new Row(of, { statement, plan, parent: root });
  const decision = plan.decide(arm.gate);
  if (decision.may === 'never') return null;
  const asked = decision.may === 'when' ? decision.conditions : [];
  const holds = decision.may === 'when' ? row.holdsWhere(asked) : 'true';
  if (holds === null) return null;
  const touches = of.touches ?? of.alone?.touches;
  const columns = [
    ...lineColumns(row, { shape: of, gate: arm.gate, masked: plan.masked }),
    `${touches ? row.sql(touches.person) : 'null::uuid'} as person_uid`,
    `${row.openedByGlass(asked) ?? 'false'} as opened`,
    `${of.grant ? row.sql(of.grant) : 'null::uuid'} as grant_uid`,
  ];
  const at = row.sql(of.timeline?.at ?? 'null');
  const predicates = [row.sql(byUid), row.sql(arm.alone), `${at} is not null`, ...(of.where ? [row.sql(of.where)] : []), holds];
  predicates.push(...row.agreed.layers(arm.gate).map(({ where }) => where));
  return `(select ${columns.join(', ')} from ${of.table} ${row.alias} ${row.sources()} where ${predicates.join(' and ')})`;
}
