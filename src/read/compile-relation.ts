/** Compiles fields that lead to other rows: one, many, connections. Each is one lateral that gives the JSON, what was
 *  touched and whether anything was masked, or a subquery in place where there is only the JSON. Rows are chosen (predicate,
 *  order, limit) in an inner select that names only the columns in use; everything nested hangs on what is left of it. */
import { getNamedType, GraphQLError, isAbstractType, isObjectType, type GraphQLObjectType } from 'graphql';
import type { Plan } from '../access/index.js';
import type { PhiClass } from '../kernel/index.js';
import { compileConnection } from './compile-connection.js';
import { compileTimeline } from './compile-timeline.js';
import { compileMember } from './compile-member.js';
import { compileRow, type Compilation, type Nested, type Verdict } from './compile-row.js';
import { openIn } from './denials.js';
import { Row } from './row.js';
import { innerSelect, shapeOf, type RelationAt, type Shapes } from './rows.js';

export function relationCompiler(shapes: Shapes): Compilation['relations'] {
  return (compilation, at, verdict) => {
    const { field } = at;
    switch (field.is) {
      case 'one':
      case 'many':
        return compileRelation(compilation, { ...at, field, shape: shapeOf(shapes, field.type) }, verdict);
      case 'connection':
        return compileConnection(compilation, { ...at, field, shape: shapeOf(shapes, field.type) }, verdict);
      case 'timeline':
        return compileTimeline(compilation, { ...at, field, shapes }, verdict);
      case 'oneOf':
        return compileMember(compilation, { ...at, field, shapes }, verdict);
      default:
        throw new Error(`${field.is} does not lead to other rows`);
    }
  };
}

function compileRelation(compilation: Compilation, at: RelationAt, verdict: Verdict): Nested {
  const { field, shape } = at;
  const isMany = field.is === 'many';
  // A PHI list is null where it is denied; a list that the schema promises (only gated) is empty.
  const nothing = isMany && !field.phi ? `'[]'::json` : 'null';
  if (!verdict.shown) return { sql: nothing };
  const { statement, plan } = compilation;
  const row = new Row(shape, {
    statement,
    plan,
    parent: at.row,
    holds: verdict.layers.map(({ where }) => where),
    samePerson: field.samePerson ?? false,
  });
  const asked = field.asks ? askedOf(row, plan, field.asks) : [];
  if (asked === null) return { sql: nothing };
  const type = at.target ?? objectType(compilation, at);
  const compiled = compileRow(compilation, row, { type, sets: at.selected.sets, named: at.target !== undefined });
  const chosen = [field.on, ...(shape.where ? [shape.where] : [])].map((snippet) => row.sql(snippet));
  const order = field.order ? row.sql(field.order) : null;
  const alias = statement.alias('r');
  const j = isMany ? `coalesce(json_agg(${compiled.json}${order ? ` order by ${order}` : ''}), '[]'::json)` : compiled.json;
  const outputs = [`${j} as j`];
  if (compiled.touched) outputs.push(`${isMany ? `json_agg(${compiled.touched})` : compiled.touched} as t`);
  if (compiled.masked) outputs.push(`${isMany ? `bit_or(${compiled.masked})` : compiled.masked} as m`);
  const sources = row.sources();
  // With nothing to report but the JSON it stands where it is shown: cheaper than a join, and not asked for where it is not shown.
  const joined = outputs.length > 1;
  const inCase = isMany && verdict.where && field.phi ? verdict.where : null;
  const predicates = [...chosen, ...(verdict.where && (joined || inCase === null) ? [verdict.where] : []), ...asked];
  const rows = innerSelect({
    row,
    plan,
    from: row.sql(field.from ?? shape.table),
    predicates,
    order: isMany ? null : order,
    limit: isMany ? null : '1',
  });
  const select = `(select ${outputs.join(', ')}\nfrom ${rows}\n${[sources, ...compiled.laterals].filter(Boolean).join('\n')})`;
  const json = joined ? `${alias}.j` : select;
  return {
    sql: inCase === null ? json : `case when ${inCase} then ${json} end`,
    empty: nothing,
    ...(joined ? { lateral: `left join lateral ${select} ${alias} on true` } : {}),
    ...(compiled.touched ? { touched: `${alias}.t` } : {}),
    ...(compiled.masked ? { masked: `${alias}.m` } : {}),
  };
}

/** What the class asks of the row itself; null where this viewer never sees the class. */
function askedOf(row: Row, plan: Plan, phi: PhiClass): string[] | null {
  const decision = plan.decide(phi);
  const holds = decision.may === 'when' ? row.holdsInline(decision.conditions) : null;
  if (decision.may !== 'always' && holds === null) return null;
  const agreed = row.agreed.inline((d) => openIn(d, phi));
  return [holds, agreed].filter((condition) => condition !== null);
}

function objectType({ document }: Compilation, at: RelationAt): GraphQLObjectType {
  const named = getNamedType(at.type.getFields()[at.selected.name]?.type);
  if (isObjectType(named)) return named;
  if (named && isAbstractType(named)) {
    const concrete = document.schema.getType(at.field.type);
    if (isObjectType(concrete)) return concrete;
  }
  throw new GraphQLError(`${at.type.name}.${at.selected.name} cannot be read`);
}
