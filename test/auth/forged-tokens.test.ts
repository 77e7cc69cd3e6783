/** Tokens that are signed, or seem to be, and still are not plainly good: forged, twisted, or meant for something else. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import {
  openIssuer,
  standardClaims,
  trustIssuer,
  verifyToken,
  type DevelopmentIssuer,
  type TokenRequest,
  type TokenRules,
} from '../../src/auth/index.js';
import { fixedClock, HubError, type Clock } from '../../src/kernel/index.js';
import { emptyFolder } from '../support/empty-folder.js';

const user = 'usr_00000000-0000-4000-8000-000000000001';
const request: TokenRequest = { role: 'ADVOCATE', userId: user, purpose: 'HOPERAT', departments: [], facility: null, minutes: 60 };
const start = new Date('2026-03-02T10:00:00.000Z');
const later = (seconds: number): Clock => fixedClock(new Date(start.getTime() + seconds * 1000));
const payloadOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
const unverifiable = { code: 'UNAUTHENTICATED', message: 'The token is not good, or no longer. Sign in again.' };

const data = emptyFolder();
let issuer: DevelopmentIssuer;
beforeAll(async () => {
  issuer = await openIssuer(data, { clock: later(0) });
});

describe('a token that is not plainly one', () => {
  let privateKey: CryptoKey;
  let rules: TokenRules;
  beforeAll(async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    privateKey = pair.privateKey;
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256' };
    rules = {
      ...trustIssuer({ issuer: 'i', audience: 'hub', claims: standardClaims, keys: { kind: 'set', jwks: { keys: [jwk] } } }),
      clock: later(0),
    };
  });
  const seconds = start.getTime() / 1000;
  const good = { iss: 'i', aud: 'hub', sub: user, iat: seconds, exp: seconds + 300, hub_role: 'MANAGER', hub_purpose: 'HOPERAT' };
  const goodHeader = { alg: 'ES256', kid: 'k1' };
  const signText = async (header: string, payload: string): Promise<string> => {
    const text = [header, payload].map((part) => Buffer.from(part).toString('base64url')).join('.');
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, Buffer.from(text));
    return `${text}.${Buffer.from(signature).toString('base64url')}`;
  };
  const signed = (header: object, payload: object): Promise<string> => signText(JSON.stringify(header), JSON.stringify(payload));

  it('is believed in its plain form', async () => {
    expect(await verifyToken(await signed(goodHeader, good), rules)).toMatchObject({ role: 'MANAGER' });
    expect(await verifyToken(await signed({ ...goodHeader, typ: 'at+jwt' }, good), rules)).toMatchObject({ role: 'MANAGER' });
    expect(await verifyToken(await signed(goodHeader, { ...good, aud: ['other', 'hub'] }), rules)).toMatchObject({ role: 'MANAGER' });
  });

  it.each([
    ['without a key id', { alg: 'ES256' }, {}, 'NO_KEY_ID'],
    ['of an unknown key', { ...goodHeader, kid: 'k2' }, {}, 'UNKNOWN_KEY'],
    ['with critical headers', { ...goodHeader, crit: ['exp'] }, {}, 'CRITICAL_HEADER'],
    ['with an unencoded payload', { ...goodHeader, crit: ['b64'], b64: false }, {}, 'CRITICAL_HEADER'],
    ['of another type', { ...goodHeader, typ: 'logout+jwt' }, {}, 'TOKEN_TYPE'],
    ['that claims to be signed with a password', { ...goodHeader, alg: 'HS256' }, {}, 'ALGORITHM'],
    ['that claims to be unsigned', { ...goodHeader, alg: 'none' }, {}, 'ALGORITHM'],
    ['that claims to be unsigned, in capitals', { ...goodHeader, alg: 'NONE' }, {}, 'ALGORITHM'],
    ['of another algorithm than its key', { ...goodHeader, alg: 'ES384' }, {}, 'UNKNOWN_KEY'],
    ['that brings a key of its own', { alg: 'ES256', kid: 'mine', jwk: {}, jku: 'https://example.org/keys' }, {}, 'UNKNOWN_KEY'],
    ['that has expired', goodHeader, { exp: seconds - 31 }, 'EXPIRED'],
    ['that is not good yet', goodHeader, { nbf: seconds + 31 }, 'TOO_EARLY'],
    ['that was given in the future', goodHeader, { iat: seconds + 31 }, 'TOO_EARLY'],
    ['that never expires', goodHeader, { exp: undefined }, 'CLAIM'],
    ['of another audience', goodHeader, { aud: ['other'] }, 'WRONG_AUDIENCE'],
    ['of no audience', goodHeader, { aud: undefined }, 'WRONG_AUDIENCE'],
    ['of another issuer', goodHeader, { iss: 'j' }, 'WRONG_ISSUER'],
    ['of nobody', goodHeader, { sub: 'zz@example.org' }, 'NO_SUCH_USER'],
    ['that is bound to a key of its holder', goodHeader, { cnf: { jkt: 'x' } }, 'BOUND_ELSEWHERE'],
    ['that is very large', goodHeader, { pad: 'x'.repeat(9_000) }, 'TOO_LARGE'],
  ])('%s is refused in the one sentence, and the reason stays inside', async (_what, header, changed, reason) => {
    const token = await signed(header, { ...good, ...changed });
    await expect(verifyToken(token, rules)).rejects.toMatchObject({ ...unverifiable, reason });
  });

  it.each([
    ['role', '"hub_role":"PRIVACY_OFFICER"'],
    ['role, spelt differently', '"hub\\u005frole":"PRIVACY_OFFICER"'],
    ['subject', `"sub":"${user}"`],
  ])('that says its %s twice is refused', async (_what, second) => {
    const token = await signText(JSON.stringify(goodHeader), JSON.stringify(good).replace(/}$/, `,${second}}`));
    await expect(verifyToken(token, rules)).rejects.toMatchObject({ ...unverifiable, reason: 'NAMED_TWICE' });
  });

  it('that names something twice further in, or in its header, is refused as well', async () => {
    const nested = JSON.stringify(good).replace(/}$/, ',"a":[{"b":{"c":1,"c":2}}]}');
    await expect(verifyToken(await signText(JSON.stringify(goodHeader), nested), rules)).rejects.toMatchObject({ reason: 'NAMED_TWICE' });
    await expect(verifyToken(await signText('{"alg":"ES256","kid":"k1","alg":"none"}', JSON.stringify(good)), rules)).rejects.toMatchObject(
      {
        reason: 'NAMED_TWICE',
      },
    );
    const twins = JSON.stringify({ ...good, a: [{ c: 1 }, { c: 2 }], b: { c: '"c":"c"' } });
    expect(await verifyToken(await signText(JSON.stringify(goodHeader), twins), rules)).toMatchObject({ role: 'MANAGER' });
  });

  it('whatever it holds, is believed or refused, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), fc.boolean(), async (header, payload, whole) => {
        const text = await signed(whole ? goodHeader : Object(header), whole ? { ...good, ...Object(payload) } : Object(payload));
        await verifyToken(text, rules).catch((error: unknown) => expect(error).toBeInstanceOf(HubError));
      }),
      { numRuns: 200 },
    );
  });
});

describe('the role of a token', () => {
  const withRole = async (claim: unknown, more: object = {}) => {
    const own = await issuer.issueToken(request);
    const rules = { ...issuer.rules, ...more };
    return verifyToken(await resigned(own, { hub_role: claim }), rules);
  };
  /** The development issuer's key signs what the test wants. */
  const resigned = async (own: string, changed: object): Promise<string> => {
    const jwk = JSON.parse(readFileSync(join(data, 'issuer', 'signing-key.jwk.json'), 'utf8')) as JWK;
    return new SignJWT({ ...payloadOf(own), ...changed })
      .setProtectedHeader({ alg: 'ES256', kid: jwk.kid ?? '' })
      .sign(await importJWK(jwk, 'ES256'));
  };
  const isRole = (word: string): boolean => ['ADVOCATE', 'MANAGER'].includes(word);

  it('is picked out of a list by the policy; two of the policy are none', async () => {
    expect(await withRole(['offline_access', 'MANAGER'], { isRole })).toMatchObject({ role: 'MANAGER' });
    await expect(withRole(['MANAGER', 'ADVOCATE'], { isRole })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(withRole(['offline_access'], { isRole })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it("is translated from the issuer's words, and what is not translated counts for nothing", async () => {
    const roleNames = { '/hub/advocates': 'ADVOCATE', 'f3-9': 'ADVOCATE' };
    expect(await withRole(['/hub/advocates', 'f3-9', 'MANAGER'], { isRole, roleNames })).toMatchObject({ role: 'ADVOCATE' });
    await expect(withRole('MANAGER', { isRole, roleNames })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(withRole('constructor', { isRole, roleNames })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
