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

describe('a stream is refused in GraphQL shape, with a status of its own,', () => {
  const ask = async (body: unknown, { by = token, accept = 'text/event-stream', method = 'POST' } = {}) => {
    const answer = await fetch(`${gateway.url}/stream`, {
      method,
      headers: { 'content-type': 'application/json', accept, ...(by ? { authorization: `Bearer ${by}` } : {}) },
      ...(method === 'GET' ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    expect(text).not.toMatch(/node_modules|\.[tj]s:|stack/);
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
      `subscription { ${'#\n'.repeat(10)} caseChanged { caseId ${'__typename '.repeat(6_000)} } }`,
    ])
      expect([query.slice(0, 60), ...(await ask({ query }))]).toEqual([query.slice(0, 60), 400, 'BAD_INPUT']);
    const deep = `subscription { caseChanged { case { patient { ${'cases { nodes { patient { '.repeat(5)} id ${'} } }'.repeat(5)} } } } }`;
    expect(await ask({ query: deep })).toEqual([400, 'LIMIT_EXCEEDED']);
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
    await write('alter role hub_gateway connection limit 0');
    try {
      await kill();
      await pause(700);
      await touch();
      await touch();
      await quietly();
    } finally {
      await write('alter role hub_gateway connection limit -1');
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
    const wide = `subscription Slow { caseChanged { case { number version ${Array.from({ length: 200 }, (_, n) => `s${n}: narrative`).join(' ')} } } }`;
    await write(`update case_file set narrative = repeat('Zz long ', 2000) where uid = $1`, [story.maria.caseUid]); // 3 MB an event
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
      expect(await endOf(stream)).toEqual(['complete', ['CONFLICT']]);
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

describe('what travels between processes', () => {
  it('is kinds and ids, whatever changes', async () => {
    const heard: string[] = [];
    const client = new pg.Client({ connectionString: database.gatewayUrl, options: '-c search_path=hub' });
    client.on('notification', ({ payload }) => void heard.push(payload ?? ''));
    await client.connect();
    await client.query('listen hub_changes');
    await write(
      `update case_file set narrative = 'Zz-Narrative', summary = 'Zz-Summary', complainant_name = 'Zz-Name', version = version + 1`,
    );
    await write(
      `insert into case_file (uid, number, kind, status, facility_id, classification, channel, received_at, opened_at, summary)
       select gen_random_uuid(), 'PR-2026-9' || n, 'GRIEVANCE', 'RECEIVED', $1, 'x', 'PHONE', now(), now(), 'Zz-Summary' from generate_series(1, 60) n`,
      [story.facility.row],
    );
    await write(`update deadline set status = 'MISSED', due_at = now()`);
    await write(
      `insert into reminder (case_id, rule, subject, reason, due_at, status, recipient_id) select id, 'r', 'Zz-Subject', 'Zz-Reason', now(), 'SCHEDULED', assigned_to from case_file`,
    );
    await asOwner(database.workerUrl, `update reminder set status = 'SENT', sent_at = now()`);
    await asOwner(
      database.workerUrl,
      `insert into sync_run (source_id, started_at, state, error) select id, now(), 'FAILED', 'Zz-Error' from source`,
    );
    await asOwner(database.workerUrl, 'select tell_cases_of_records(array(select id from patient_record))');
    await write(`update encounter set reason_display = 'Zz-Reason'`);
    await client.query('select 1');
    await client.end();
    const uuid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
    const line = new RegExp(`^(case ${uuid}|reminder ${uuid} (\\d+|- (-|\\d+(,\\d+)*))|run ${uuid} \\d+)$`);
    const lines = heard.flatMap((payload) => payload.split('\n'));
    expect(lines.filter((text) => !line.test(text))).toEqual([]);
    expect(new Set(lines.map((text) => text.split(' ')[0]))).toEqual(new Set(['case', 'reminder', 'run']));
    expect(Math.max(...heard.map(({ length }) => length))).toBeLessThan(7_000);
    expect(lines.filter((text) => text.startsWith('reminder')).length).toBeGreaterThan(60);
  });

  it('can be nothing else: the notes themselves refuse it', async () => {
    for (const what of ['case Zz-Maria', `case ${story.maria.caseUid} Zz-Maria`, `patient ${story.maria.uid}`])
      await expect(write('insert into change_note (what) values ($1)', [what])).rejects.toThrow(/change_note_what_check/);
  });

  it('is noted by nobody but the triggers', async () => {
    for (const url of [database.gatewayUrl, database.workerUrl]) {
      await expect(asOwner(url, `insert into change_note (what) values ('case ${story.maria.caseUid}')`)).rejects.toThrow(
        /permission denied/,
      );
      await expect(asOwner(url, `select tell_changes(array['case ${story.maria.caseUid}'])`)).rejects.toThrow(/permission denied/);
    }
    await expect(asOwner(database.gatewayUrl, 'select tell_cases_of_records(array[1]::bigint[])')).rejects.toThrow(/permission denied/);
  });
});

it('the log of all this holds nothing of a person', () => {
  expect(gateway.logged()).not.toMatch(/Zz-|Moved|eyJ/);
});
