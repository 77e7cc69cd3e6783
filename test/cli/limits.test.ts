/** The gateway's limits where hub.yaml says nothing: what is usual in production, and what in development. */
import { describe, expect, it } from '@jest/globals';
import { limitsOf } from '../../src/cli/limits.js';
import { hubSchema, operation } from '../support/gateway.js';

const usual = (development: boolean) => limitsOf({}, { schema: hubSchema, development });
const unregistered = { query: '{ __typename }' };

describe('in production', () => {
  const { gate, rateLimit } = usual(false);
  it('only registered documents are answered, those of our screens among them', () => {
    expect(() => gate.checkDocument(unregistered)).toThrow('This hub answers registered documents only.');
    expect(gate.checkDocument({ query: operation('worklist') }).cost).toBeGreaterThan(1);
  });
  it('other documents are answered where hub.yaml says so', () => {
    const open = limitsOf({ trustedDocumentsOnly: false }, { schema: hubSchema, development: false });
    expect(open.gate.checkDocument(unregistered)).toEqual({ query: '{ __typename }', cost: 1 });
  });
  it('a viewer may ask for 60,000 at once, and for as much in a minute', () => {
    expect(rateLimit.takeTokens('somebody', 1).headers['ratelimit-policy']).toBe('"viewer";q=60000;w=60');
  });
});

describe('in development', () => {
  it('any document is answered, within the same limits', () => {
    const { gate, mostBytes } = usual(true);
    expect(gate.checkDocument(unregistered).cost).toBe(1);
    expect(() => gate.checkDocument({ query: `{ ${'__typename '.repeat(6_000)} }` })).toThrow('6,002 tokens; 5,000 is the most');
    expect(mostBytes).toBe(262_144);
  });
});
