/** Compiles the selected fields of one row to a JSON expression. Each field is decided by its class: allowed, never (it is
 *  then `null` and its column is not in the statement), or by a condition on the row (a CASE). */
import type { GraphQLObjectType } from 'graphql';
import type { ColumnField, Field, ObjectField, PhiClass } from '../kernel/index.js';
import type { Plan, Withholding } from '../access/index.js';
import { getNamedType, isObjectType, type SelectionSetNode } from 'graphql';
import { jsonObject, onTheWire } from './json.js';
import type { Row } from './row.js';
import { selectedFields, type Document, type Selected } from './selection.js';
import { Site } from './site.js';
import { WithheldList, quote } from './withheld.js';
import type { Statement } from './statement.js';

/** What the whole statement shares while it is compiled. */
export interface Compilation {
  readonly document: Document;
  readonly plan: Plan;
  readonly statement: Statement;
  readonly sites: Site[];
  readonly relations: RelationCompiler;
}
/** Fields that lead to other rows are compiled by `compile-relation.ts`; passed in, so that the two need not import each other. */
export type RelationCompiler = (compilation: Compilation, at: FieldAt, decided: Verdict) => Nested;
export interface FieldAt {
  readonly row: Row;
  readonly type: GraphQLObjectType;
  readonly selected: Selected;
  readonly field: Field;
  /** The type led to, where `type` has no field of this name (the object of a mutation's result). */
  readonly target?: GraphQLObjectType;
}
/** What a nested relation adds to its row. */
export interface Nested {
  readonly sql: string;
  readonly lateral?: string;
  readonly touched?: string;
  readonly masked?: string;
}
/** Whether a field is shown: always (null), where the SQL condition holds, or never. */
export type Verdict = { readonly shown: true; readonly where: string | null; readonly otherwise: Withholding | null } | { readonly shown: false; readonly why: Withholding };

export interface CompiledRow {
  readonly json: string;
  readonly laterals: readonly string[];
  /** Expressions over the row: what was touched, and whether anything in it or below it was masked. */
  readonly touched: string | null;
  readonly masked: string | null;
}

/** What is selected on a row. `named`: the type's name goes along, because the schema's type there is abstract. */
export interface RowSelection {
  readonly type: GraphQLObjectType;
  readonly sets: readonly SelectionSetNode[];
  readonly named?: boolean;
}

export function compileRow(compilation: Compilation, row: Row, { type, sets, named }: RowSelection): CompiledRow {
  const { plan, document } = compilation;
  const selection = selectedFields(document, type, sets);
  const withheld = new WithheldList();
  const site = row.shape.touches ? new Site(row.shape.touches.as) : null;
  row.site = site;
  if (site) compilation.sites.push(site);
  const pairs: [string, string][] = named ? [['__typename', quote(type.name)]] : [];
  const nested: Nested[] = [];
  const maskedRow = row.shape.labelled && plan.masked !== 0 ? `${row.alias}.masked` : null;
  const withheldKeys: Selected[] = [];

  for (const selected of selection) {
    if (selected.name === '__typename') {
      if (!named || selected.key !== '__typename') pairs.push([selected.key, quote(type.name)]);
    }
    else if (selected.name === 'withheld') withheldKeys.push(selected);
    else {
      const field = row.shape.fields[selected.name];
      if (!field) throw new Error(`shape ${row.shape.type} has no field ${selected.name}`);
      const verdict = verdictOf(plan, row, field.phi ?? field.gate);
      noteVerdict({ verdict, field, name: selected.name, withheld, site: site ?? siteAbove(row) });
      const made = compileField(compilation, { row, type, selected, field }, verdict);
      const spoilt = 'spoiltBy' in field && field.spoiltBy !== undefined && verdict.shown && plan.masked !== 0 ? row.sql(field.spoiltBy) : null;
      if (spoilt) withheld.add(selected.name, plan.maskedRows, `not coalesce(${spoilt}, false)`);
      if (maskedRow && !row.shape.labelled?.keeps.includes(selected.name)) {
        withheld.add(selected.name, plan.maskedRows, `not ${maskedRow}`);
        pairs.push([selected.key, `case when not ${maskedRow} then ${made.sql} end`]);
      } else pairs.push([selected.key, spoilt ? `case when not coalesce(${spoilt}, false) then ${made.sql} end` : made.sql]);
      nested.push(made);
    }
  }
  for (const selected of withheldKeys) pairs.push([selected.key, withheld.sql(withheldSelection(document, type, selected))]);
  const masks = [...(maskedRow ? [maskedRow] : []), ...nested.flatMap(({ masked }) => masked ?? [])];
  const masked = masks.length > 0 ? `(${masks.map((sql) => `coalesce(${sql}, false)`).join(' or ')})` : null;
  const own = site ? touchOf(compilation, { row, site, masked }) : null;
  const touches = [...(own ? [own] : []), ...nested.flatMap(({ touched }) => touched ?? [])];
  return {
    json: jsonObject(pairs),
    laterals: nested.flatMap(({ lateral }) => lateral ?? []),
    touched: touches.length > 0 ? `json_build_array(${touches.join(', ')})` : null,
    masked,
  };
}

function compileField(compilation: Compilation, at: FieldAt, verdict: Verdict): Nested {
  const { field, row } = at;
  if (field.is === 'column' || field.is === 'object') {
    if (!verdict.shown) return { sql: 'null' };
    const sql = field.is === 'column' ? columnSql(row, field) : objectSql(compilation, at, field);
    return { sql: verdict.where ? `case when ${verdict.where} then ${sql} end` : sql };
  }
  return compilation.relations(compilation, at, verdict);
}

const columnSql = (row: Row, field: ColumnField): string => onTheWire(row.sql(field.sql), field.as);

function objectSql(compilation: Compilation, at: FieldAt, field: ObjectField): string {
  const type = objectTypeOf(at.type, at.selected.name);
  const pairs = selectedFields(compilation.document, type, at.selected.sets).map(({ key, name }): [string, string] => {
    if (name === '__typename') return [key, quote(type.name)];
    const part = field.fields[name];
    if (!part) throw new Error(`shape ${at.row.shape.type}.${at.selected.name} has no field ${name}`);
    return [key, columnSql(at.row, part)];
  });
  const json = jsonObject(pairs);
  return field.when ? `case when ${at.row.sql(field.when)} then ${json} end` : json;
}

/** What the plan says of a class on this row. Conditions that every row here fulfils already are not asked again. */
export function verdictOf(plan: Plan, row: Row, phi: PhiClass | undefined): Verdict {
  if (phi === undefined || row.decided) return { shown: true, where: null, otherwise: null };
  const decision = plan.decide(phi);
  switch (decision.may) {
    case 'always':
      return { shown: true, where: null, otherwise: null };
    case 'never':
      return { shown: false, why: decision.withheld };
    case 'when': {
      const where = row.holdsWhere(decision.conditions);
      if (where === null) return { shown: false, why: decision.otherwise };
      return { shown: true, where: row.holds.has(where) ? null : where, otherwise: decision.otherwise };
    }
  }
}

function noteVerdict(note: { verdict: Verdict; field: Field; name: string; withheld: WithheldList; site: Site | null }): void {
  const { verdict, field, name, withheld, site } = note;
  const phi = field.phi ?? field.gate;
  if (phi === undefined) return;
  if (!verdict.shown) withheld.add(name, verdict.why);
  else if (verdict.where !== null && verdict.otherwise) withheld.add(name, verdict.otherwise, verdict.where);
  if (!site) return;
  if (!verdict.shown) site.withholds(name, null);
  else {
    site.answers(phi, verdict.where);
    if (verdict.where !== null) site.withholds(name, verdict.where);
  }
}

/** The nearest row above for which an audit entry is owed. */
function siteAbove(row: Row): Site | null {
  for (let at = row.parent; at; at = at.parent) if (at.site) return at.site;
  return null;
}

/** `[site, person uuid, case uuid, masked, condition...]`: read again by `touched.ts`. */
function touchOf({ sites, plan }: Compilation, at: { row: Row; site: Site; masked: string | null }): string {
  const { row, site, masked } = at;
  const touches = row.shape.touches;
  if (!touches) throw new Error(`shape ${row.shape.type} owes no audit entry`);
  const verdict = verdictOf(plan, row, touches.gate);
  const person = verdict.shown ? row.sql(touches.person) : 'null';
  const told = verdict.shown && verdict.where !== null ? `case when ${verdict.where} then ${person} end` : person;
  const caseUid = site.touches === 'case' ? row.column('uid') : 'null';
  return `json_build_array(${[String(sites.indexOf(site)), told, caseUid, masked ?? 'false', ...site.reported].join(', ')})`;
}

export function objectTypeOf(parent: GraphQLObjectType, field: string): GraphQLObjectType {
  const type = getNamedType(parent.getFields()[field]?.type);
  if (!isObjectType(type)) throw new Error(`${parent.name}.${field} is not an object type`);
  return type;
}

function withheldSelection(document: Document, type: GraphQLObjectType, selected: Selected): Selected[] {
  return selectedFields(document, objectTypeOf(type, 'withheld'), selected.sets);
}
