/** Compiles a Relay connection: keyset paging by (sort key, uid), one row more than asked for to know whether there are more,
 *  cursors made in SQL, totalCount only when asked for (exact up to 10,000, null above). */
import type { Plan, Withholding } from '../access/index.js';
import { HubError, type ConnectionField, type KeysetOrder } from '../kernel/index.js';
import { argumentPredicate, refusalOf } from './argument.js';
import { compileRow, objectTypeOf, type Compilation, type Nested, type Verdict } from './compile-row.js';
import { readCursor, cursorSql } from './cursor.js';
import { jsonObject } from './json.js';
import { Row } from './row.js';
import { innerSelect, type ConnectionAt } from './rows.js';
import { selectedFields, type Selected } from './selection.js';
import { Arguments } from './statement.js';
import { quote, WithheldList } from './withheld.js';

/** A page holds 500 at most. */
const largestPage = 500;

export function compileConnection(compilation: Compilation, at: ConnectionAt, verdict: Verdict): Nested {
  const page = preparePage(compilation, at, verdict);
  if (!verdict.shown) return { sql: emptyConnection(compilation, at, verdict) };
  // Nothing is found where an argument asks what this viewer may not ask; that it was asked is a refusal.
  if ('reason' in page) return { sql: emptyConnection(compilation, at, { shown: false, why: page }), refused: true };
  const { row, select, kept } = page;
  const { statement } = compilation;
  const pairs: [string, string][] = [];
  const parts = { laterals: [] as string[], touched: [] as string[], masked: [] as string[] };
  for (const selected of page.selection) pairs.push([selected.key, connectionField(compilation, { at, page, selected, verdict }, parts)]);
  const alias = statement.alias('c');
  const outputs = [`${jsonObject(pairs)} as j`];
  if (parts.touched.length > 0) outputs.push(`json_build_array(${parts.touched.map((sql) => `json_agg(${sql})${kept}`).join(', ')}) as t`);
  if (parts.masked.length > 0) outputs.push(`bit_or(${parts.masked.map((sql) => `coalesce(${sql}, 0)`).join(' | ')})${kept} as m`);
  const sources = row.sources();
  return {
    sql: `${alias}.j`,
    empty: emptyConnection(compilation, at, { shown: false, why: compilation.plan.maskedRows }),
    lateral: `left join lateral (select ${outputs.join(', ')}\nfrom ${select()}\n${[sources, ...parts.laterals].filter(Boolean).join('\n')}\nhaving true) ${alias} on true`, // one row, even where nothing is aggregated
    ...(parts.touched.length > 0 ? { touched: `${alias}.t` } : {}),
    ...(parts.masked.length > 0 ? { masked: `${alias}.m` } : {}),
  };
}

export interface Page {
  readonly row: Row;
  readonly selection: readonly Selected[];
  /** Parameter of the page's size. */
  readonly first: string;
  /** The order of the rows, and the filter that leaves out the one row more that is fetched to know whether there are more;
   *  where nobody asks, neither that row nor a number for each is needed. */
  readonly order: string;
  readonly kept: string;
  readonly after: boolean;
  readonly cursor: () => string;
  readonly select: () => string;
  /** Counts the same rows without the page's cut. */
  readonly total: () => string;
}

/** Why nothing can be found, where an argument asks something of a field that this viewer may never see, or searches by what
 *  they may not search by. */
export function preparePage(compilation: Compilation, at: ConnectionAt, verdict: Verdict): Page | Withholding {
  if (!verdict.shown) return verdict.why;
  const { statement, plan, document } = compilation;
  const { field, shape } = at;
  const holds = verdict.layers.map(({ where }) => where);
  const row = new Row(shape, {
    statement,
    plan,
    parent: at.row,
    holds,
    decided: at.decided !== undefined,
    samePerson: field.samePerson ?? false,
  });
  const definition = at.type.getFields()[at.selected.name];
  if (!definition) throw new Error(`${at.type.name} has no field ${at.selected.name}`);
  const args = new Arguments(definition, at.selected.node, document.variables);
  // Before any parameter is named: a statement must not be given values that its text does not use.
  for (const [name, rule] of Object.entries(field.arguments ?? {})) {
    const refusal = refusalOf({ row, plan }, { rule, given: args.at(name) });
    if (refusal) return refusal;
  }
  const path = at.selected.node.loc?.start ?? at.selected.key;
  const first = statement.parameter(`${path}.first`, 'int', (inputs) => checkedFirst(args.reader('first')(inputs)));
  checkedFirst(args.at('first'));
  const order = orderOf(field, args);
  const key = sortKey(row, order, plan);
  const direction = order.descending ? ' desc' : '';
  const predicates = [row.sql(field.on), ...(shape.where ? [row.sql(shape.where)] : []), ...(verdict.where ? [verdict.where] : [])];
  for (const [name, rule] of Object.entries(field.arguments ?? {})) {
    const predicate = argumentPredicate(compilation, { row, args, name, rule, path });
    if (predicate !== null) predicates.push(predicate);
  }
  const after = args.has('after');
  const keyset: string[] = [];
  if (after) {
    const part = (index: 0 | 1, cast: string): string =>
      statement.parameter(`${path}.after${index}`, cast, (inputs) => readCursor(args.reader('after')(inputs), order.cast)[index]);
    keyset.push(`(${key}, ${row.alias}.uid) ${order.descending ? '<' : '>'} (${part(0, order.cast)}, ${part(1, 'uuid')})`);
  }
  const from = row.sql(field.from ?? shape.table);
  const orderBy = `${key}${direction}, ${row.alias}.uid${direction}`;
  row.column('uid');
  let needsCursor = false;
  const selection = selectedFields(document, objectTypeOf(at.type, at.selected.name), at.selected.sets);
  const numbered = selection.some(({ name }) => name === 'pageInfo');
  // What asks who is looking is worked out once, where the rows are chosen.
  const sorted = order.phi !== undefined && !numbered;
  const outerOrder = sorted ? `${row.alias}.sort_key${direction}, ${row.alias}.uid${direction}` : orderBy;
  return {
    row,
    selection,
    first,
    order: numbered ? `${row.alias}.n` : outerOrder,
    kept: numbered ? ` filter (where ${row.alias}.n <= ${first})` : '',
    after,
    cursor: () => {
      needsCursor = true;
      return `${row.alias}.cursor`;
    },
    select: () =>
      innerSelect({
        row,
        plan,
        from,
        predicates: [...predicates, ...keyset],
        order: sorted ? `sort_key${direction}, ${row.alias}.uid${direction}` : orderBy,
        limit: numbered ? `${first} + 1` : first,
        numbered,
        more: [...(needsCursor ? [`${cursorSql(key, `${row.alias}.uid`)} as cursor`] : []), ...(sorted ? [`${key} as sort_key`] : [])],
      }),
    total: () =>
      `(select case when count(*) > 10000 then null else count(*) end from (select 1 from ${from} ${row.alias} where ${predicates.join(' and ')} limit 10001) capped)`,
  };
}

function connectionField(
  compilation: Compilation,
  of: { at: ConnectionAt; page: Page; selected: Selected; verdict: Verdict },
  parts: { laterals: string[]; touched: string[]; masked: string[] },
): string {
  const { at, page, selected, verdict } = of;
  const { row } = page;
  const connectionType = objectTypeOf(at.type, at.selected.name);
  const agg = (json: string): string => `coalesce(json_agg(${json} order by ${page.order})${page.kept}, '[]'::json)`;
  const nodesOf = (type: ReturnType<typeof objectTypeOf>, sets: Selected['sets']): string => {
    const compiled = compileRow(compilation, row, { type, sets });
    parts.laterals.push(...compiled.laterals);
    if (compiled.touched) parts.touched.push(compiled.touched);
    if (compiled.masked) parts.masked.push(compiled.masked);
    return compiled.json;
  };
  switch (selected.name) {
    case '__typename':
      return quote(connectionType.name);
    case 'nodes':
      return agg(nodesOf(objectTypeOf(connectionType, 'nodes'), selected.sets));
    case 'edges': {
      const edge = objectTypeOf(connectionType, 'edges');
      const pairs = selectedFields(compilation.document, edge, selected.sets).map((part): [string, string] => {
        if (part.name === 'cursor') return [part.key, page.cursor()];
        return [part.key, part.name === 'node' ? nodesOf(objectTypeOf(edge, 'node'), part.sets) : quote(edge.name)];
      });
      return agg(jsonObject(pairs));
    }
    case 'pageInfo':
      return jsonObject(
        selectedFields(compilation.document, objectTypeOf(connectionType, 'pageInfo'), selected.sets).map((part) => [
          part.key,
          pageInfo(part.name, page),
        ]),
      );
    case 'totalCount':
      return verdict.shown && verdict.where ? `case when ${verdict.where} then ${page.total()} end` : page.total();
    case 'withheld': {
      const list = new WithheldList();
      at.decided?.withheld.forEach((why) => list.add('nodes', why));
      if (at.decided) at.decided.unless.forEach((layers) => list.unless('nodes', layers));
      else if (verdict.shown) list.unless('nodes', verdict.layers);
      return list.sql(selectedFields(compilation.document, objectTypeOf(connectionType, 'withheld'), selected.sets));
    }
    default:
      throw new Error(`${connectionType.name}.${selected.name} cannot be read`);
  }
}

function pageInfo(name: string, { row, first, kept, after, cursor }: Page): string {
  const edge = (order: string): string => `(array_agg(${cursor()} order by ${row.alias}.n${order})${kept})[1]`;
  switch (name) {
    case 'hasNextPage':
      return `count(*) > ${first}`;
    case 'hasPreviousPage':
      return String(after);
    case 'startCursor':
      return edge('');
    case 'endCursor':
      return edge(' desc');
    default:
      return quote('PageInfo');
  }
}

function orderOf(field: ConnectionField, args: Arguments): KeysetOrder {
  const asked = args.at('orderBy');
  const order = (typeof asked === 'string' ? field.orders[asked] : undefined) ?? field.orders['default'];
  if (!order) throw new Error(`no order for ${String(asked)}`);
  return order;
}

/** What a row does not show of itself is not told by its place or its cursor either; a masked row keeps its date. What the
 *  person's consents deny of a class is no list of that class at all. */
function sortKey(row: Row, { key, cast, phi }: KeysetOrder, plan: Plan): string {
  const sql = row.sql(key);
  const decision = phi === undefined ? null : plan.decide(phi);
  if (!decision || decision.may === 'always') return sql;
  const none = `'-infinity'::${cast}`;
  if (decision.may === 'never') return none;
  // Below another row there are few; at the root there may be all, and the planner finds a better way for the plain condition.
  const areFew = row.parent?.parent != null;
  const holds = areFew ? row.holdsWhereChosen(decision.conditions) : row.holdsInline(decision.conditions);
  return holds === null ? none : `case when ${holds} then ${sql} else ${none} end`;
}

export function checkedFirst(value: unknown): number {
  if (typeof value !== 'number' || value < 0 || value > largestPage) {
    throw new HubError('BAD_INPUT', `first: expected 0 to ${largestPage}, found ${typeof value === 'number' ? value : 'nothing'}`);
  }
  return value;
}

/** What a connection answers that this viewer may not read: nothing, and why. */
export function emptyConnection(compilation: Compilation, at: Pick<ConnectionAt, 'type' | 'selected'>, verdict: Verdict): string {
  const type = objectTypeOf(at.type, at.selected.name);
  const inner = (name: string, selected: Selected): Selected[] =>
    selectedFields(compilation.document, objectTypeOf(type, name), selected.sets);
  const pairs = selectedFields(compilation.document, type, at.selected.sets).map((selected): [string, string] => {
    switch (selected.name) {
      case 'nodes':
      case 'edges':
        return [selected.key, `'[]'::json`];
      case 'pageInfo':
        return [
          selected.key,
          jsonObject(
            inner('pageInfo', selected).map(({ key, name }) => [
              key,
              name.startsWith('has') ? 'false' : name === '__typename' ? quote('PageInfo') : 'null',
            ]),
          ),
        ];
      case 'withheld': {
        const list = new WithheldList();
        if (!verdict.shown) list.add('nodes', verdict.why);
        return [selected.key, list.sql(inner('withheld', selected))];
      }
      default:
        return [selected.key, selected.name === '__typename' ? quote(type.name) : 'null'];
    }
  });
  return jsonObject(pairs);
}
