/** Scalars pass strings through as SQL wrote them, so that every way of executing a document answers the same text, and no
 *  decimal passes through a float. What comes in is checked for form. */
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';

function textScalar(
  name: string,
  description: string,
  form: { readonly pattern: RegExp; readonly expected: string; readonly real?: (text: string) => boolean },
): GraphQLScalarType {
  const check = (value: unknown): string => {
    if (typeof value === 'string' && form.pattern.test(value) && (form.real?.(value) ?? true)) return value;
    throw new GraphQLError(`${name}: expected ${form.expected}`);
  };
  return new GraphQLScalarType({
    name,
    description,
    serialize: (value) => value,
    parseValue: check,
    parseLiteral: (node: ValueNode) => check(node.kind === Kind.STRING ? node.value : undefined),
  });
}

const isReal = (text: string): boolean => !Number.isNaN(Date.parse(text));

export const DateTime = textScalar('DateTime', 'An RFC 3339 instant, in UTC with milliseconds on the way out.', {
  pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/,
  expected: 'an RFC 3339 instant such as 2026-11-23T14:00:00Z',
  real: isReal,
});
export const CalendarDate = textScalar('Date', 'A calendar date, YYYY-MM-DD.', {
  pattern: /^\d{4}-\d{2}-\d{2}$/,
  expected: 'a date such as 2026-11-23',
  real: (text) => isReal(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text),
});
export const Decimal = textScalar('Decimal', 'An exact decimal, as a string; never a float.', {
  pattern: /^-?\d+(\.\d+)?$/,
  expected: 'a decimal such as "412.50"',
});
