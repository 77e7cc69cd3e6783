/** One line of time over several shapes: UNION ALL over the arms, each with its own predicate, cut and condition, then one
 *  page over them all. An arm whose class this viewer may never see is not in the statement. */
import { connection, type Shape, type TimelineArm, type TimelineField } from '../kernel/index.js';
import type { Decision, Withholding } from '../access/index.js';
import { checkedFirst, compileConnection } from './compile-connection.js';
import { siteOf, type Compilation, type FieldAt, type Nested, type Verdict } from './compile-row.js';
import { readCursor } from './cursor.js';
import { Row } from './row.js';
import { shapeOf, type Shapes } from './rows.js';
import { Arguments } from './statement.js';
import { quote } from './withheld.js';

export interface TimelineAt extends FieldAt {
  readonly field: TimelineField;
  readonly shapes: Shapes;
}

export function compileTimeline(compilation: Compilation, at: TimelineAt, verdict: Verdict): Nested {
  const entry = shapeOf(at.shapes, at.field.entry);
  const arms = at.field.arms.map((arm) => compileArm(compilation, at, arm));
  const withheld = arms.flatMap((arm) => arm.withheld ?? []);
  const shown = arms.flatMap((arm) => arm.sql ?? []);
  const wheres = new Set(arms.flatMap((arm) => (arm.sql ? [arm.where] : [])));
  const [only] = wheres;
  const always = arms.find((arm) => arm.sql && arm.otherwise);
  const overall: Verdict =
    shown.length === 0
      ? { shown: false, why: withheld[0] ?? { reason: 'ROLE', rule: 'default.deny', remedy: null } }
      : wheres.size === 1 && only && always?.otherwise
        ? { shown: true, where: only, otherwise: always.otherwise }
        : verdict;
  const field = connection(at.field.entry, {
    on: 'true',
    from: `(${shown.join('\nunion all ')})`,
    orders: { default: { key: '$.at', cast: 'timestamptz', descending: true } },
  });
  const unless = arms.flatMap((arm) => (arm.where && arm.otherwise ? [{ holds: arm.where, why: arm.otherwise }] : []));
  return compileConnection(compilation, { ...at, field, shape: entry, decided: { withheld: distinct(withheld), unless } }, overall);
}

interface Arm {
  readonly sql?: string;
  readonly where?: string;
  readonly otherwise?: Withholding;
  readonly withheld?: Withholding;
}

function compileArm({ statement, plan, document }: Compilation, at: TimelineAt, arm: TimelineArm): Arm {
  const decision = plan.decide(arm.gate);
  noteArm(at, arm, decision);
  if (decision.may === 'never') return { withheld: decision.withheld };
  const shape: Shape = { ...shapeOf(at.shapes, arm.type), ...(arm.conditions ? { conditions: arm.conditions } : {}) };
  const line = shape.timeline;
  if (!line) throw new Error(`shape ${shape.type} has no timeline`);
  const row = new Row(shape, { statement, plan, parent: at.row });
  const where =
    decision.may === 'when' ? (shape.conditions ? row.holdsInline(decision.conditions) : at.row.holdsWhere(decision.conditions)) : null;
  if (decision.may === 'when' && where === null) return { withheld: decision.otherwise };
  const definition = at.type.getFields()[at.selected.name];
  if (!definition) throw new Error(`${at.type.name} has no field ${at.selected.name}`);
  const args = new Arguments(definition, at.selected.node, document.variables);
  const path = at.selected.node.loc?.start ?? at.selected.key;
  const instant = row.sql(line.at);
  const uid = row.column('uid');
  const part = (index: 0 | 1, cast: string): string =>
    statement.parameter(`${path}.after${index}`, cast, (inputs) => readCursor(args.reader('after')(inputs), 'timestamptz')[index]);
  const predicates = [
    row.sql(arm.on),
    `${instant} is not null`,
    ...(where ? [where] : []),
    ...(args.has('after') ? [`(${instant}, ${uid}) < (${part(0, 'timestamptz')}, ${part(1, 'uuid')})`] : []),
  ];
  const first = statement.parameter(`${path}.first`, 'int', (inputs) => checkedFirst(args.reader('first')(inputs)));
  const sql = `(select ${lineColumns(row, shape).join(', ')} from ${shape.table} ${row.alias} where ${predicates.join(' and ')} order by ${instant} desc, ${uid} desc limit ${first} + 1)`;
  return decision.may === 'when' && where !== null && !shape.conditions ? { sql, where, otherwise: decision.otherwise } : { sql };
}

/** A row as a line of time. */
export function lineColumns(row: Row, shape: Shape): string[] {
  const line = shape.timeline;
  if (!line) throw new Error(`shape ${shape.type} has no timeline`);
  const ofSource = (column: string, cast: string): string => (shape.joins?.['source'] ? row.column(column) : `null::${cast} as ${column}`);
  return [
    row.column('uid'), `${quote(line.kind)}::text as kind`, `${quote(shape.tag ?? '')}::text as tag`, `${quote(shape.type)}::text as typename`, `${row.sql(line.at)} as at`,
    `(${row.sql(line.title)})::text as title`, `(${row.sql(line.detail)})::text as detail`, row.column('label_mask'),
    ofSource('source_id', 'smallint'), ofSource('source_key', 'text'), ofSource('source_updated_at', 'timestamptz'), ofSource('ingested_at', 'timestamptz'),
  ]; // prettier-ignore
}

/** For the audit entry: an arm answers its class where its rows may be shown. A condition that the row above does not know is
 *  taken to hold: an entry rather says too much. */
function noteArm(at: TimelineAt, { gate }: TimelineArm, decision: Decision): void {
  const site = siteOf(at.row);
  if (decision.may === 'never') site?.withholds(at.selected.name, null);
  else {
    const where = decision.may === 'when' ? at.row.holdsWhere(decision.conditions) : null;
    site?.answers(gate, where, decision.may === 'when' ? at.row.openedByGlass(decision.conditions) : null);
    if (where !== null) site?.withholds(at.selected.name, where);
  }
}

function distinct(list: readonly Withholding[]): Withholding[] {
  return [...new Map(list.map((why) => [why.rule + why.reason, why])).values()];
}
