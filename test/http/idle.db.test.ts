/** Automatic logoff (45 CFR 164.312(a)(2)(iii)) over several gateways, and how soon somebody is out whom the directory no
 *  longer has. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../src/kernel/index.js';
import { openHttpGateway, type HttpGateway } from '../support/http-gateway.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

const minutes = 60_000;
let database: TestDatabase;
let story: Story;
let one: HttpGateway;
let other: HttpGateway;
/** What the gateways take for now when they remember a token; the database has its own clock. */
let aheadMs = 0;
const clock: Clock = { now: () => new Date(Date.now() + aheadMs) };

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  const options = { idleMs: 15 * minutes, neverIdle: [story.other.uid], clock };
  one = await openHttpGateway(database, options);
  other = await openHttpGateway(database, { ...options, tokens: one.tokens });
});
afterAll(async () => {
  await one.close();
  await other.close();
  await database.drop();
});
beforeEach(() => void (aheadMs = 0));

const question = { query: '{ cases(first: 1) { nodes { number } } }' };
const statusOf = async (gateway: HttpGateway, token: string): Promise<number> => (await gateway.post(token, question)).status;
/** As if the last use were so long ago; and the gateways no longer remember. */
async function rest(span: number): Promise<void> {
  await asOwner(database.url, `update token_use set seen_at = now() - make_interval(secs => $1)`, [span / 1000]);
  aheadMs += 61_000;
}

describe('a token', () => {
  it('that rests too long is refused at every gateway until there is a fresh one, and the refusal has its entry', async () => {
    const token = await one.token({ userUid: story.advocate.uid });
    expect(await statusOf(one, token)).toBe(200);
    await rest(16.1 * minutes);
    const answer = await other.post(token, question);
    expect([answer.status, answer.json.errors?.[0]]).toEqual([
      401,
      { message: 'The token is not good, or no longer. Sign in again.', extensions: { code: 'UNAUTHENTICATED' } },
    ]);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(await statusOf(one, token)).toBe(401);
    expect(other.logged()).toContain('"reason":"IDLE"');
    const [entry] = await asOwner<{ outcome: string; user_uid: string }>(
      database.url,
      'select outcome, user_uid from audit_entry order by seq desc limit 1',
    );
    expect(entry).toEqual({ outcome: 'REFUSED', user_uid: story.advocate.uid });
    expect(await statusOf(one, await one.token({ userUid: story.advocate.uid }))).toBe(200);
  });

  it('that is used at one gateway does not rest for another', async () => {
    const token = await one.token({ userUid: story.advocate.uid });
    expect(await statusOf(one, token)).toBe(200);
    for (let turn = 0; turn < 3; turn += 1) {
      await rest(14 * minutes);
      expect(await statusOf(turn % 2 ? one : other, token)).toBe(200);
    }
  });

  it('is noted once in a minute, not at each request', async () => {
    const token = await one.token({ userUid: story.advocate.uid });
    await statusOf(one, token);
    await asOwner(database.url, `update token_use set seen_at = seen_at - interval '10 s'`);
    const seen = () => asOwner(database.url, 'select * from token_use order by token_key');
    const before = await seen();
    for (let n = 0; n < 5; n += 1) await statusOf(one, token);
    expect(await seen()).toEqual(before);
    aheadMs += 61_000;
    await statusOf(one, token);
    expect(await seen()).not.toEqual(before);
  });

  it('of which nothing is known counts from when it was given: a lost row lets nobody in', async () => {
    const token = await one.token({ userUid: story.advocate.uid });
    expect(await statusOf(one, token)).toBe(200);
    await asOwner(database.url, 'delete from token_use');
    aheadMs += 61_000;
    expect(await statusOf(one, token)).toBe(200); // given just now
    const old = await one.token({ userUid: story.advocate.uid, givenAt: new Date(Date.now() - 17 * minutes), minutes: 60 });
    expect(await statusOf(one, old)).toBe(401);
  });

  it('of whom it is said that they are never logged off, a program, may rest', async () => {
    const token = await one.token({ userUid: story.other.uid, givenAt: new Date(Date.now() - 50 * minutes), minutes: 60 });
    const rows = () => asOwner(database.url, 'select token_key from token_use order by token_key');
    const before = await rows();
    expect(await statusOf(one, token)).toBe(200);
    expect(await rows()).toEqual(before);
  });
});

describe('somebody who is made inactive', () => {
  it('is out at once at every gateway, though their token was remembered', async () => {
    const token = await one.token({ userUid: story.other.uid });
    expect([await statusOf(one, token), await statusOf(other, token)]).toEqual([200, 200]);
    await asOwner(database.url, 'update directory_user set active = false where uid = $1', [story.other.uid]);
    await pause(200); // the message travels
    expect([await statusOf(one, token), await statusOf(other, token)]).toEqual([403, 403]);
    await asOwner(database.url, 'update directory_user set active = true where uid = $1', [story.other.uid]);
    await pause(200);
    expect(await statusOf(one, token)).toBe(200);
  });

  it('is out also where the gateway was deaf when it was said', async () => {
    const token = await one.token({ userUid: story.other.uid });
    expect(await statusOf(one, token)).toBe(200);
    await asOwner(
      database.url,
      `with cut as (select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'hub-listener' and datname = current_database())
       select count(*) from cut`,
    );
    await asOwner(database.url, 'update directory_user set active = false where uid = $1', [story.other.uid]);
    await pause(2_500); // it hears again after a second, and forgets what it knew
    expect(await statusOf(one, token)).toBe(403);
  });
});
