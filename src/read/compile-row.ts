/** Compiles the selected fields of one row to a JSON expression. Each field is decided by its class: allowed, never (it is
 *  then `null` and its column is not in the statement), or by a condition on the row (a CASE). */
import type { GraphQLObjectType } from 'graphql';
import type { ColumnField, Field, ObjectField, PhiClass, Touches } from '../kernel/index.js';
import type { Plan, Withholding } from '../access/index.js';
import { allOf, type Layer } from './layers.js';
import { getNamedType, isObjectType, type SelectionSetNode } from 'graphql';
import { jsonObject, onTheWire } from './json.js';
import type { Row } from './row.js';
import { selectedFields, type Document, type Selected } from './selection.js';
import { Site } from './site.js';
import { WithheldList, quote } from './withheld.js';
import { boundBit } from './plain.js';
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
  /** What stands in its place on a masked row, where the schema promises more than null. */
  readonly empty?: string;
  /** What was asked may not be asked by this viewer: nothing was looked for. */
  readonly refused?: true;
}
/** Whether a field is shown: always (null), where the SQL condition holds, or never. */
export type Verdict =
  | {
      readonly shown: true;
      readonly where: string | null;
      /** What `where` is made of, in the order in which a reason is given: the first that does not hold is the one. */
      readonly layers: readonly Layer[];
      /** The condition that the list which holds the row has asked already. */
      readonly held?: string;
      /** Where it is shown because the glass was broken, and for no other reason. */
      readonly glass?: string | null;
    }
  | { readonly shown: false; readonly why: Withholding };
export const openToAll: Verdict = { shown: true, where: null, layers: [] };

export interface CompiledRow {
  readonly json: string;
  readonly laterals: readonly string[];
  /** Expressions over the row: what was touched, and what in it or below it was withheld because of labels: bits, 1 by the
   *  policy, 2 by a consent; 4 where a plain statement met somebody who is bound. */
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
  const touches = owedFor(row);
  const site = touches ? new Site(touches.as) : null;
  row.site = site;
  if (site) compilation.sites.push(site);
  if (site && touches?.decided) site.answers(touches.decided.phi, null, row.sql(touches.decided.glass));
  const pairs: [string, string][] = named ? [['__typename', quote(type.name)]] : [];
  const nested: Nested[] = [];
  const bits = new Set<string>();
  const withheldAt: { readonly selected: Selected; readonly place: number }[] = [];

  for (const selected of selection) {
    if (selected.name === '__typename') {
      if (!named || selected.key !== '__typename') pairs.push([selected.key, quote(type.name)]);
    } else if (selected.name === 'withheld') {
      // Its place is where it was selected; what it says is known when all else is compiled.
      withheldAt.push({ selected, place: pairs.push([selected.key, 'null']) - 1 });
    } else {
      const field = row.shape.fields[selected.name];
      if (!field) throw new Error(`shape ${row.shape.type} has no field ${selected.name}`);
      const verdict = verdictOf(plan, row, field.phi ?? field.gate);
      noteVerdict({ verdict, field, name: selected.name, withheld, site: row.decided ? null : siteOf(row) });
      const made = compileField(compilation, { row, type, selected, field }, verdict);
      if (field.is === 'object' && verdict.shown) notePartsOf({ compilation, row, selected, field, withheld, type });
      const blind = verdict.shown ? blindnessOf(plan, row, { name: selected.name, field }) : null;
      // Said once: what a missing relation withholds anyway does not tell that it is masked, too.
      if (verdict.shown) withheld.unless(selected.name, [...verdict.layers, ...(blind?.layers ?? [])]);
      blind?.bits.forEach((bit) => bits.add(bit));
      const sql = blind === null ? made.sql : `case when not ${blind.where} then ${made.sql}${made.empty ? ` else ${made.empty}` : ''} end`;
      pairs.push([selected.key, sql]);
      nested.push(made);
    }
  }
  for (const { selected, place } of withheldAt) pairs[place] = [selected.key, withheld.sql(withheldSelection(document, type, selected))];
  const bound = row.agreed.bound();
  const masks = [...bits, ...nested.flatMap(({ masked }) => (masked ? [`coalesce(${masked}, 0)`] : []))];
  const masked = bitsOf(masks);
  const own = touches && site ? touchOf(compilation, { row, site, touches, masked }) : null;
  const touched = [...(own ? [own] : []), ...nested.flatMap((made) => made.touched ?? [])];
  return {
    json: jsonObject(pairs),
    laterals: nested.flatMap(({ lateral }) => lateral ?? []),
    touched: touched.length > 0 ? `json_build_array(${touched.join(', ')})` : null,
    masked: bitsOf([...(masked === null ? [] : [masked]), ...(bound === null ? [] : [`case when ${bound} then ${boundBit} else 0 end`])]),
  };
}

const bitsOf = (bits: readonly string[]): string | null => (bits.length > 0 ? `(${bits.join(' | ')})` : null);

interface Blindness {
  /** SQL: the content is withheld. */
  readonly where: string;
  readonly layers: readonly Layer[];
  /** Bits that are reported of it for the audit entry (touched.ts). */
  readonly bits: readonly string[];
}

/** Where a field's content is withheld because of labels, by the policy or by the person's consent: those of the row, where the
 *  field is not one of those that remain, or those of rows that are in its value. */
function blindnessOf(plan: Plan, row: Row, { name, field }: { name: string; field: Field }): Blindness | null {
  const own = row.shape.labelled !== undefined && !row.shape.labelled.keeps.includes(name);
  const spoilt = (snippet: string | undefined): string | null => (snippet === undefined ? null : `coalesce(${row.sql(snippet)}, false)`);
  const agreeable = row.agreed.denials() !== null || row.decided;
  const ownMasked = own && plan.masked !== 0 ? `${row.alias}.masked` : null;
  const ownBlind = own ? row.blind(field.phi ?? field.gate) : null;
  const spoiltByMasked = plan.masked === 0 ? null : spoilt(field.spoiltBy);
  const spoiltByRefused = agreeable ? spoilt(field.refusedBy) : null;
  const masked = anyOf([ownMasked, spoiltByMasked]);
  const refused = agreeable ? anyOf([ownBlind, spoiltByRefused]) : null;
  const where = anyOf([ownBlind ?? ownMasked, spoiltByMasked, spoiltByRefused]);
  if (where === null) return null;
  return {
    where,
    // A row that the policy masks is blind, too: that is told first, and once.
    layers: [
      ...(masked === null ? [] : [{ where: `(not ${masked})`, why: plan.maskedRows }]),
      ...(refused === null ? [] : [{ where: `(not ${refused})`, why: plan.consent.denied }]),
    ],
    bits: [
      ...(masked === null ? [] : [`case when ${masked} then 1 else 0 end`]),
      ...(refused === null ? [] : [`case when ${masked === null ? '' : `not ${masked} and `}${refused} then 2 else 0 end`]),
    ],
  };
}

function anyOf(conditions: readonly (string | null)[]): string | null {
  const known = conditions.filter((condition) => condition !== null);
  return known.length > 1 ? `(${known.join(' or ')})` : (known[0] ?? null);
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
    return [key, partSql(compilation, at.row, part)];
  });
  const json = jsonObject(pairs);
  return field.when ? `case when ${at.row.sql(field.when)} then ${json} end` : json;
}

/** A part of a value object may be of a class of its own. */
function partSql({ plan }: Compilation, row: Row, part: ColumnField): string {
  const verdict = verdictOf(plan, row, part.phi);
  if (!verdict.shown) return 'null';
  return verdict.where ? `case when ${verdict.where} then ${columnSql(row, part)} end` : columnSql(row, part);
}

function notePartsOf(of: {
  compilation: Compilation;
  row: Row;
  type: GraphQLObjectType;
  selected: Selected;
  field: ObjectField;
  withheld: WithheldList;
}): void {
  const { compilation, row, type, selected, withheld } = of;
  for (const { name } of selectedFields(compilation.document, objectTypeOf(type, selected.name), selected.sets)) {
    const field = of.field.fields[name];
    if (!field?.phi) continue;
    const verdict = verdictOf(compilation.plan, row, field.phi);
    const part = `${selected.name}.${name}`;
    noteVerdict({ verdict, field, name: part, withheld, site: siteOf(row) });
    if (verdict.shown) withheld.unless(part, verdict.layers);
  }
}

/** What the plan says of a class on this row, then what the person's consents and restrictions say. Conditions that every
 *  row here fulfils already are not asked again. */
export function verdictOf(plan: Plan, row: Row, phi: PhiClass | undefined): Verdict {
  if (phi === undefined || row.decided) return openToAll;
  const decision = plan.decide(phi);
  if (decision.may === 'never') return { shown: false, why: decision.withheld };
  const layers: Layer[] = [];
  const conditions = decision.may === 'when' ? decision.conditions : [];
  if (decision.may === 'when') {
    const where = row.holdsWhere(conditions);
    if (where === null) return { shown: false, why: decision.otherwise };
    layers.push({ where, why: decision.otherwise });
  }
  layers.push(...row.agreed.layers(phi));
  const open = layers.filter(({ where }) => !row.holds.has(where));
  const held = layers.filter(({ where }) => row.holds.has(where));
  const all = allOf(open);
  const known = open.length > 1 ? row.whereKnown(conditions) : null;
  const where = all !== null && known ? known.together(all) : all;
  // Breaking the glass opens what a missing relation withholds, and nothing that the patient or a restriction does.
  const glass = decision.may === 'when' ? { glass: row.openedByGlass(conditions) } : {};
  return { shown: true, where, layers: open, ...(held.length > 0 ? { held: allOf(held) ?? 'true' } : {}), ...glass };
}

function noteVerdict(note: { verdict: Verdict; field: Field; name: string; withheld: WithheldList; site: Site | null }): void {
  const { verdict, field, name, withheld, site } = note;
  const phi = field.phi ?? field.gate;
  if (phi === undefined) return;
  if (!verdict.shown) withheld.add(name, verdict.why);
  if (!site) return;
  if (!verdict.shown) site.withholds(name, null);
  else {
    const asked = [verdict.held, verdict.where].flatMap((where) => (where ? [{ where }] : []));
    site.answers(phi, allOf(asked), verdict.glass);
    if (verdict.where !== null) site.withholds(name, verdict.where);
  }
}

/** The row itself, or the nearest one above, for which an audit entry is owed. */
export function siteOf(row: Row): Site | null {
  for (let at: Row | null = row; at; at = at.parent) if (at.site) return at.site;
  return null;
}

/** The entry owed for a row: its shape's, or, where it stands alone, what the shape owes then. */
function owedFor(row: Row): Touches | null {
  return row.shape.touches ?? (row.standsAlone ? (row.shape.alone?.touches ?? null) : null);
}

/** `[site, person uuid, case uuid, blind, grant uuid, condition...]`: read again by `touched.ts`. */
function touchOf({ sites, plan }: Compilation, at: { row: Row; site: Site; touches: Touches; masked: string | null }): string {
  const { row, site, touches, masked } = at;
  const verdict = verdictOf(plan, row, touches.gate);
  const person = verdict.shown ? row.sql(touches.person) : 'null';
  const told = verdict.shown && verdict.where !== null ? `case when ${verdict.where} then ${person} end` : person;
  const caseUid = site.touches === 'case' ? row.sql(touches.case ?? '$.uid') : 'null';
  const opened = [...site.glass].join(' or ');
  const grant = opened && row.shape.grant ? `case when ${opened} then ${row.sql(row.shape.grant)} end` : 'null';
  return `json_build_array(${[String(sites.indexOf(site)), told, caseUid, masked ?? '0', grant, ...site.reported].join(', ')})`;
}

export function objectTypeOf(parent: GraphQLObjectType, field: string): GraphQLObjectType {
  const type = getNamedType(parent.getFields()[field]?.type);
  if (!isObjectType(type)) throw new Error(`${parent.name}.${field} is not an object type`);
  return type;
}

function withheldSelection(document: Document, type: GraphQLObjectType, selected: Selected): Selected[] {
  return selectedFields(document, objectTypeOf(type, 'withheld'), selected.sets);
}
