/** One line of time over several shapes: UNION ALL over the arms, each with its own predicate, cut and condition, then one
 *  page over them all. An arm whose class this viewer may never see is not in the statement. */
import { connection, type PhiClass, type Shape, type TimelineArm, type TimelineField } from '../kernel/index.js';
import type { Decision, Withholding } from '../access/index.js';
import { checkedFirst, compileConnection } from './compile-connection.js';
import { siteOf, type Compilation, type FieldAt, type Nested, type Verdict } from './compile-row.js';
import { allOf, type Layer } from './layers.js';
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
  const layers = arms.flatMap((arm) => (arm.sql ? [arm.layers] : []));
  // What every arm asks is asked of the line as a whole.
  const common = (layers[0] ?? []).filter(({ where }) => layers.every((others) => others.some((other) => other.where === where)));
  const overall: Verdict =
    shown.length === 0
      ? { shown: false, why: withheld[0] ?? { reason: 'ROLE', rule: 'default.deny', remedy: null } }
      : common.length > 0
        ? { shown: true, where: allOf(common), layers: common }
        : verdict;
  const field = connection(at.field.entry, {
    on: 'true',
    from: `(${shown.join('\nunion all ')})`,
    orders: { default: { key: '$.at', cast: 'timestamptz', descending: true } },
  });
  const unless = oneForEachReason(arms.map((arm) => arm.layers));
  return compileConnection(compilation, { ...at, field, shape: entry, decided: { withheld: distinct(withheld), unless } }, overall);
}

/** Several arms may be kept back for the same reason, which is told once: the line is whole where every arm's condition holds. */
function oneForEachReason(arms: readonly (readonly Layer[])[]): Layer[][] {
  const byWhy = new Map<string, { why: Withholding; holds: Set<string> }>();
  for (const layers of arms) {
    for (const [at, { where, why }] of layers.entries()) {
      const known = byWhy.get(why.rule + why.reason) ?? { why, holds: new Set<string>() };
      const before = layers.slice(0, at).map((layer) => `not ${layer.where} or `).join(''); // prettier-ignore
      byWhy.set(why.rule + why.reason, { why, holds: known.holds.add(before ? `(${before}${where})` : where) });
    }
  }
  return [...byWhy.values()].map(({ why, holds }) => [
    { why, where: holds.size === 1 ? [...holds].join('') : `(${[...holds].join(' and ')})` },
  ]);
}

interface Arm {
  readonly sql?: string;
  /** What the row above knows of whether the arm is shown; what its own rows decide is not told. */
  readonly layers: readonly Layer[];
  readonly withheld?: Withholding;
}

function compileArm({ statement, plan, document }: Compilation, at: TimelineAt, arm: TimelineArm): Arm {
  const decision = plan.decide(arm.gate);
  noteArm(at, arm, decision);
  if (decision.may === 'never') return { withheld: decision.withheld, layers: [] };
  const shape: Shape = { ...shapeOf(at.shapes, arm.type), ...(arm.conditions ? { conditions: arm.conditions } : {}) };
  const line = shape.timeline;
  if (!line) throw new Error(`shape ${shape.type} has no timeline`);
  const row = new Row(shape, { statement, plan, parent: at.row, samePerson: true });
  const where =
    decision.may === 'when' ? (shape.conditions ? row.holdsInline(decision.conditions) : at.row.holdsWhere(decision.conditions)) : null;
  if (decision.may === 'when' && where === null) return { withheld: decision.otherwise, layers: [] };
  const above = decision.may === 'when' && where !== null && !shape.conditions ? [{ where, why: decision.otherwise }] : [];
  const layers = [...above, ...row.agreed.layers(arm.gate)];
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
    ...row.agreed.layers(arm.gate).map((layer) => layer.where),
    ...(args.has('after') ? [`(${instant}, ${uid}) < (${part(0, 'timestamptz')}, ${part(1, 'uuid')})`] : []),
  ];
  const first = statement.parameter(`${path}.first`, 'int', (inputs) => checkedFirst(args.reader('first')(inputs)));
  const sql = `(select ${lineColumns(row, { shape, gate: arm.gate, masked: plan.masked }).join(', ')} from ${shape.table} ${row.alias} where ${predicates.join(' and ')} order by ${instant} desc, ${uid} desc limit ${first} + 1)`;
  return { sql, layers };
}

/** A row as a line of time. */
export function lineColumns(
  row: Row,
  { shape, gate, masked }: { readonly shape: Shape; readonly gate: PhiClass; readonly masked: number },
): string[] {
  const line = shape.timeline;
  if (!line) throw new Error(`shape ${shape.type} has no timeline`);
  const ofSource = (column: string, cast: string): string => (shape.joins?.['source'] ? row.column(column) : `null::${cast} as ${column}`);
  const refused = row.agreed.denials()?.refusedIn(gate) ?? '0';
  const blind = `(${row.column('label_mask')} & (${masked} | ${refused})) <> 0`;
  return [
    row.column('uid'), `${quote(line.kind)}::text as kind`, `${quote(shape.tag ?? '')}::text as tag`, `${quote(shape.type)}::text as typename`, `${row.sql(line.at)} as at`,
    `(${row.sql(line.title)})::text as title`, `(${row.sql(line.detail)})::text as detail`, row.column('label_mask'), `${blind} as blind`,
    ofSource('source_id', 'smallint'), ofSource('source_key', 'text'), ofSource('source_updated_at', 'timestamptz'), ofSource('ingested_at', 'timestamptz'),
  ]; // prettier-ignore
}

/** For the audit entry: an arm answers its class where its rows may be shown. A condition that the row above does not know is
 *  taken to hold: an entry rather says too much. */
function noteArm(at: TimelineAt, { gate }: TimelineArm, decision: Decision): void {
  const site = siteOf(at.row);
  if (decision.may === 'never') site?.withholds(at.selected.name, null);
  else {
    const relation = decision.may === 'when' ? at.row.holdsWhere(decision.conditions) : null;
    const layers = [...(relation === null ? [] : [{ where: relation }]), ...at.row.agreed.layers(gate)];
    const where = allOf(layers);
    site?.answers(gate, where, decision.may === 'when' ? at.row.openedByGlass(decision.conditions) : null);
    if (where !== null) site?.withholds(at.selected.name, where);
  }
}

function distinct(list: readonly Withholding[]): Withholding[] {
  return [...new Map(list.map((why) => [why.rule + why.reason, why])).values()];
}
