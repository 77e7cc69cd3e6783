/** Arguments of a root field that only `read` looks at: declared for the schema, not handed to the method. */
import { Arg } from 'type-graphql';
import { text, whole } from './field.js';

type Of = Extract<Parameters<typeof Arg>[1], (...args: never[]) => unknown>;
interface Argument {
  readonly of: Of;
  readonly default?: unknown;
}

/** `from` is the index after the method's own parameters. */
export function Takes(from: number, args: Readonly<Record<string, Argument>>): MethodDecorator {
  return (target, name) =>
    Object.entries(args).forEach(([argument, { of, default: value }], index) =>
      Arg(argument, of, value === undefined ? { nullable: true } : { nullable: true, defaultValue: value })(target, name, from + index),
    );
}
/** `first` and `after` of a connection. */
export const page = (first: number): Readonly<Record<string, Argument>> => ({ first: { of: whole, default: first }, after: { of: text } });
