/** What is known to be tried against GraphQL servers, each tried here: never a 5xx, never a stack, never more than the viewer
 *  may know. The twelve checks of graphql-cop are written anew from what they look for. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { getIntrospectionQuery } from 'graphql';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { errorCatalogue } from '../../src/kernel/index.js';
import { beside, describeBeside } from '../support/beside.js';
import { openHttpGateway, type HttpGateway } from '../support/http-gateway.js';
import { asOwner } from '../support/owner.js';
import { operation } from '../support/gateway.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let gateway: HttpGateway;
let story: Story;
let token: string;
let engineer: string;

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  gateway = await openHttpGateway(database);
  token = await gateway.token({ userUid: story.advocate.uid, minutes: 60 });
  engineer = await gateway.token({ userUid: story.advocate.uid, role: 'INTEGRATION_ENGINEER', purpose: 'HSYSADMIN', minutes: 60 });
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

interface Told {
  readonly status: number;
  readonly text: string;
}
const inside = /node_modules|[.][jt]s:\d|stacktrace|\bat Object|postgres|relation "|syntax error at/i;

/** In GraphQL shape, with a code of the catalogue and nothing of the inside. */
function codeIn({ status, text }: Told): string {
  expect([status, text]).toEqual([expect.any(Number), expect.not.stringMatching(inside)]);
  expect(status).toBeLessThan(500);
  const { errors } = JSON.parse(text) as { errors?: { message: string; extensions: { code: string } }[] };
  const code = errors?.[0]?.extensions.code ?? '';
  if (status >= 400) expect(Object.keys(errorCatalogue)).toContain(code);
  return code;
}
const post = async (body: unknown, as = token, headers: Record<string, string> = {}): Promise<Told> => gateway.post(as, body, headers);
async function get(address: string, headers: Record<string, string> = {}): Promise<Told> {
  const answer = await fetch(`${gateway.url}${address}`, { headers: { authorization: `Bearer ${token}`, ...headers } });
  return { status: answer.status, text: await answer.text() };
}
const many = (n: number, part: (at: number) => string): string => Array.from({ length: n }, (_, at) => part(at)).join(' ');

describe('of what graphql-cop looks for', () => {
  it('alias overloading is refused', async () =>
    expect(codeIn(await post({ query: `{ ${many(101, (n) => `alias${n}:__typename`)} }` }))).toBe('LIMIT_EXCEEDED'));
  it('batches of operations in a list are refused', async () =>
    expect(codeIn(await post(Array.from({ length: 10 }, () => ({ query: '{ __typename }' }))))).toBe('BAD_INPUT'));
  it('a query by GET is refused', async () =>
    expect(codeIn(await get('?query={__typename}', { 'apollo-require-preflight': 'x' }))).toBe('METHOD_NOT_ALLOWED'));
  it('a query in a form is refused', async () => {
    const form = new URLSearchParams({ query: '{ __typename }' }).toString();
    expect(codeIn(await post(form, token, { 'content-type': 'application/x-www-form-urlencoded' }))).toBe('BAD_INPUT');
    expect(codeIn(await post('{ __typename }', token, { 'content-type': 'application/graphql' }))).toBe('BAD_INPUT');
  });
  it('no tracing is answered', async () => expect((await post({ query: '{ __typename }' })).text).not.toMatch(/tracing|"extensions"/));
  it('a field five hundred times over is refused', async () => {
    expect(codeIn(await post({ query: `{ ${many(500, () => '__typename')} }` }))).toBe('LIMIT_EXCEEDED');
    expect(codeIn(await post({ query: `{ cases { nodes { ${many(500, () => 'number')} } } }` }))).toBe('LIMIT_EXCEEDED');
  });
  it('no suggestion is made to whom the schema is not shown, nor is one missing to whom it is', async () => {
    for (const query of [
      '{ directiv }',
      '{ casess { nodes { id } } }',
      '{ cases(frst: 1) { totalCount } }',
      '{ cases(orderBy: NEXT_DEADLIN) { totalCount } }',
      '{ cases { nodes { ... on Patien { id } } } }',
    ])
      expect((await post({ query })).text).not.toMatch(/did you mean/i);
    const search = 'query ($s: PatientSearch!) { patients(search: $s) { totalCount } }';
    const wrong = await post({ query: search, variables: { s: { nam: 'Zz-Maria' } } });
    expect([codeIn(wrong), /did you mean/i.test(wrong.text)]).toEqual(['BAD_INPUT', false]);
    expect((await post({ query: '{ sourcess { id } }' }, engineer)).text).toMatch(/Did you mean \\"sources\\"/);
  });
  it('no GraphiQL is served', async () => {
    const page = await get('', { accept: 'text/html' });
    expect([page.status, page.text]).toEqual([405, expect.not.stringMatching(/<html|graphiql|playground/i)]);
  });
  it('introspection is refused', async () => {
    expect(codeIn(await post({ query: getIntrospectionQuery() }))).toBe('INTROSPECTION_DISABLED');
    expect(codeIn(await post({ query: '{ __schema }' }))).toBe('BAD_INPUT');
  });
  it('ten directives on one field are refused', async () => {
    expect(codeIn(await post({ query: '{ __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }' }))).toBe('LIMIT_EXCEEDED');
    expect(
      codeIn(await post({ query: `{ ${many(25, (n) => `a${n}: __typename @skip(if: false) @include(if: true) @skip(if: false)`)} }` })),
    ).toBe('LIMIT_EXCEEDED');
  });
  it('introspection in circles is refused, whoever asks', async () => {
    const circle = '{ __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }';
    for (const as of [token, engineer]) expect(codeIn(await post({ query: circle }, as))).toBe('BAD_INPUT');
  });
  it('a mutation by GET is refused', async () =>
    expect(codeIn(await get('?query=mutation%20{__typename}', { 'apollo-require-preflight': 'x' }))).toBe('METHOD_NOT_ALLOWED'));
});

describe('other floods', () => {
  it('of long pages are refused by their cost, and told it', async () => {
    const answer = await post({ query: '{ cases(first: 500) { nodes { patient { encounters(first: 500) { nodes { id } } } } } }' });
    expect([codeIn(answer), answer.text]).toEqual(['LIMIT_EXCEEDED', expect.stringMatching(/costs [\d,]{7}; 50,000 is the most/)]);
  });
  it('of bytes are refused, and told how many', async () => {
    const answer = await post({ query: '{ __typename }', variables: { x: 'x'.repeat(300_000) } });
    expect([answer.status, codeIn(answer), answer.text]).toEqual([
      400,
      'LIMIT_EXCEEDED',
      expect.stringMatching(/holds 300,\d+ bytes; 262,144 is the most/),
    ]);
  });
  it('of bytes in a small parcel are refused by what it holds', async () => {
    const parcel = gzipSync(JSON.stringify({ query: '{ __typename }', variables: { x: 'x'.repeat(30_000_000) } }));
    const answer = await fetch(gateway.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: new Uint8Array(parcel),
    });
    expect([answer.status, codeIn({ status: answer.status, text: await answer.text() })]).toEqual([400, 'LIMIT_EXCEEDED']);
  });
  it('of headers are refused in GraphQL shape, and so is what is no HTTP', async () => {
    const { port } = new URL(gateway.url);
    const send = async (head: string): Promise<Told> => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(head);
      const said = await textOf(socket);
      return { status: Number(/^HTTP\/1.1 (\d+)/.exec(said)?.[1]), text: said.slice(said.indexOf('\r\n\r\n') + 4) };
    };
    const huge = await send(`POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${'a'.repeat(20_000)}\r\n\r\n`);
    expect([huge.status, codeIn(huge)]).toEqual([431, 'LIMIT_EXCEEDED']);
    const noise = await send('\u0000\u0001 nothing\r\n\r\n');
    expect([noise.status, codeIn(noise)]).toEqual([400, 'BAD_INPUT']);
  });
  it('of an oversized token are answered 401', async () => {
    const answer = await post({ query: '{ __typename }' }, `${token}${'a'.repeat(9_000)}`);
    expect([answer.status, codeIn(answer)]).toEqual([401, 'UNAUTHENTICATED']);
  });
});

describe('a viewer who asks for too much in a short time', () => {
  it('is answered 429 until some time has passed, which is told; others are not', async () => {
    let now = Date.now();
    const clock = { now: () => new Date(now) };
    const slow = await openHttpGateway(database, { tokens: gateway.tokens, limits: { burst: 5_000, perMinute: 5_000 }, clock });
    try {
      const search = { query: operation('find-patient'), variables: { search: { phone: '5550101000' } } };
      const screen = { query: operation('worklist') };
      const parallel = await Promise.all([screen, screen, screen, screen].map((body) => slow.post(token, body)));
      expect(parallel.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      expect(parallel[0]?.headers.get('ratelimit-policy')).toBe('"viewer";q=5000;w=60');
      const seen = await lastSeq();
      const answers = [];
      for (let n = 0; n < 6; n += 1) answers.push(await slow.post(token, search));
      const refused = answers.filter(({ status }) => status === 429);
      expect(answers[0]?.status).toBe(200);
      expect(refused.length).toBeGreaterThan(2);
      expect(codeIn(refused[0] ?? { status: 0, text: '{}' })).toBe('RATE_LIMITED');
      expect(refused[0]?.headers.get('ratelimit')).toMatch(/^"viewer";r=\d+;t=\d+$/);
      const wait = Number(refused[0]?.headers.get('retry-after'));
      expect(wait).toBeGreaterThan(0);
      expect(await refusalsSince(seen)).toBe(1); // once a minute, not for each
      expect((await slow.post(await slow.token({ userUid: story.other.uid }), screen)).status).toBe(401); // of another issuer
      expect((await slow.post(await gateway.token({ userUid: story.other.uid }), screen)).status).toBe(200);
      now += wait * 1000;
      expect((await slow.post(token, search)).status).toBe(200);
    } finally {
      await slow.close();
    }
  });
  const lastSeq = async (): Promise<string> => (await asOwner<{ seq: string }>(database.url, 'select seq from audit_head'))[0]?.seq ?? '0';
  const refusalsSince = async (seq: string): Promise<number> =>
    (await asOwner(database.url, `select from audit_entry where seq > $1 and outcome = 'REFUSED'`, [seq])).length;
});

describeBeside('data/hostile/graphql', 'of published attacks', () => {
  interface Attack {
    readonly id: string;
    readonly transport: 'GET' | 'POST';
    readonly payload: unknown;
  }
  const lines = (name: string): string[] =>
    readFileSync(beside(`data/hostile/graphql/${name}`), 'utf8')
      .split('\n')
      .filter(Boolean);
  it('each is refused', async () => {
    for (const line of lines('attacks.jsonl')) {
      const { id, transport, payload } = JSON.parse(line) as Attack;
      const answer = transport === 'GET' ? await get(String(payload)) : await post(payload);
      expect([id, answer.status >= 400]).toEqual([id, true]);
      codeIn(answer);
    }
  });
  it('no path leads to a page', async () => {
    for (const path of lines('paths_seclists.txt').filter((known) => known !== 'graphql')) {
      const answer = await fetch(new URL(path, new URL('/', gateway.url)), { headers: { authorization: `Bearer ${token}` } });
      expect([path, answer.status, await answer.text()]).toEqual([
        path,
        path.startsWith('graphql/') ? 405 : 404,
        expect.not.stringMatching(inside),
      ]);
    }
  });
});

describe('whatever is sent', () => {
  const word = fc.constantFrom(
    'cases',
    'nodes',
    'patient',
    'id',
    'number',
    '__typename',
    '__schema',
    'first',
    'sources',
    'name',
    'x',
    '...',
    '{',
    '}',
    '(',
    ')',
    ':',
    '@skip',
    '$v',
    '"',
    '1',
    '-1',
    'on Patient',
    'query',
    'mutation',
    'fragment F on Query',
    '#',
    '\n',
    'null',
    'true',
  );
  const document = fc.oneof(
    fc.array(word, { maxLength: 40 }).map((words) => words.join(' ')),
    fc.array(word, { maxLength: 20 }).map((words) => `{ ${words.join(' ')} }`),
    fc.string({ unit: 'binary', maxLength: 200 }),
  );
  const body = fc.oneof(
    fc
      .record(
        {
          query: document,
          variables: fc.jsonValue(),
          operationName: fc.jsonValue(),
          extensions: fc.jsonValue(),
          documentId: fc.jsonValue(),
        },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value)),
    fc.json(),
    fc.string({ unit: 'binary', maxLength: 200 }),
  );
  const header = fc.stringMatching(/^[\x21-\x7e]{0,60}$/);
  const headers = fc.record(
    {
      authorization: header,
      'content-type': fc.oneof(header, fc.constantFrom('application/json', 'application/json; charset=utf-7', 'multipart/form-data')),
      'content-encoding': fc.oneof(header, fc.constantFrom('gzip', 'br', 'identity')),
      accept: header,
      'x-purpose-of-use': header,
      'x-request-id': header,
    },
    { requiredKeys: [] },
  );

  it('is answered in GraphQL shape, below 500, without a word of the inside', async () => {
    await fc.assert(
      fc.asyncProperty(body, fc.option(headers, { nil: {}, freq: 3 }), async (sent, more) => {
        const answer = await gateway.post(token, sent, Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined)));
        codeIn(answer);
      }),
      { numRuns: 600 },
    );
    expect(gateway.logged()).not.toMatch(/a fault of the hub/);
  });
});
