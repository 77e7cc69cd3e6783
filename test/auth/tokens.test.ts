/** Which tokens are believed, and what a refusal says. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import {
  bearerToken,
  openIssuer,
  standardClaims,
  trustIssuer,
  verifyToken,
  type DevelopmentIssuer,
  type TokenRequest,
} from '../../src/auth/index.js';
import { fixedClock, HubError, type Clock } from '../../src/kernel/index.js';
import { emptyFolder } from '../support/empty-folder.js';

const user = 'usr_00000000-0000-4000-8000-000000000001';
const department = '00000000-0000-4000-8000-00000000000d';
const facility = '00000000-0000-4000-8000-00000000000f';
const request: TokenRequest = { role: 'ADVOCATE', userId: user, purpose: 'HOPERAT', departments: [department], facility, minutes: 60 };
const start = new Date('2026-03-02T10:00:00.000Z');
const later = (seconds: number): Clock => fixedClock(new Date(start.getTime() + seconds * 1000));

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const parts = (token: string): [string, string, string] => token.split('.') as [string, string, string];
const payloadOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(parts(token)[1], 'base64url').toString()) as Record<string, unknown>;

async function refusal(act: () => unknown): Promise<{ code: string; message: string }> {
  try {
    await act();
  } catch (error) {
    if (error instanceof HubError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('it was believed');
}
const unverifiable = { code: 'UNAUTHENTICATED', message: 'The token is not good, or no longer. Sign in again.' };

const data = emptyFolder();
let issuer: DevelopmentIssuer;
let token: string;
beforeAll(async () => {
  issuer = await openIssuer(data, { clock: later(0) });
  token = await issuer.issueToken(request);
});

describe("a token of the hub's own issuer", () => {
  it('names the viewer', async () => {
    const viewer = await verifyToken(token, issuer.rules);
    expect(viewer).toEqual({
      userId: user,
      userUuid: user.slice(4),
      role: 'ADVOCATE',
      purpose: 'HOPERAT',
      departments: [department],
      facility,
      tokenId: payloadOf(token)['jti'],
    });
    expect(viewer.tokenId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('has an id of its own each time, and no facility where none was given', async () => {
    const other = await issuer.issueToken({ ...request, facility: null, departments: [] });
    expect(payloadOf(other)['jti']).not.toBe(payloadOf(token)['jti']);
    expect(await verifyToken(other, issuer.rules)).toMatchObject({ facility: null, departments: [] });
  });

  it('is not given to something that is no user, nor for no time', async () => {
    await expect(
      refusal(() => issuer.issueToken({ ...request, userId: 'pat_00000000-0000-4000-8000-000000000001' })),
    ).resolves.toMatchObject({ code: 'BAD_INPUT' });
    for (const minutes of [0, -5, NaN, Infinity, 43_201])
      await expect(refusal(() => issuer.issueToken({ ...request, minutes }))).resolves.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('is believed 30 seconds longer than it says, because clocks differ, and no more', async () => {
    await expect(verifyToken(token, { ...issuer.rules, clock: later(3600 + 29) })).resolves.toMatchObject({ role: 'ADVOCATE' });
    expect(await refusal(() => verifyToken(token, { ...issuer.rules, clock: later(3600 + 31) }))).toEqual(unverifiable);
  });

  it('is not believed by another audience, another issuer or another hub', async () => {
    const otherHub = await openIssuer(emptyFolder(), { clock: later(0) });
    expect(await refusal(() => verifyToken(token, { ...issuer.rules, audience: 'another' }))).toEqual(unverifiable);
    expect(await refusal(() => verifyToken(token, { ...issuer.rules, issuer: 'urn:another' }))).toEqual(unverifiable);
    expect(await refusal(() => verifyToken(token, otherHub.rules))).toEqual(unverifiable);
  });

  it('is not believed once a claim was changed', async () => {
    const [header, , signature] = parts(token);
    const forged = [header, base64({ ...payloadOf(token), hub_role: 'PRIVACY_OFFICER' }), signature].join('.');
    expect(await refusal(() => verifyToken(forged, issuer.rules))).toEqual(unverifiable);
  });

  it('is not believed without a signature, or signed with the public key as if it were a password', async () => {
    const payload = parts(token)[1];
    const hmacHeader = base64({ alg: 'HS256' });
    const { d: _, ...publicKeyParts } = JSON.parse(readFileSync(join(data, 'issuer', 'signing-key.jwk.json'), 'utf8')) as Record<
      string,
      string
    >;
    const publicKey = createPublicKey({ key: publicKeyParts, format: 'jwk' }).export({ format: 'pem', type: 'spki' });
    const signed = createHmac('sha256', publicKey).update(`${hmacHeader}.${payload}`).digest('base64url');
    for (const forged of [
      `${base64({ alg: 'none' })}.${payload}.`,
      `${base64({ alg: 'none' })}.${payload}.${parts(token)[2]}`,
      `${hmacHeader}.${payload}.${signed}`,
    ])
      expect(await refusal(() => verifyToken(forged, issuer.rules))).toEqual(unverifiable);
  });

  it.each(['', 'x', 'a.b.c', '....', 'é.é.é'])('%j is no token', async (text) => {
    expect(await refusal(() => verifyToken(text, issuer.rules))).toEqual(unverifiable);
  });
});

describe("a token of the hospital's issuer", () => {
  let privateKey: CryptoKey;
  let jwks: { keys: JWK[] };
  beforeAll(async () => {
    const pair = await generateKeyPair('RS256', { extractable: true });
    privateKey = pair.privateKey;
    jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256' }] };
  });
  const claims = { ...standardClaims, role: 'groups' };
  const good = { sub: user, aud: 'hub', iss: 'https://id.example.org', groups: 'MANAGER', hub_purpose: 'HOPERAT' };
  const rulesFor = () => ({
    ...trustIssuer({
      issuer: 'https://id.example.org',
      audience: 'hub',
      claims,
      keys: { kind: 'set', jwks: jwks },
    }),
    clock: later(0),
  });
  const signWith = (payload: Record<string, unknown>, minutes: number | null = 5): Promise<string> => {
    const jwt = new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'k1' });
    return (minutes === null ? jwt : jwt.setExpirationTime(start.getTime() / 1000 + minutes * 60)).sign(privateKey);
  };

  it('is believed under its own names of claims; without an id it gets one from its text', async () => {
    const viewer = await verifyToken(await signWith(good), rulesFor());
    expect(viewer).toMatchObject({ role: 'MANAGER', purpose: 'HOPERAT', departments: [], facility: null });
    expect(viewer.tokenId).toMatch(/^[\w-]{43}$/);
  });

  it.each([
    ['groups', 'no role'],
    ['hub_purpose', 'no purpose of use'],
  ])('is forbidden without %s', async (claim, says) => {
    for (const value of [undefined, '', [], ['TWO WORDS'], [7], 'TWO WORDS', null, 7, { a: 1 }]) {
      const found = await refusal(async () => verifyToken(await signWith({ ...good, [claim]: value }), rulesFor()));
      expect(found.code).toBe('FORBIDDEN');
      expect(found.message).toContain(says);
    }
  });

  it('is refused when it never expires, or names no user of the directory', async () => {
    expect(await refusal(async () => verifyToken(await signWith(good, null), rulesFor()))).toEqual(unverifiable);
    expect(await refusal(async () => verifyToken(await signWith({ ...good, sub: 'zz@example.org' }), rulesFor()))).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    expect(await refusal(async () => verifyToken(await signWith({ ...good, sub: undefined }), rulesFor()))).toEqual(unverifiable);
  });

  it('is refused before its time', async () => {
    const nbf = start.getTime() / 1000 + 31;
    expect(await refusal(async () => verifyToken(await signWith({ ...good, nbf }), rulesFor()))).toEqual(unverifiable);
    await expect(verifyToken(await signWith({ ...good, nbf: nbf - 2 }), rulesFor())).resolves.toMatchObject({ role: 'MANAGER' });
  });

  it('may name departments by uuid or wire id, and nothing else', async () => {
    const withDepartments = async (hub_departments: unknown) => verifyToken(await signWith({ ...good, hub_departments }), rulesFor());
    expect((await withDepartments([department, `dep_${department}`])).departments).toEqual([department]);
    for (const wrong of ['Cardiology', ['Cardiology'], [7], {}])
      expect(await refusal(() => withDepartments(wrong))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refusal(async () => verifyToken(await signWith({ ...good, hub_facility: 'Zz-Harbor' }), rulesFor()))).toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('finds its keys where the OpenID configuration says, unless that names another issuer', async () => {
    let named = '';
    const server = createServer((asked, answer) => {
      const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      answer.setHeader('content-type', 'application/json');
      answer.end(JSON.stringify(asked.url === '/keys' ? jwks : { issuer: named || at, jwks_uri: `${at}/keys` }));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    try {
      const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const rules = { ...trustIssuer({ issuer: at, audience: 'hub', claims, keys: { kind: 'discovery' } }), clock: later(0) };
      const signed = await signWith({ ...good, iss: at });
      named = 'https://another.example.org';
      expect(await refusal(() => verifyToken(signed, rules))).toEqual(unverifiable);
      named = '';
      await expect(verifyToken(signed, rules)).resolves.toMatchObject({ role: 'MANAGER' });
      const byUrl = { ...trustIssuer({ issuer: at, audience: 'hub', claims, keys: { kind: 'url', url: `${at}/keys` } }), clock: later(0) };
      await expect(verifyToken(signed, byUrl)).resolves.toMatchObject({ role: 'MANAGER' });
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

describe('the Authorization header', () => {
  it('holds the token after the word Bearer', () => {
    expect(bearerToken('Bearer abc.def-_.ghi')).toBe('abc.def-_.ghi');
    expect(bearerToken('bearer  abc')).toBe('abc');
  });
  it.each([undefined, '', 'Basic abc', 'Bearer', 'Bearer a b', 'Bearer a, Bearer b'])('%j holds none', async (header) => {
    expect(await refusal(() => bearerToken(header))).toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});
