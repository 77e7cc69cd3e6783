/** Collects what a compiled statement needs besides its text: aliases that never clash, and parameters in order, each with
 *  the way its value is found at run time. The text depends on document, plan and the presence of arguments only, so it is
 *  compiled once and prepared once a connection. */
import type { ViewerRows } from '../kernel/index.js';
import type { Plain } from './plain.js';
import type { FieldNode, GraphQLField } from 'graphql';
import { getArgumentValues } from 'graphql/execution/values.js';

/** What a run of a compiled statement is given. */
export interface RunInputs {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly viewer: ViewerRows;
  /** Values given by the caller, e.g. the uuid of the case that a mutation made. */
  readonly given: Readonly<Record<string, unknown>>;
}
export type ParameterValue = (inputs: RunInputs) => unknown;

export class Statement {
  readonly #parameters: { key: string; value: ParameterValue }[] = [];
  #aliases = 0;

  constructor(
    /** What is taken for granted, where the statement is a plain one. */
    readonly plain: Plain | null = null,
  ) {}

  alias(prefix: string): string {
    this.#aliases += 1;
    return `${prefix}${this.#aliases}`;
  }

  /** The same key is the same parameter, used as often as wanted. */
  parameter(key: string, cast: string, value: ParameterValue): string {
    let at = this.#parameters.findIndex((known) => known.key === key);
    if (at < 0) at = this.#parameters.push({ key, value }) - 1;
    return `$${at + 1}::${cast}`;
  }

  viewerParameter(name: string): string | null {
    switch (name) {
      case 'user':
        return this.parameter(':user', 'bigint', ({ viewer }) => viewer.userRow);
      case 'departments':
        return this.parameter(':departments', 'bigint[]', ({ viewer }) => viewer.departmentRows);
      case 'facility':
        return this.parameter(':facility', 'bigint', ({ viewer }) => viewer.facilityRow);
      case 'uid':
        return this.parameter(':uid', 'uuid', ({ given }) => given['uid'] ?? null);
      case 'name':
        return this.parameter(':name', 'text', ({ given }) => given['name'] ?? null);
      case 'since':
      case 'until':
        return this.parameter(`:${name}`, 'timestamptz', ({ given }) => given[name] ?? null);
      default:
        return null;
    }
  }

  values(inputs: RunInputs): unknown[] {
    return this.#parameters.map(({ value }) => value(inputs));
  }
}

/** The arguments of one field: what is given at compile time decides the text, the values come at run time. */
export class Arguments {
  readonly #field: GraphQLField<unknown, unknown>;
  readonly #node: FieldNode;
  readonly #compiledWith: Record<string, unknown>;
  #lastRun: { readonly variables: RunInputs['variables']; readonly values: Record<string, unknown> } | null = null;

  constructor(field: GraphQLField<unknown, unknown>, node: FieldNode, variables: Readonly<Record<string, unknown>>) {
    this.#field = field;
    this.#node = node;
    this.#compiledWith = getArgumentValues(field, node, variables);
  }

  /** The value at compile time, by path: `filter.statuses`. */
  at(path: string): unknown {
    return follow(this.#compiledWith, path);
  }

  has(path: string): boolean {
    return this.at(path) !== undefined && this.at(path) !== null;
  }

  /** How the value is found in a later run of the same text. */
  reader(path: string): ParameterValue {
    return ({ variables }) => follow(this.#valuesOf(variables), path) ?? null;
  }

  /** Several parameters come from one field: its arguments are worked out once a run. */
  #valuesOf(variables: RunInputs['variables']): Record<string, unknown> {
    if (this.#lastRun?.variables !== variables) {
      this.#lastRun = { variables, values: getArgumentValues(this.#field, this.#node, variables) };
    }
    return this.#lastRun.values;
  }
}

function follow(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (at !== null && typeof at === 'object' ? Reflect.get(at, key) : undefined), value);
}
