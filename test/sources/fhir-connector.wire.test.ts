/** The FHIR connector against a server with manners, good and bad: what it asks for, what it believes, when it gives up. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Response } from 'express';
import { openConnector, type FhirSettings } from '../../src/sources/index.js';
import { serveFhir, type FhirFake, type Manners } from './fhir-fake.js';
import { countOutcomes, messagesIn, pullAll } from './reading.js';

let fake: FhirFake | null = null;
afterEach(async () => {
  await fake?.close();
  fake = null;
});

const patient = (id: string, changed = '2026-03-01T10:00:00Z'): string =>
  `{"resourceType":"Patient","id":"${id}","meta":{"lastUpdated":"${changed}"}}`;
const patients = (count: number): string[] => Array.from({ length: count }, (_, index) => patient(`zz-${String(index).padStart(4, '0')}`));

async function source(resources: readonly string[], manners: Manners = {}, more: Partial<FhirSettings> = {}) {
  const server = await serveFhir(resources, manners);
  fake = server;
  const settings: FhirSettings = {
    name: 'zz-ehr',
    kind: 'fhir',
    url: server.url,
    supplies: ['Patient'],
    auth: { kind: 'none' },
    pageSize: 100,
    retries: 2,
    ...more,
  };
  return { server, connector: openConnector(settings) };
}
const queries = (server: FhirFake) => server.asked.splice(0).map((path) => decodeURIComponent(path.replace('/fhir/', '')));

describe('a walk', () => {
  it('goes through the types in order, page by page', async () => {
    const { server, connector } = await source(
      [...patients(250), '{"resourceType":"Encounter","id":"zz-v","subject":{"reference":"Patient/zz-0001"}}'],
      {},
      { supplies: ['Patient', 'Encounter'] },
    );
    const batches = await pullAll(connector);
    expect(countOutcomes(batches)).toEqual({ mapped: 251 });
    expect(queries(server)).toEqual([
      'Patient?_count=100',
      'Patient?_count=100&page=100',
      'Patient?_count=100&page=200',
      'Encounter?_count=100',
    ]);
    expect(batches.map(({ progress }) => progress)).toEqual([0.2, 0.4, 0.5, 1]);
  });

  it('goes once through a type that is listed twice', async () => {
    const { server, connector } = await source(patients(1), {}, { supplies: ['Patient', 'Encounter', 'Patient'] });
    await pullAll(connector);
    expect(queries(server)).toEqual(['Patient?_count=100', 'Encounter?_count=100']);
  });

  it('splits a page that is larger than a batch may be, and resumes in the middle of it', async () => {
    const entries = patients(1700)
      .map((raw) => `{"resource":${raw}}`)
      .join(',');
    const { connector } = await source([], {
      instead: (_url, response) => Boolean(response.send(`{"resourceType":"Bundle","entry":[${entries}]}`)),
    });
    const batches = await pullAll(connector);
    expect(batches.map(({ messages }) => messages.length)).toEqual([1000, 700]);
    expect(messagesIn(await pullAll(connector, batches[0]?.cursor))).toEqual(batches[1]?.messages);
  });

  it('keeps the exact text of a resource, its decimals’ digits included', async () => {
    const claim =
      '{"resourceType":"Claim","id":"zz-c","patient":{"reference":"Patient/zz-1"},"total":{"value":204.95000000000000001,"currency":"USD"}}';
    const { connector } = await source([claim], {}, { supplies: ['Claim'] });
    expect(messagesIn(await pullAll(connector))).toMatchObject([
      { raw: claim, records: [{ billed: { amount: '204.95000000000000001' } }] },
    ]);
  });

  it('signs in by token or by password', async () => {
    const seen: (string | undefined)[] = [];
    const instead = (_url: URL, response: Response) => {
      seen.push(response.req.headers.authorization);
      return false;
    };
    const { server } = await source(patients(1), { instead });
    const base = { name: 'zz', kind: 'fhir', url: server.url, supplies: ['Patient'] } as const;
    await pullAll(openConnector({ ...base, auth: { kind: 'bearer', token: 'zz-token' } }));
    await pullAll(openConnector({ ...base, auth: { kind: 'basic', user: 'zz', password: 'pass' } }));
    expect(seen).toEqual(['Bearer zz-token', 'Basic eno6cGFzcw==']);
  });
});

describe('a later run', () => {
  it('asks only for what changed, by the server’s own time less an overlap', async () => {
    const { server, connector } = await source(patients(3), { now: '2026-03-02T12:00:00Z' });
    const before = (await pullAll(connector)).at(-1)?.cursor ?? null;
    server.resources = [...server.resources, patient('zz-new', '2026-03-02T13:00:00Z')];
    server.asked.length = 0;
    expect(messagesIn(await pullAll(connector, before))).toMatchObject([{ key: 'Patient/zz-new' }]);
    expect(queries(server)).toEqual(['Patient?_count=100&_lastUpdated=ge2026-03-02T11:59:30Z']);
  });

  it('reads everything when told to, and a full run cut short stays full', async () => {
    const { server, connector } = await source(patients(250));
    const before = (await pullAll(connector)).at(-1)?.cursor ?? null;
    server.asked.length = 0;
    const [first] = await pullAll(connector, before, true);
    expect(queries(server)[0]).toBe('Patient?_count=100');
    expect(messagesIn(await pullAll(connector, first?.cursor, true))).toHaveLength(150);
    expect(queries(server)).toEqual(['Patient?_count=100&page=100', 'Patient?_count=100&page=200']);
  });

  it.each(['ignores', 'warns', 'refuses'] as const)(
    'finds out that the server %s _lastUpdated, takes everything and does not ask again',
    async (lastUpdated) => {
      const { server, connector } = await source(patients(3), { lastUpdated });
      const first = (await pullAll(connector)).at(-1)?.cursor ?? null;
      const second = await pullAll(connector, first);
      expect(countOutcomes(second)).toEqual({ mapped: 3 });
      server.asked.length = 0;
      expect(countOutcomes(await pullAll(connector, second.at(-1)?.cursor))).toEqual({ mapped: 3 });
      expect(queries(server)).toEqual(['Patient?_count=100']);
    },
  );

  it('walks a type whole whose resources do not say when they changed', async () => {
    const { server, connector } = await source(['{"resourceType":"Patient","id":"zz-1"}']);
    const cursor = (await pullAll(connector)).at(-1)?.cursor ?? null;
    server.asked.length = 0;
    expect(countOutcomes(await pullAll(connector, cursor))).toEqual({ mapped: 1 });
    expect(queries(server)).toEqual(['Patient?_count=100']);
  });
});

describe('an answer that is not what was asked for', () => {
  const answer = (more: object) => (_url: URL, response: Response) =>
    Boolean(response.send({ resourceType: 'Bundle', type: 'searchset', ...more }));
  const outcome = (severity: string, code: string) => ({
    entry: [
      {
        resource: { resourceType: 'OperationOutcome', issue: [{ severity, code, details: { text: 'Zz-Secret' } }] },
        search: { mode: 'outcome' },
      },
    ],
  });

  it('no results, said by an OperationOutcome, is no error and no resource', async () => {
    const { connector } = await source([], { instead: answer(outcome('warning', 'not-found')) });
    expect(countOutcomes(await pullAll(connector))).toEqual({});
  });

  it('an error among the entries fails the run, without its words', async () => {
    const { connector } = await source([], { instead: answer(outcome('error', 'exception')) });
    await expect(pullAll(connector)).rejects.toMatchObject({
      code: 'SOURCE_ANSWER_UNREADABLE',
      message: expect.not.stringContaining('Zz-Secret'),
    });
  });

  it('a page that is not JSON, or cut off, fails the run', async () => {
    const { connector, server } = await source([], { instead: (_url, response) => Boolean(response.send('<html>Sign in</html>')) });
    await expect(pullAll(connector)).rejects.toMatchObject({ code: 'SOURCE_ANSWER_UNREADABLE' });
    server.manners = {
      instead: (_url, response) => Boolean(response.send(`{"resourceType":"Bundle","entry":[{"resource":${patient('zz-1')}}`)),
    };
    await expect(pullAll(connector)).rejects.toMatchObject({ code: 'SOURCE_ANSWER_UNREADABLE' });
  });

  it('a next page on another server is not followed, and gets no token', async () => {
    const { connector } = await source([], {
      instead: answer({ link: [{ relation: 'next', url: 'http://127.0.0.1:9/fhir/Patient?page=2' }] }),
    });
    await expect(pullAll(connector)).rejects.toMatchObject({ code: 'SOURCE_ANSWER_UNREADABLE' });
  });

  it('pages that lead in a circle end', async () => {
    const { connector } = await source([], {
      instead: (url, response) => answer({ link: [{ relation: 'next', url: `${url.origin}/fhir/Patient?page=1` }] })(url, response),
    });
    await expect(pullAll(connector)).rejects.toMatchObject({
      code: 'SOURCE_ANSWER_UNREADABLE',
      message: expect.stringContaining('circle'),
    });
  });
});

describe('a server in trouble', () => {
  const failing = (times: number, status: number, headers: Record<string, string> = {}): Manners => {
    let left = times;
    return { instead: (_url, response) => left-- > 0 && Boolean(response.set(headers).status(status).send('Zz-Secret')) };
  };

  it('is asked again after a passing fault, and later where it says so', async () => {
    const { server, connector } = await source(patients(1), failing(2, 503, { 'retry-after': '0' }));
    expect(countOutcomes(await pullAll(connector))).toEqual({ mapped: 1 });
    expect(server.asked).toHaveLength(3);
  });

  it('is left alone after some tries, or at once where it wants to rest long', async () => {
    const { server, connector } = await source(patients(1), failing(9, 429, { 'retry-after': '0' }));
    await expect(pullAll(connector)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: 'Source zz-ehr did not answer: HTTP 429 (tries: 3).',
    });
    server.manners = failing(9, 503, { 'retry-after': '3600' });
    await expect(pullAll(connector)).rejects.toMatchObject({ message: 'Source zz-ehr did not answer: HTTP 503 (tries: 1).' });
  });

  it.each([
    [401, 'SOURCE_UNREACHABLE'],
    [403, 'SOURCE_UNREACHABLE'],
    [404, 'SOURCE_ANSWER_UNREADABLE'],
    [400, 'SOURCE_ANSWER_UNREADABLE'],
  ])('that answers %i is not asked again', async (status, code) => {
    const { server, connector } = await source(patients(1), failing(9, status));
    await expect(pullAll(connector)).rejects.toMatchObject({ code, message: expect.not.stringMatching(/Zz-Secret|_count|http:/) });
    expect(server.asked).toHaveLength(1);
  });

  it('has a deadline for the whole answer', async () => {
    const { connector } = await source(
      patients(1),
      { instead: (_url, response) => response.write('{"resourceType"') },
      { timeoutMs: 100, retries: 0 },
    );
    await expect(pullAll(connector)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('within 100 ms'),
    });
  });

  it('that nobody listens at is unreachable', async () => {
    const { connector, server } = await source(patients(1), {}, { retries: 0 });
    await server.close();
    fake = null;
    await expect(pullAll(connector)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('connection failed'),
    });
  });

  it('whose paging session has expired is walked again from the first page, once', async () => {
    let expired = false;
    const instead = (url: URL, response: Response) => {
      if (expired || url.searchParams.get('page') !== '200') return false;
      expired = true;
      return Boolean(response.status(410).send());
    };
    const { connector, server } = await source(patients(250), { instead });
    expect(countOutcomes(await pullAll(connector))).toEqual({ mapped: 450 });
    server.manners = { instead: (url, response) => url.searchParams.has('page') && Boolean(response.status(410).send()) };
    await expect(pullAll(connector)).rejects.toMatchObject({ code: 'SOURCE_ANSWER_UNREADABLE' });
  });

  it('that has moved is walked again from the watermark, wherever the walk was cut short', async () => {
    const resources = patients(250);
    const { connector, server } = await source(resources);
    const before = (await pullAll(connector)).at(-1)?.cursor ?? null;
    server.resources = resources.map((raw) => raw.replace('2026-03-01', '2026-03-03'));
    const [begun] = await pullAll(connector, before);
    const [cursor, asked] = [begun?.cursor ?? null, 'Patient?_count=100&_lastUpdated=ge2026-03-02T11:59:30Z'];
    expect(cursor).toMatchObject({ page: expect.stringContaining('page=100'), home: server.url });
    queries(server);
    await pullAll(connector, cursor);
    expect(queries(server)[0]).toBe(`${asked}&page=100`);

    const moved = [
      { ...cursor, page: 'http://127.0.0.1:9/fhir/Patient?page=100', home: 'http://127.0.0.1:9/fhir' },
      { ...cursor, page: 'http://127.0.0.1:9/fhir/Patient?page=100', home: null },
      { ...cursor, home: server.url.replace('/fhir', '/old/fhir') },
    ];
    for (const from of moved) {
      expect(countOutcomes(await pullAll(connector, from))).toEqual({ mapped: 250 });
      expect(queries(server)[0]).toBe(asked);
    }
  });
});
