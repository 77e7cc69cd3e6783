/** What a document costs: the rows that it may make the database read, weighed (cost-rules.ts), lists multiplied by their
 *  length. Worked out once for each document; where a variable says how long a page is, the rest is done at each request. */
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import type { CostRules } from './cost-rules.js';

type Variables = Readonly<Record<string, unknown>>;
export type Cost = (variables: Variables) => number;

export interface CostOf {
  readonly schema: GraphQLSchema;
  readonly rules: CostRules;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** A number, or what becomes one with the variables. */
type Amount = number | Cost;
const add = (one: Amount, other: Amount): Amount =>
  typeof one === 'number' && typeof other === 'number' ? one + other : (variables) => given(one, variables) + given(other, variables);
const times = (one: Amount, other: Amount): Amount =>
  typeof one === 'number' && typeof other === 'number' ? one * other : (variables) => given(one, variables) * given(other, variables);
const given = (amount: Amount, variables: Variables): number => (typeof amount === 'number' ? amount : amount(variables));

/** @param of a document whose size is within its limits (document-size.ts): fragments are opened wherever they stand */
export function costOf(of: CostOf): Cost {
  const root = of.schema.getRootType(of.operation.operation);
  const amount = root ? selected(of, of.operation.selectionSet, { type: root.name, page: 1, opened: new Set() }) : 0;
  return (variables) => given(amount, variables);
}

interface Place {
  readonly type: string;
  /** How long the page is whose entries are selected here. */
  readonly page: Amount;
  /** Fragments that are open here: a circle is not yet ruled out. */
  readonly opened: ReadonlySet<string>;
}

function selected(of: CostOf, set: SelectionSetNode, at: Place): Amount {
  return set.selections.reduce<Amount>((sum, selection) => {
    if (selection.kind === Kind.FIELD) return add(sum, fieldCost(of, selection, at));
    if (selection.kind === Kind.FRAGMENT_SPREAD && at.opened.has(selection.name.value)) return sum;
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : of.fragments.get(selection.name.value);
    if (!fragment) return sum;
    const opened = selection.kind === Kind.INLINE_FRAGMENT ? at.opened : new Set([...at.opened, selection.name.value]);
    return add(sum, selected(of, fragment.selectionSet, { ...at, opened, type: fragment.typeCondition?.name.value ?? at.type }));
  }, 0);
}

function fieldCost(of: CostOf, node: FieldNode, at: Place): Amount {
  const { rules } = of;
  const name = node.name.value;
  const own = rules.fields[`${at.type}.${name}`] ?? rules.fields[`${at.type}.*`] ?? rules.fields[name] ?? 0;
  const field = fieldOf(of.schema, at.type, name);
  if (!field) return own; // of the schema itself, or not there: validation says so
  const type = getNamedType(field.type);
  const page = pageOf(of, node, field);
  const isEntry = name === 'nodes' || name === 'edges';
  const isList = isListType(getNullableType(field.type));
  const length = isEntry ? at.page : isList ? (page ?? rules.lists[`${at.type}.${name}`] ?? rules.lists[name] ?? rules.list) : 1;
  const weight = isCompositeType(type) ? (rules.types[type.name] ?? rules.object) : rules.scalar;
  const below = node.selectionSet ? selected(of, node.selectionSet, { ...at, type: type.name, page: page ?? 1 }) : 0;
  return add(own, times(length, add(weight, below)));
}

function fieldOf(schema: GraphQLSchema, typeName: string, name: string): GraphQLField<unknown, unknown> | undefined {
  const type = schema.getType(typeName);
  return isObjectType(type) || (type && 'getFields' in type && isCompositeType(type)) ? type.getFields()[name] : undefined;
}

/** How many entries are asked for; null where the field has no pages. */
function pageOf({ rules, operation }: CostOf, node: FieldNode, field: GraphQLField<unknown, unknown>): Amount | null {
  const argument = field.args.find((known) => known.name === rules.page.argument);
  if (!argument) return null;
  const bounded = (value: unknown): number =>
    typeof value === 'number' && Number.isFinite(value) ? Math.min(Math.max(value, 0), rules.page.most) : rules.page.most;
  const usual = bounded(argument.defaultValue);
  const said = node.arguments?.find((known) => known.name.value === argument.name)?.value;
  if (!said) return usual;
  if (said.kind !== Kind.VARIABLE) return bounded(numberIn(said));
  const variable = said.name.value;
  const defined = operation.variableDefinitions?.find((known) => known.variable.name.value === variable)?.defaultValue;
  const otherwise = defined ? bounded(numberIn(defined)) : usual;
  return (variables) =>
    Object.hasOwn(variables, variable) && variables[variable] !== undefined ? bounded(variables[variable]) : otherwise;
}

const numberIn = (node: ValueNode): number | null => (node.kind === Kind.INT ? Number(node.value) : null);
