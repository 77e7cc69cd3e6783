/** What a message says of a value that does not fit: where it stood and what was expected, and never the value. The messages are
 *  those that the libraries really give. */
import { describe, expect, it } from '@jest/globals';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { buildSchema, parse, validate, type OperationDefinitionNode } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { formatError } from '../../src/graphql/index.js';
import { silentLog } from '../../src/kernel/index.js';
import { hubSchema } from '../support/gateway.js';

const schema = buildSchema(`
  enum Colour { RED GREEN }
  input Of { name: String! colour: Colour some: [Int!] much: Float yes: Boolean }
  type Query { find(of: Of, n: Int, id: ID): Boolean }
`);
const told = (error: unknown): string => formatError(error, { log: silentLog, requestId: null }).message;
const value = 'Zz-Maria; 1959 "at" x';
const whole = 195902;
const query = 'query ($of: Of, $n: Int, $id: ID) { find(of: $of, n: $n, id: $id) }';

/** By graphql-js and by the compiled executor. */
function ofVariables(variables: Record<string, unknown>): string[] {
  const document = parse(query);
  const { errors = [] } = getVariableValues(
    schema,
    (document.definitions[0] as OperationDefinitionNode).variableDefinitions ?? [],
    variables,
  );
  const compiled = compileQuery(schema, document);
  if (!isCompiledQuery(compiled)) throw new Error('expected it to compile');
  const { errors: others = [] } = compiled.query({}, {}, variables) as { errors?: readonly Error[] };
  return [...errors, ...others].map(told);
}

describe('a variable that does not fit', () => {
  it.each([
    ['a text for a number', { n: value }, 'Variable "$n" got an invalid value; Int cannot represent non-integer value.'],
    ['a text for an object', { of: value }, 'Variable "$of" got an invalid value; Expected type "Of" to be an object.'],
    [
      'a number for a text',
      { of: { name: whole } },
      'Variable "$of" got an invalid value at "of.name"; String cannot represent a non string value.',
    ],
    [
      'a word that is none of the enum',
      { of: { name: value, colour: value } },
      'Variable "$of" got an invalid value at "of.colour"; it does not exist in "Colour" enum.',
    ],
    [
      'a number for a word of the enum',
      { of: { name: value, colour: whole } },
      'Variable "$of" got an invalid value at "of.colour"; Enum "Colour" cannot represent non-string value.',
    ],
    [
      'a text in a list of numbers',
      { of: { name: value, some: [1, value] } },
      'Variable "$of" got an invalid value at "of.some[1]"; Int cannot represent non-integer value.',
    ],
    [
      'a field that is not there',
      { of: { name: value, nam: value } },
      'Variable "$of" got an invalid value; a field is not defined by type "Of". Did you mean "name"?',
    ],
    [
      'a field that is missing',
      { of: { colour: 'RED' } },
      'Variable "$of" got an invalid value; Field "name" of required type "String!" was not provided.',
    ],
    ['an object for an id', { id: { name: value } }, 'Variable "$id" got an invalid value; ID cannot represent value.'],
  ])('%s', (_, variables, expected) => {
    const messages = ofVariables(variables);
    expect(messages).toContain(expected);
    expect(messages.join(' ')).not.toMatch(/Zz-|1959/);
  });

  it('says of a day how it is written', () => {
    const document = parse('query ($s: PatientSearch!) { patients(search: $s) { totalCount } }');
    const defined = (document.definitions[0] as OperationDefinitionNode).variableDefinitions ?? [];
    const { errors = [] } = getVariableValues(hubSchema, defined, { s: { name: value, birthDate: '03.02.1959' } });
    expect(errors.map(told)).toEqual(['Variable "$s" got an invalid value at "s.birthDate"; Date: expected a date such as 2026-11-23.']);
  });
});

describe('a value in a document that does not fit', () => {
  it.each([
    ['find(n: "Zz-Maria")', 'Int cannot represent non-integer value.'],
    ['find(of: { name: 195902 })', 'String cannot represent a non string value.'],
    ['find(of: { name: "Zz-Maria", colour: "Zz-RED" })', 'Enum "Colour" cannot represent non-enum value.'],
    ['find(of: { name: "Zz-Maria", colour: ZzMaria })', 'This value does not exist in "Colour" enum.'],
    ['find(of: "Zz-Maria")', 'Expected value of type "Of", found another.'],
  ])('%s', (field, expected) => {
    const messages = validate(schema, parse(`{ ${field} }`)).map(told);
    expect(messages.join(' ')).toContain(expected);
    expect(messages.join(' ')).not.toMatch(/Zz|1959/);
  });

  it.each([
    '{ find(n: ) "Zz-Maria" }',
    '{ find "Zz-Maria" }',
    '{ """Zz-Maria\nborn 1959""" }',
    '{ find 195902 }',
    '{ find(of: {name: "Zz-Maria" "born 1959"}) }',
  ])('where it cannot be parsed: %j', (text) => {
    let message = '';
    try {
      parse(text);
    } catch (error) {
      message = told(error);
    }
    expect(message).toMatch(/^Syntax Error: /);
    expect(message).not.toMatch(/Zz-|1959/);
  });
});

it('words of the schema and of the document are said as ever', () => {
  const [unknown] = validate(schema, parse('{ fnd }'));
  expect(told(unknown)).toBe('Cannot query field "fnd" on type "Query". Did you mean "find"?');
});
