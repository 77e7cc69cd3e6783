/** Compiles one root field of an operation, or the selection under a mutation's result, into one statement. */
import { createHash } from 'node:crypto';
import { isObjectType, Kind, type FieldNode, type SelectionSetNode } from 'graphql';
import { byUid, HubError, one, type RootField, type Shape } from '../kernel/index.js';
import type { Plan } from '../access/index.js';
import { openToAll, type Compilation, type FieldAt, type Nested, type Verdict } from './compile-row.js';
import { relationCompiler } from './compile-relation.js';
import { Row } from './row.js';
import { Plain } from './plain.js';
import type { Shapes } from './rows.js';
import type { Document } from './selection.js';
import type { Site } from './site.js';
import { Statement, type RunInputs } from './statement.js';

export interface Compiled {
  readonly text: string;
  /** Name of the prepared statement. */
  readonly name: string;
  readonly values: (inputs: RunInputs) => unknown[];
  readonly sites: readonly Site[];
  /** The role or purpose may not ask this at all: nothing was read. */
  readonly refused: boolean;
  /** The same as it nearly always is, to be tried first (plain.ts). */
  readonly plain?: Compiled;
}

export interface CompileAt {
  readonly document: Document;
  readonly plan: Plan;
  readonly shapes: Shapes;
}

const root: Shape = { type: 'Query', table: '(select 1)', fields: {} };

const notOfThisRole: Verdict = {
  shown: false,
  why: { reason: 'ROLE', rule: 'default.deny', remedy: 'Ask a colleague whose role covers it.' },
};
export const mayAsk = ({ plan }: CompileAt, requires: string | null): Verdict =>
  requires === null || plan.may(requires) ? openToAll : notOfThisRole;

export function compileRoot(at: CompileAt, definition: RootField, node: FieldNode): Compiled {
  return compileField(at, { ...rootSelection(at, node), field: definition.field }, mayAsk(at, definition.requires));
}

export function rootSelection({ document }: CompileAt, node: FieldNode): Pick<FieldAt, 'type' | 'selected'> {
  const type = document.schema.getQueryType();
  if (!type) throw new HubError('INTERNAL', 'expected a Query type in the schema, found none');
  const sets = node.selectionSet ? [node.selectionSet] : [];
  return { type, selected: { key: node.alias?.value ?? node.name.value, name: node.name.value, node, nodes: [node], sets } };
}

/** The object whose uuid is given at run time, at the selection where a mutation's result shows it. */
export function compileObject(at: CompileAt, typeName: string, sets: readonly SelectionSetNode[]): Compiled {
  const type = at.document.schema.getType(typeName);
  if (!isObjectType(type)) throw new HubError('INTERNAL', `expected ${typeName} to be an object type`);
  const node: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: typeName } };
  return compileField(
    at,
    { type, target: type, selected: { key: typeName, name: typeName, node, nodes: [node], sets }, field: one(typeName, { on: byUid }) },
    openToAll,
  );
}

export function compileField(at: CompileAt, field: Omit<FieldAt, 'row'>, verdict: Verdict): Compiled {
  return compiled(at, (compilation, row) => compilation.relations(compilation, { row, ...field }, verdict), { refused: !verdict.shown });
}

/** One statement of what was made, and its plain form where it has one. */
export function compiled(at: CompileAt, make: (compilation: Compilation, row: Row) => Nested, is: { readonly refused: boolean }): Compiled {
  const assumed = new Plain();
  const plain = compiledOnce(at, make, { ...is, plain: assumed });
  return { ...compiledOnce(at, make, { ...is, plain: null }), ...(assumed.isOfUse ? { plain } : {}) };
}

function compiledOnce(
  { document, plan, shapes }: CompileAt,
  make: (compilation: Compilation, row: Row) => Nested,
  { refused, plain }: { readonly refused: boolean; readonly plain: Plain | null },
): Compiled {
  const statement = new Statement(plain);
  const compilation: Compilation = { document, plan, statement, sites: [], relations: relationCompiler(shapes) };
  const row = new Row(root, { statement, plan, parent: null });
  const made = make(compilation, row);
  const touched = made.touched ? `(${made.touched})::text` : 'null::text';
  const from = `from (select 1) root\n${made.lateral ?? ''}`;
  const generation = '(select generation from policy_state) as g';
  const holds = plain?.holds(made.masked ?? null, (snippet) => row.sql(snippet));
  const text = holds
    ? `select case when p then j end as j, case when p then t end as t, ${generation}, p\nfrom (select (${made.sql})::text as j, ${touched} as t, ${holds} as p\n${from} offset 0) answer`
    : `select (${made.sql})::text as j, ${touched} as t, ${generation}\n${from}`;
  const name = `r${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
  return {
    text,
    name,
    values: (inputs) => statement.values(inputs),
    sites: compilation.sites,
    refused: refused || made.refused === true,
  };
}
