/** What clients see of a fault: a code and a sentence of ours, nothing of the inside. */
import { describe, expect, it } from '@jest/globals';
import { getVariableValues, GraphQLError, parse, parseValue, valueFromASTUntyped, type OperationDefinitionNode } from 'graphql';
import { pino } from 'pino';
import { formatError } from '../../src/graphql/index.js';
import { HubError } from '../../src/kernel/index.js';
import { hubSchema } from '../support/gateway.js';

function told(error: unknown): { shown: ReturnType<typeof formatError>; logged: string } {
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  return { shown: formatError(error, { log, requestId: 'request-1' }), logged: lines.join('') };
}
const secret = 'Zz-Maria 1959-02-03';

describe('an error', () => {
  it('of the catalogue keeps its code and its words, wherever it was wrapped', () => {
    const fault = new HubError('SEARCH_TOO_WIDE', 'Search by an identifier.', { cause: new Error(secret) });
    const wrapped = new GraphQLError(fault.message, {
      originalError: new GraphQLError('again', { originalError: fault }),
      path: ['patients'],
    });
    for (const error of [fault, wrapped])
      expect(told(error).shown).toMatchObject({ message: 'Search by an identifier.', extensions: { code: 'SEARCH_TOO_WIDE' } });
    expect(told(wrapped).shown.path).toEqual(['patients']);
    expect(told(wrapped).logged).toBe(''); // the asker's fault, not the hub's
  });

  it('of the hub is logged by kind and code; its cause is shown to nobody', () => {
    const cause = Object.assign(new Error(`duplicate key (${secret})`), { code: '23505' });
    const { shown, logged } = told(new HubError('DATABASE_UNAVAILABLE', 'The database cannot be reached.', { cause }));
    expect(shown).toEqual({ message: 'The database cannot be reached.', extensions: { code: 'DATABASE_UNAVAILABLE' } });
    expect(logged).toContain('Error 23505');
    expect(logged + JSON.stringify(shown)).not.toContain('Zz-');
  });

  it('that nobody foresaw is INTERNAL, under the request id', () => {
    for (const error of [new TypeError(secret), new GraphQLError(secret, { originalError: new TypeError(secret) }), secret, undefined]) {
      const { shown, logged } = told(error);
      expect(shown.extensions).toEqual({ code: 'INTERNAL' });
      expect(shown.message).toContain('request-1');
      expect(logged + JSON.stringify(shown)).not.toContain('Zz-');
    }
  });

  it('of a document is BAD_INPUT, and a code of ours inside one of the server shows', () => {
    expect(
      told(new GraphQLError('Cannot query field "x".', { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } })).shown.extensions,
    ).toEqual({ code: 'BAD_INPUT' });
    const limit = new GraphQLError('too deep', { extensions: { code: 'LIMIT_EXCEEDED' } });
    expect(
      told(new GraphQLError('too deep', { originalError: limit, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } })).shown.extensions,
    ).toEqual({ code: 'LIMIT_EXCEEDED' });
  });

  it('says no more than that, whatever else stands in its extensions', () => {
    const { shown } = told(new GraphQLError('x', { extensions: { code: 'BAD_INPUT', stacktrace: [secret], exception: secret } }));
    expect(shown).toEqual({ message: 'x', extensions: { code: 'BAD_INPUT' } });
  });

  it.each([
    ['{ birthDate: "Zz-Maria" }', 'Variable "$s" got an invalid value at "s.birthDate"; Date: expected a date such as 2026-11-23.'],
    ['{ nam: "Zz-Maria" }', 'Variable "$s" got an invalid value; a field is not defined by type "PatientSearch". Did you mean "name"?'],
    ['{ name: { of: "Zz-Maria" } }', 'Variable "$s" got an invalid value at "s.name"; String cannot represent a non string value.'],
    [
      '"Zz-Maria; at \\"s.name\\"; Date: expected Zz-Maria"',
      'Variable "$s" got an invalid value; Expected type "PatientSearch" to be an object.',
    ],
  ])('of a variable that cannot be taken, as %s, tells where and what is expected, and not what was given', (value, expected) => {
    const { definitions } = parse('query ($s: PatientSearch!) { patients(search: $s) { totalCount } }');
    const [operation] = definitions as OperationDefinitionNode[];
    const given = valueFromASTUntyped(parseValue(value));
    const { errors } = getVariableValues(hubSchema, operation!.variableDefinitions ?? [], { s: given });
    expect(errors?.map((error) => told(error).shown.message)).toEqual([expected]);
  });
});
