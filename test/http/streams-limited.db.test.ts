/** The limits of a document hold for streams as they do at /graphql: what a subscription costs, whether its document is
 *  registered, and how much its viewer has asked for of late. Each refusal is JSON with a status of its own, before anything
 *  streams. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHttpGateway, type HttpGateway, type HttpGatewayOptions } from '../support/http-gateway.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let gateway: HttpGateway;
let story: Story;
let token: string;
let folder: string;

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  gateway = await openHttpGateway(database);
  token = await gateway.token({ userUid: story.advocate.uid, minutes: 60 });
  folder = await mkdtemp(join(tmpdir(), 'hub-documents-'));
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

interface Opened {
  readonly status: number;
  readonly code: unknown;
  readonly message: string;
  readonly headers: Headers;
}
/** Of a stream that was accepted no more than its head is read. */
async function open(body: object, at = gateway, as = token): Promise<Opened> {
  const leaving = new AbortController();
  const answer = await fetch(`${at.url}/stream`, {
    method: 'POST',
    signal: leaving.signal,
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${as}` },
    body: JSON.stringify(body),
  });
  const { status, headers } = answer;
  if (status === 200) {
    expect(headers.get('content-type')).toMatch(/^text\/event-stream/);
    leaving.abort();
    return { status, code: null, message: '', headers };
  }
  const text = await answer.text();
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(text).not.toMatch(/node_modules|\.[tj]s:|stack|data:/);
  const said = JSON.parse(text) as { errors: { message: string; extensions: Record<string, unknown> }[] };
  expect(Object.keys(said)).toEqual(['errors']);
  expect(Object.keys(said.errors[0]?.extensions ?? {})).toEqual(['code']);
  return { status, code: said.errors[0]?.extensions['code'], message: said.errors[0]?.message ?? '', headers };
}
async function beside<T>(options: HttpGatewayOptions, work: (other: HttpGateway) => Promise<T>): Promise<T> {
  const other = await openHttpGateway(database, { beside: gateway, ...options });
  return work(other).finally(() => other.close());
}
const ids = 'subscription Ids { caseChanged { caseId } }';

describe('what a subscription costs', () => {
  const long = (most: number): string =>
    `subscription { caseChanged { case { patient { cases(first: ${most}) { nodes { patient { encounters(first: ${most}) { nodes { id } } } } } } } } }`;

  it('is limited, and told', async () => {
    expect(await open({ query: long(500) })).toMatchObject({
      status: 400,
      code: 'LIMIT_EXCEEDED',
      message: expect.stringMatching(/costs [\d,]{7,}; 50,000 is the most/),
    });
    expect((await open({ query: long(5) })).status).toBe(200);
  });

  it('counts pages whose length a variable says', async () => {
    const query = 'subscription ($n: Int) { caseChanged { case { patient { encounters(first: $n) { nodes { claims { id } } } } } } }';
    const tight = { limits: { cost: 500, trustedDocumentsOnly: false } };
    await beside(tight, async (other) => {
      expect(await open({ query, variables: { n: 500 } }, other)).toMatchObject({ status: 400, code: 'LIMIT_EXCEEDED' });
      expect((await open({ query: ids }, other)).status).toBe(200);
    });
  });
});

describe('where only registered documents are answered', () => {
  const registered = 'subscription Registered { caseChanged { caseId } }';
  const idOf = (text: string): string => createHash('sha256').update(text).digest('hex');

  it('another subscription is refused, and a registered one is heard by its text and by its id', async () => {
    await writeFile(join(folder, 'registered.graphql'), `${registered}\n`);
    await beside({ limits: { trustedDocumentsOnly: true, documents: folder } }, async (closed) => {
      expect(await open({ query: ids }, closed)).toMatchObject({ status: 400, code: 'DOCUMENT_NOT_REGISTERED' });
      expect(await open({ query: `${registered} # and more` }, closed)).toMatchObject({ code: 'DOCUMENT_NOT_REGISTERED' });
      expect(await open({ documentId: `sha256:${'f'.repeat(64)}` }, closed)).toMatchObject({ code: 'PERSISTED_QUERY_NOT_FOUND' });
      expect(await open({ query: ids, documentId: `sha256:${idOf(registered)}` }, closed)).toMatchObject({
        status: 400,
        code: 'BAD_INPUT',
      });
      expect((await open({ query: registered }, closed)).status).toBe(200);
      expect((await open({ documentId: `sha256:${idOf(registered)}` }, closed)).status).toBe(200);
      const persisted = { extensions: { persistedQuery: { version: 1, sha256Hash: idOf(registered) } } };
      expect((await open(persisted, closed)).status).toBe(200);
    });
  });
});

describe('a viewer who opens streams faster than they may ask', () => {
  it('is answered 429 and told when to come again; questions and streams are counted together, and others go on', async () => {
    const now = Date.now();
    const slow = { clock: { now: () => new Date(now) }, limits: { burst: 100, perMinute: 60, trustedDocumentsOnly: false } };
    await beside(slow, async (other) => {
      const first = await open({ query: ids }, other);
      expect([first.status, first.headers.get('ratelimit-policy')]).toEqual([200, '"viewer";q=100;w=100']);
      const left = Number(/r=(\d+)/.exec(first.headers.get('ratelimit') ?? '')?.[1]);
      expect(left).toBeLessThan(100);
      let refused = first;
      for (let n = 0; n < 60 && refused.status === 200; n += 1) refused = await open({ query: ids }, other);
      expect(refused).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
      expect(refused.headers.get('ratelimit')).toMatch(/^"viewer";r=\d+;t=\d+$/);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await other.post(token, { query: '{ cases { totalCount } }' })).status).toBe(429);
      expect((await open({ query: ids }, other, await gateway.token({ userUid: story.other.uid }))).status).toBe(200);
      const noted = await asOwner(database.url, `select from audit_entry where outcome = 'REFUSED' and operation is null`);
      expect(noted).toHaveLength(1);
    });
  });
});
