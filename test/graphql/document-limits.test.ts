/** How large a document is found to be, what it costs, and what a refusal says: worked out by hand, without a server. */
import { describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openGate, ordinaryLimits, readCostRules, readTrustedDocuments, type DocumentLimits } from '../../src/graphql/index.js';
import { packageRoot } from '../../src/kernel/index.js';
import { emptyFolder } from '../support/empty-folder.js';
import { hubSchema } from '../support/gateway.js';

const schema = buildSchema(`
  type Query { shelf(id: ID!): Shelf shelves(first: Int = 20): Shelves! loose: [Book!]! find(text: String!): Shelves! }
  type Mutation { put(id: ID!): Shelf }
  type Shelves { nodes: [Shelf!]! totalCount: Int }
  type Shelf { id: ID! books(first: Int = 10, after: String): Books! }
  type Books { nodes: [Book!]! edges: [BookEdge!]! }
  type BookEdge { cursor: String! node: Book! }
  type Book { id: ID! title: String shelf: Shelf }
`);
const costs = `object: 1
scalar: 0
page: { argument: first, most: 500 }
list: 5
types: { Book: 2 }
fields: { Query.find: 1000, Mutation.*: 50, totalCount: 20 }
`;
function gateWith(limits: Partial<DocumentLimits> = {}, more: { trustedOnly?: boolean; documents?: string[] } = {}) {
  const path = join(emptyFolder(), 'costs.yaml');
  writeFileSync(path, costs);
  const all = { ...ordinaryLimits, ...limits };
  return openGate({
    schema,
    limits: all,
    costs: readCostRules(path, schema),
    documents: readTrustedDocuments(more.documents ?? [], schema, all),
    trustedOnly: more.trustedOnly ?? false,
  });
}
const says = (query: string, limits: Partial<DocumentLimits> = {}): string => {
  try {
    gateWith(limits).checkDocument({ query });
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the size of a document', () => {
  it.each([
    ['{ a { b { c } } }', { depth: 2 }, 'The document is 3 levels deep; 2 is the most.'],
    ['{ a { ...F } } fragment F on T { b { c } }', { depth: 2 }, 'The document is 3 levels deep; 2 is the most.'],
    ['{ a { ... on T { ... { b } } } }', { depth: 2 }, 'taken'],
    ['{ a b c }', { fields: 2 }, 'The document selects 3 fields, or more; 2 is the most.'],
    [
      '{ a ...F ...G } fragment F on T { b } fragment G on T { c }',
      { fields: 4 },
      'The document selects 5 fields, or more; 4 is the most.',
    ],
    ['query A { a } query B { b c }', { fields: 2 }, 'The document selects 3 fields, or more; 2 is the most.'],
    ['{ a b c }', { roots: 2 }, 'The document asks 3 things at once; 2 is the most.'],
    ['{ a ...F } fragment F on Query { b c }', { roots: 2 }, 'The document asks 3 things at once; 2 is the most.'],
    ['{ __schema { types { name kind } } }', { roots: 1, depth: 1 }, 'taken'],
    ['{ x: a { y: b z: c } }', { aliases: 2 }, 'The document holds 3 aliases; 2 is the most.'],
    ['{ a { b b b } }', { repeats: 1 }, 'The document asks 2 times again for what it has asked for; 1 is the most.'],
    ['{ a { b c: b } ...F } fragment F on T { a { b } }', { repeats: 0 }, 'taken'],
    ['{ a @skip(if: false) b @skip(if: false) }', { directives: 1 }, 'The document holds 2 directives; 1 is the most.'],
    ['{ a @x@x@x@x }', {}, 'The document puts 4 directives on one place; 3 is the most.'],
    ['query @x@x@x@x { a }', {}, 'The document puts 4 directives on one place; 3 is the most.'],
    ['{ a(b: [1 2 3 4 5 6]) }', { tokens: 12 }, 'The document has 15 tokens; 12 is the most.'],
  ])('%s under %j: %s', (query, limits, expected) => expect(says(query, limits)).toBe(expected));

  it('is found out in no time, however the fragments are folded', () => {
    const folds = (end: string): string =>
      `{ ...D0 } ${Array.from({ length: 60 }, (_, n) => `fragment D${n} on Query { ...D${n + 1} ... { ...D${n + 1} } }`).join(' ')} fragment D60 on Query { ${end} }`;
    const circle = Array.from(
      { length: 40 },
      (_, n) => `fragment C${n} on Query { ...C${(n + 1) % 40} ...C${(n + 7) % 40} ...C${(n + 3) % 40} }`,
    );
    const deep = `{${'a{'.repeat(1_600)}b${'}'.repeat(1_600)}}`;
    for (const query of [folds('loose { id }'), folds('...D0'), `{ ...C0 } ${circle.join(' ')}`, deep]) {
      const begun = performance.now();
      expect(says(query)).toMatch(/is the most[.]$/);
      expect(performance.now() - begun).toBeLessThan(250);
    }
  });

  it('is found out before it is parsed where brackets are nested: the parser would run out of its stack', () => {
    const nested = (deep: number): string => `{ shelf(id: ${'['.repeat(deep)}1${']'.repeat(deep)}) { id } }`;
    expect(says(nested(2_400))).toBe('The document is nested 2,402 brackets deep; 200 is the most.');
    expect(says(`{ shelf(id: ${'['.repeat(4_900)}`)).toBe('The document is nested 4,902 brackets deep; 200 is the most.');
    expect(says(`query ($x: ${'['.repeat(300)}ID${']'.repeat(300)}) { shelf(id: $x) { id } }`)).toMatch(/nested 301 brackets deep/);
    expect(says(nested(190))).toBe('taken');
    // Brackets beside each other, or in a text, are not nested.
    expect(says(`{ ${'shelf(id: "[[") { id } '.repeat(20)}}`)).toBe('taken');
    expect(says(`{ shelf(id: "${'['.repeat(4_000)}") { id } }`)).toBe('taken');
  });
  it('leaves what cannot be read to who answers', () => {
    for (const query of ['{', '', '{ a(b: "', '\u0000']) expect(gateWith().checkDocument({ query })).toEqual({ query, cost: 1 });
    for (const request of [undefined, null, 7, 'text', {}, { query: 7 }])
      expect(gateWith().checkDocument(request)).toEqual({ query: null, cost: 1 });
  });
});

describe('the cost of a document', () => {
  const costOf = (query: string, variables?: unknown, operationName?: string): number =>
    gateWith({ cost: 1e9 }).checkDocument({ query, variables, operationName }).cost - 1;
  it.each([
    ['{ shelf(id: 1) { id } }', 1],
    ['{ shelf(id: 1) { books { nodes { title } } } }', 1 + 1 + 10 * 2],
    ['{ shelf(id: 1) { books(first: 3) { nodes { title shelf { id } } } } }', 1 + 1 + 3 * (2 + 1)],
    ['{ shelf(id: 1) { books(first: 3) { edges { cursor node { title } } } } }', 1 + 1 + 3 * (1 + 2)],
    ['{ shelves { totalCount nodes { id } } }', 1 + 20 + 20 * 1],
    ['{ shelves(first: 4) { nodes { books(first: 5) { nodes { id } } } } }', 1 + 4 * (1 + 1 + 5 * 2)],
    ['{ shelves(first: 100000) { nodes { id } } }', 1 + 500],
    ['{ shelves(first: -3) { nodes { id } } }', 1],
    ['{ loose { title } }', 5 * 2],
    ['{ find(text: "x") { nodes { id } } }', 1000 + 1 + 1 * 1],
    ['mutation { put(id: 1) { id } }', 50 + 1],
    ['{ shelf(id: 1) { ...F } } fragment F on Shelf { books(first: 3) { nodes { title } } }', 1 + 1 + 3 * 2],
    ['{ shelf(id: 1) { ...F ...F } } fragment F on Shelf { books(first: 3) { nodes { title } } }', 1 + 2 * (1 + 3 * 2)],
    ['{ nothing { here } }', 0],
    ['{ a: shelf(id: 1) { id } b: shelf(id: 2) { id } }', 2],
  ])('%s is %d', (query, cost) => expect(costOf(query)).toBe(cost));

  it('follows the variables of each request, with their defaults', () => {
    const query =
      'query A($n: Int = 7, $m: Int) { shelves(first: $n) { nodes { books(first: $m) { nodes { id } } } } } query B { shelf(id: 1) { id } }';
    const at = (n: number, m: number): number => 1 + n * (1 + 1 + m * 2);
    expect(costOf(query, {}, 'A')).toBe(at(7, 10));
    expect(costOf(query, { n: 2, m: 3 }, 'A')).toBe(at(2, 3));
    expect(costOf(query, { n: 1e9, m: 'many' }, 'A')).toBe(at(500, 500));
    expect(costOf(query, { n: null }, 'A')).toBe(at(500, 10));
    expect(costOf(query, {}, 'B')).toBe(1);
    expect(costOf(query, {}, 'C')).toBe(0);
    expect(costOf(query, { __proto__: { n: 500 } }, 'A')).toBe(at(7, 10));
  });

  it('above the limit says what was found and what is allowed', () => {
    const gate = gateWith({ cost: 1_000 });
    expect(() => gate.checkDocument({ query: '{ shelves(first: 500) { nodes { books(first: 500) { nodes { id } } } } }' })).toThrow(
      'The request costs 501,002; 1,000 is the most. Ask for shorter pages, or for less at once.',
    );
  });

  it('knows no name that the schema does not have', () => {
    const path = join(emptyFolder(), 'costs.yaml');
    writeFileSync(path, `${costs}lists: { boks: 3 }\n`.replace('Book: 2', 'Boook: 2').replace('object: 1', 'object: many'));
    expect(() => readCostRules(path, schema)).toThrow("costs.yaml:1 object: expected a whole number from 0 to 1000000, found 'many'");
    writeFileSync(path, `${costs}lists: { boks: 3 }\n`.replace('Book: 2', 'Boook: 2'));
    expect(() => readCostRules(path, schema)).toThrow(
      [
        "costs.yaml:5 types.Boook: expected a name of the schema, found another, the nearest is 'Book'",
        "costs.yaml:7 lists.boks: expected a name of the schema, found another, the nearest is 'books'",
      ].join('\n'),
    );
  });

  it('that ships fits the schema that ships', () => {
    expect(readCostRules(join(packageRoot, 'schema/limits/costs.yaml'), hubSchema).page).toEqual({ argument: 'first', most: 500 });
  });
});
