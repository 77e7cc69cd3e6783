/** A token that is not good is answered 401 in GraphQL shape, at /graphql and at /graphql/stream alike, whatever is wrong with it:
 *  the answer does not say what, and reads nothing. Tokens of an issuer whose key the test has. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { standardClaims, trustIssuer } from '../../src/auth/index.js';
import { realClock } from '../../src/kernel/index.js';
import { openHttpGateway, type HttpGateway } from '../support/http-gateway.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let gateway: HttpGateway;
let story: Story;
let known: CryptoKey;
let unknown: CryptoKey;

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  const [pair, other] = [await generateKeyPair('RS256', { extractable: true }), await generateKeyPair('RS256')];
  [known, unknown] = [pair.privateKey, other.privateKey];
  const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256' }] };
  const tokens = trustIssuer({ issuer: 'https://id.example.org', audience: 'hub', claims: standardClaims, keys: { kind: 'set', jwks } });
  gateway = await openHttpGateway(database, { tokens });
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

const now = (): number => Math.floor(realClock.now().getTime() / 1000);
const claims = (more: object = {}) => ({
  iss: 'https://id.example.org',
  aud: 'hub',
  sub: `usr_${story.advocate.uid}`,
  hub_role: 'ADVOCATE',
  hub_purpose: 'HOPERAT',
  iat: now(),
  exp: now() + 300,
  ...more,
});
const signed = (more: object = {}, { key = known, kid = 'k1' } = {}): Promise<string> =>
  new SignJWT(claims(more)).setProtectedHeader({ alg: 'RS256', kid }).sign(key);
const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const tokens: Readonly<Record<string, () => string | Promise<string>>> = {
  'of the algorithm none': () => `${base64({ alg: 'none', kid: 'k1' })}.${base64(claims())}.`,
  'signed with a password': () => {
    const text = `${base64({ alg: 'HS256', kid: 'k1' })}.${base64(claims())}`;
    return `${text}.${createHmac('sha256', 'password').update(text).digest('base64url')}`;
  },
  'that has expired': () => signed({ iat: now() - 600, exp: now() - 120 }),
  'that is not good yet': () => signed({ nbf: now() + 120 }),
  'for another audience': () => signed({ aud: 'another' }),
  'of another issuer': () => signed({ iss: 'https://id.example.com' }),
  'of a key that nobody knows': () => signed({}, { key: unknown, kid: 'k2' }),
  'of another key under the name of a known one': () => signed({}, { key: unknown }),
};

describe('a token', () => {
  const ask = (token: string, at: '' | '/stream') =>
    fetch(`${gateway.url}${at}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ query: at ? 'subscription { caseChanged { caseId } }' : '{ cases { totalCount } }' }),
    });

  it('that is good is let in, within the half minute by which clocks may differ, too', async () => {
    for (const more of [{}, { exp: now() - 10 }, { nbf: now() + 10 }]) expect((await ask(await signed(more), '')).status).toBe(200);
  });

  it.each(Object.keys(tokens))('%s is answered 401', async (name) => {
    const entries = async () => (await asOwner(database.url, 'select seq from audit_head'))[0];
    const before = await entries();
    const token = (await tokens[name]?.()) ?? '';
    for (const at of ['', '/stream'] as const) {
      const answer = await ask(token, at);
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      expect(await answer.json()).toEqual({
        errors: [{ message: 'The token is not good, or no longer. Sign in again.', extensions: { code: 'UNAUTHENTICATED' } }],
      });
    }
    expect(await entries()).toEqual(before);
  });
});
