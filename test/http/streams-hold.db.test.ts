/** What must not break a stream, and what must: refusals at the door, a listener that is killed, clients that do not read,
 *  tokens that expire, a policy that changes, an audit trail that cannot be written, a hub that stops. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { at } from '../support/answers.js';
import { openHttpGateway, type HttpGateway } from '../support/http-gateway.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';
import { openStream, quietly, type OpenStream } from '../support/streams.js';

let database: TestDatabase;
let gateway: HttpGateway;
let story: Story;
let token: string;
/** Of the gateway's door, directory and tokens; it only goes on. */
let aheadMs = 0;
const open: OpenStream[] = [];

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  const clock = { now: () => new Date(Date.now() + aheadMs) };
  gateway = await openHttpGateway(database, { clock, lookAgainMs: 100, streams: { perViewer: 3, perProcess: 5 } });
  token = await gateway.token({ userUid: story.advocate.uid, minutes: 60 });
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
const version = async () => (await write('select version from case_file where uid = $1', [story.maria.caseUid]))[0]?.['version'];
const oneCase = 'subscription Watched($id: ID!) { caseChanged(caseId: $id) { case { version summary } } }';
const variables = () => ({ id: `case_${story.maria.caseUid}` });
async function watch(by = token, at = gateway): Promise<OpenStream> {
  const stream = await openStream(at, by, oneCase, { variables: variables() });
  open.push(stream);
  return stream;
}
const lastVersion = (stream: OpenStream) => at(stream.events.at(-1), 'caseChanged.case.version');
async function upToDate(stream: OpenStream): Promise<void> {
  const newest = await version();
  await stream.latest((event) => at(event, 'caseChanged.case.version') === newest);
}
const endOf = async (stream: OpenStream) => {
  await stream.untilEnded();
  return [stream.ended(), stream.events.at(-1)?.errors?.map(({ extensions }) => extensions?.['code'])];
};

it('a plain client gets server-sent events: a comment at once, so that it knows that the stream stands, then the event', async () => {
  const leaving = new AbortController();
  const answer = await fetch(`${gateway.url}/stream`, {
    method: 'POST',
    signal: leaving.signal,
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: oneCase, variables: variables() }),
  });
  expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
    'no-store',
  ]);
  const parts = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  expect((await parts.read()).value).toBe(':\n\n');
  await touch();
  expect((await parts.read()).value).toMatch(
    /^event: next\ndata: \{"data":\{"caseChanged":\{"case":\{"version":\d+,"summary":"Moved twice"\}\}\}\}\n\n$/,
  );
  leaving.abort();
});

describe('when the connection that hears of changes is killed', () => {
  const kill = () =>
    write(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name = 'hub-listener'`, [
      database.name,
    ]);

  it('what changed meanwhile is told all the same, and what changes afterwards', async () => {
    const stream = await watch();
    for (let round = 1; round <= 3; round += 1) {
      await kill();
      await touch(); // nobody listens at this moment, or the news is lost on its way
      await upToDate(stream);
      await touch();
      await upToDate(stream);
    }
  });

  it('and cannot be opened again for a while, nothing is missed', async () => {
    const stream = await watch();
    await write(`alter database ${database.name} connection limit 0`);
    try {
      await kill();
      await pause(700);
      await touch();
      await touch();
      await quietly();
    } finally {
      await write(`alter database ${database.name} connection limit -1`);
    }
    await upToDate(stream);
  });
});

describe('a thousand changes', () => {
  it('of one case are as many events as the client and the hub keep up with, and the last one is the newest', async () => {
    const stream = await watch();
    const client = new pg.Client({ connectionString: database.url, options: '-c search_path=hub' });
    await client.connect();
    for (let n = 0; n < 1_000; n += 1)
      await client.query('update case_file set version = version + 1 where uid = $1', [story.maria.caseUid]);
    await client.end();
    await stream.count(1);
    await quietly();
    expect(lastVersion(stream)).toBe(await version());
    expect(stream.events.length).toBeLessThan(1_000);
  });

  it('in one transaction are one event', async () => {
    const stream = await watch();
    await write(
      `do $$ begin for n in 1..1000 loop update hub.case_file set version = version + 1 where uid = '${story.maria.caseUid}'; end loop; end $$`,
    );
    await stream.count(1);
    await quietly();
    expect(stream.events.length).toBeLessThanOrEqual(3); // of notifications that came in several parts
    expect(lastVersion(stream)).toBe(await version());
  });
});

describe('a client that does not read', () => {
  it('holds nobody up, gathers nothing, and reads the newest when it goes on', async () => {
    const wide = `subscription Slow { caseChanged { case { number version ${Array.from({ length: 50 }, (_, n) => `s${n}: narrative`).join(' ')} } } }`;
    await write(`update case_file set narrative = repeat('Zz long ', 8000) where uid = $1`, [story.maria.caseUid]); // 3 MB an event
    const slow = await rawStream(wide);
    const quick = await watch();
    const [{ seq } = { seq: 0 }] = await write('select seq from audit_head');
    for (let n = 0; n < 60; n += 1) {
      await touch();
      await pause(10);
    }
    await quick.count(1);
    await quietly();
    expect(lastVersion(quick)).toBe(await version());
    const made = await write(`select 1 from audit_entry where operation = 'Slow' and seq > $1`, [seq]);
    expect(made.length).toBeLessThan(15); // no more than fit on their way
    slow.resume();
    const newest = `"version":${String(await version())},`;
    let tail = '';
    let found = false;
    slow.on('data', (part: Buffer) => {
      tail = (tail + part.toString('latin1')).slice(-100_000);
      found ||= tail.includes(newest);
    });
    for (let waited = 0; !found && waited < 20_000; waited += 50) await pause(50);
    expect(found).toBe(true);
    slow.destroy();
    await write(`update case_file set narrative = 'They moved my appointment twice.' where uid = $1`, [story.maria.caseUid]);
  });

  /** A socket that sends the request and then takes nothing. */
  async function rawStream(query: string): Promise<Socket> {
    const { hostname, port } = new URL(gateway.url);
    const body = JSON.stringify({ query });
    const socket = connect({ host: hostname, port: Number(port) });
    socket.write(
      `POST /graphql/stream HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer ${token}\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await new Promise<void>((resolve) => socket.once('data', () => resolve()));
    socket.pause();
    return socket;
  }
});

describe('a stream ends, and says why,', () => {
  it('when its token expires, though nothing happens', async () => {
    const stream = await watch(await gateway.token({ userUid: story.advocate.uid, minutes: 1 }));
    await quietly();
    expect(stream.ended()).toBeNull();
    aheadMs += 3 * 60_000;
    expect(await endOf(stream)).toEqual(['complete', ['UNAUTHENTICATED']]);
  });

  it('when its viewer is no longer in the directory', async () => {
    const stream = await watch();
    await write('update directory_user set active = false where uid = $1', [story.advocate.uid]);
    try {
      aheadMs += 2 * 60_000; // past what door and directory remember
      expect(await endOf(stream)).toEqual(['complete', ['FORBIDDEN']]);
    } finally {
      await write('update directory_user set active = true where uid = $1', [story.advocate.uid]);
      aheadMs += 2 * 60_000;
    }
  });

  it('when the policy has changed and this gateway does not follow: nothing is read under the old one', async () => {
    const stream = await watch();
    await write('update policy_state set generation = 2');
    try {
      await touch();
      expect(await endOf(stream)).toEqual(['complete', ['POLICY_CHANGED']]);
      expect(stream.events).toHaveLength(1);
    } finally {
      await write('update policy_state set generation = 1');
    }
  });
});

it('an event leaves only when its entry is written: it waits, and is told then', async () => {
  const stream = await watch();
  await write('revoke execute on function append_audit(jsonb) from hub_gateway');
  try {
    await touch();
    await quietly();
    expect(stream.events).toEqual([]);
    expect(stream.ended()).toBeNull();
  } finally {
    await write('grant execute on function append_audit(jsonb) to hub_gateway');
  }
  await stream.count(1);
  expect(lastVersion(stream)).toBe(await version());
});

it('a fault while an event is read is told in its place, without a word of what was read, and the stream goes on', async () => {
  const stream = await watch();
  await write('alter table case_file rename column summary to summary_away');
  try {
    await touch();
    await stream.count(1);
    expect(stream.events[0]).toEqual({
      data: null,
      errors: [expect.objectContaining({ message: 'A compiled statement failed.', extensions: { code: 'INTERNAL' } })],
    });
  } finally {
    await write('alter table case_file rename column summary_away to summary');
  }
  await touch();
  await stream.count(2);
  expect(lastVersion(stream)).toBe(await version());
});

it('when the hub stops, streams are cut off without being told that they are complete, so that clients come again', async () => {
  const stopping = await openHttpGateway(database, { beside: gateway });
  const stream = await watch(token, stopping);
  const began = performance.now();
  await stopping.close();
  expect(performance.now() - began).toBeLessThan(1_900); // before what is left is cut by force
  expect(await stream.untilEnded()).not.toBe('complete');
});

it('the log of all this holds nothing of a person', () => {
  expect(gateway.logged()).not.toMatch(/Zz-|Moved|eyJ/);
});
