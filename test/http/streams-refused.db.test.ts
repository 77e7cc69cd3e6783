/** Who may not open a stream, and what a refusal says: a status of its own and JSON in GraphQL shape, before anything streams. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { openHttpGateway, type HttpGateway } from '../support/http-gateway.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';
import { openStream, type OpenStream } from '../support/streams.js';

let database: TestDatabase;
let gateway: HttpGateway;
let story: Story;
let token: string;
const open: OpenStream[] = [];

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  gateway = await openHttpGateway(database, { streams: { perViewer: 3, perProcess: 5 } });
  token = await gateway.token({ userUid: story.advocate.uid });
});
afterEach(async () => {
  open.splice(0).forEach((stream) => stream.close());
  await pause(50);
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

const write = (sql: string, values: readonly unknown[] = []) => asOwner(database.url, sql, values);
const touch = () => write('update case_file set version = version + 1 where uid = $1', [story.maria.caseUid]);
const oneCase = 'subscription Watched($id: ID!) { caseChanged(caseId: $id) { case { version summary } } }';
const variables = () => ({ id: `case_${story.maria.caseUid}` });
async function watch(by = token): Promise<OpenStream> {
  const stream = await openStream(gateway, by, oneCase, { variables: variables() });
  open.push(stream);
  return stream;
}

describe('a stream is refused in GraphQL shape, with a status of its own,', () => {
  const ask = async (body: unknown, { by = token, accept = 'text/event-stream', method = 'POST' } = {}) => {
    const answer = await fetch(`${gateway.url}/stream`, {
      method,
      headers: { 'content-type': 'application/json', accept, ...(by ? { authorization: `Bearer ${by}` } : {}) },
      ...(method === 'GET' ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    expect(text).not.toMatch(/node_modules|\.[tj]s:|stack|did you mean/i);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    const { errors } = JSON.parse(text) as { errors: { extensions: { code: string } }[] };
    return [answer.status, errors[0]?.extensions.code];
  };
  const good = () => ({ query: oneCase, variables: variables() });

  it('without a token, or by a method that would put variables into an address', async () => {
    expect(await ask(good(), { by: '' })).toEqual([401, 'UNAUTHENTICATED']);
    expect(await ask(good(), { by: 'a.b.c' })).toEqual([401, 'UNAUTHENTICATED']);
    for (const method of ['GET', 'PUT', 'DELETE']) expect(await ask(good(), { method })).toEqual([405, 'METHOD_NOT_ALLOWED']);
  });

  it('of a client that wants another form, or sends another', async () => {
    expect(await ask(good(), { accept: 'application/json' })).toEqual([400, 'BAD_INPUT']);
    for (const body of ['{', '[]', '{}', '{"query":7}', [good()], { ...good(), variables: 'x' }, { ...good(), operationName: 7 }])
      expect(await ask(body)).toEqual([400, 'BAD_INPUT']);
    expect(await ask({ ...good(), variables: { id: 'x'.repeat(300_000) } })).toEqual([400, 'LIMIT_EXCEEDED']);
  });

  it('for a document that is no single subscription within the limits', async () => {
    for (const query of [
      '{ __typename }',
      'mutation { openCase(input: { channel: PHONE, summary: "x" }) { __typename } }',
      'subscription { a: caseChanged { caseId } b: caseChanged { caseId } }',
      'subscription { __typename }',
      'subscription { caseChanged { nothing } }',
      'subscription A { reminderDue { reminderId } } subscription B { reminderDue { reminderId } }',
    ])
      expect([query.slice(0, 60), ...(await ask({ query }))]).toEqual([query.slice(0, 60), 400, 'BAD_INPUT']);
    const deep = `subscription { caseChanged { case { patient { ${'cases { nodes { patient { '.repeat(5)} id ${'} } }'.repeat(5)} } } } }`;
    expect(await ask({ query: deep })).toEqual([400, 'LIMIT_EXCEEDED']);
    const repeated = `subscription { caseChanged { caseId ${'__typename '.repeat(6_000)} } }`;
    expect(await ask({ query: repeated })).toEqual([400, 'LIMIT_EXCEEDED']);
  });

  it('without telling what the document might have meant', async () => {
    for (const query of [
      'subscription { caseChangd { caseId } }',
      'subscription { caseChanged { casId } }',
      'subscription { caseChanged(casId: "x") { caseId } }',
    ])
      expect(await ask({ query })).toEqual([400, 'BAD_INPUT']);
  });

  it('for an argument that cannot be', async () => {
    expect(await ask({ query: oneCase })).toEqual([400, 'BAD_INPUT']); // the variable is missing
    expect(await ask({ query: oneCase, variables: { id: 'pat_1' } })).toEqual([400, 'BAD_INPUT']);
  });

  it('to one stream too many of a viewer, and of the gateway', async () => {
    for (let n = 0; n < 3; n += 1) await watch();
    expect(await ask(good())).toEqual([429, 'TOO_MANY_STREAMS']);
    const other = await gateway.token({ userUid: story.other.uid });
    for (let n = 0; n < 2; n += 1) await watch(other);
    const [third] = await write(
      `insert into directory_user (uid, name, role) values (gen_random_uuid(), 'Zz-Third', 'ADVOCATE') returning uid`,
    );
    const another = await gateway.token({ userUid: String(third?.['uid']) });
    expect(await ask(good(), { by: another })).toEqual([429, 'TOO_MANY_STREAMS']);
    open.splice(0).forEach((stream) => stream.close());
    await pause(200);
    const again = await watch(another); // what was closed is free again
    await touch();
    await again.count(1);
  });

  it('and a subscription at /graphql is told where to go', async () => {
    const answer = await gateway.post(token, { query: 'subscription { caseChanged { caseId } }' });
    expect(answer.json.errors).toEqual([expect.objectContaining({ extensions: { code: 'BAD_INPUT' } })]);
    expect(answer.text).toContain('/graphql/stream');
  });
});
