/** Tokens of an issuer that is none of ours, from the wire: discovery, keys that change, people and programs that sign in. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { standardClaims, trustIssuer, verifyToken, type MachineClient, type TokenRules } from '../../src/auth/index.js';
import type { Clock } from '../../src/kernel/index.js';
import { hubAudience, startIssuer, type TestIssuer } from '../support/issuer.js';

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const claims = {
  ...standardClaims,
  user: 'https://hub.example.org/user',
  role: 'realm_access.roles',
  purpose: 'https://hub.example.org/purposes',
};
const people = [
  {
    sub: 'f:7:ana',
    claims: {
      'https://hub.example.org/user': `usr_${uuid(1)}`,
      realm_access: { roles: ['offline_access', 'hub-advocates', 'uma_authorization'] },
      'https://hub.example.org/purposes': ['HOPERAT', 'PATADMIN'],
      hub_departments: [`dep_${uuid(7)}`],
      hub_facility: `fac_${uuid(8)}`,
    },
  },
  // Somebody whose name at the issuer is that of the program.
  { sub: 'dashboard', claims: { 'https://hub.example.org/user': `usr_${uuid(2)}`, realm_access: { roles: ['hub-advocates'] } } },
];
const dashboard: MachineClient = { id: 'dashboard', subject: 'dashboard', role: 'ANALYST', purpose: 'HQUALIMP', userUuid: uuid(9) };

let issuer: TestIssuer;
/** Moves the hub's clock about keys; tokens are judged by the machine's. */
let aheadMs = 0;
const clock: Clock = { now: () => new Date(Date.now() + aheadMs) };
const times = { keptMs: 600_000, goOnMs: 3_600_000, coolDownMs: 30_000 };

beforeAll(async () => {
  issuer = await startIssuer(people, ['dashboard', 'unlisted']);
});
afterAll(() => issuer.close());

const trust = (): TokenRules => {
  aheadMs = 0;
  const roleNames = { 'hub-advocates': 'ADVOCATE' };
  const rules = trustIssuer(
    { issuer: issuer.url, audience: hubAudience, claims, keys: { kind: 'discovery' }, keyTimes: times, roleNames },
    { clock, clients: [dashboard] },
  );
  return { ...rules, clock: { now: () => new Date() } };
};
const refused = { code: 'UNAUTHENTICATED', message: 'The token is not good, or no longer. Sign in again.' };

describe('a person who signs in', () => {
  it('is read by the claims as hub.yaml names them, nested ones and addresses alike', async () => {
    const token = await issuer.signIn('f:7:ana');
    expect(await verifyToken(token, trust(), 'PATADMIN')).toMatchObject({
      userUuid: uuid(1),
      role: 'ADVOCATE',
      purpose: 'PATADMIN',
      departments: [uuid(7)],
      facility: uuid(8),
    });
  });

  it('says which of several purposes a request is for, and no other', async () => {
    const token = await issuer.signIn('f:7:ana');
    const rules = trust();
    await expect(verifyToken(token, rules)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('x-purpose-of-use'),
    });
    for (const other of ['TREAT', 'hoperat', '', 'HOPERAT, PATADMIN'])
      await expect(verifyToken(token, rules, other)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await verifyToken(token, rules, 'HOPERAT')).toMatchObject({ purpose: 'HOPERAT' });
  });

  it('under the name of a program is no program', async () => {
    await expect(verifyToken(await issuer.signIn('dashboard'), trust())).rejects.toMatchObject({ code: 'FORBIDDEN' }); // no purpose
  });
});

describe('a program that signs in as itself', () => {
  it('has the role and purpose that hub.yaml gives it, whatever its token says', async () => {
    expect(await verifyToken(await issuer.clientToken(), trust())).toMatchObject({
      userUuid: uuid(9),
      role: 'ANALYST',
      purpose: 'HQUALIMP',
    });
    await expect(verifyToken(await issuer.clientToken(), trust(), 'HOPERAT')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('is nobody where hub.yaml does not list it', async () => {
    await expect(verifyToken(await issuer.clientToken('unlisted'), trust())).rejects.toMatchObject({ ...refused, reason: 'NO_SUCH_USER' });
  });
});

describe('keys', () => {
  it('are fetched once for many tokens at once', async () => {
    const rules = trust();
    const before = issuer.askedForKeys();
    const token = await issuer.clientToken();
    await Promise.all(Array.from({ length: 20 }, () => verifyToken(token, rules)));
    expect(issuer.askedForKeys() - before).toBe(1);
  });

  it('that are new are found, but looked for once in a cool-down only', async () => {
    const rules = trust();
    await verifyToken(await issuer.clientToken(), rules);
    await issuer.newKey();
    const signedAnew = await issuer.clientToken();
    const before = issuer.askedForKeys();
    await expect(verifyToken(signedAnew, rules)).rejects.toMatchObject({ ...refused, reason: 'UNKNOWN_KEY' });
    aheadMs = 31_000;
    for (let n = 0; n < 5; n += 1) expect(await verifyToken(signedAnew, rules)).toMatchObject({ role: 'ANALYST' });
    expect(issuer.askedForKeys() - before).toBe(1);
    await issuer.newKey();
    const stranger = await issuer.clientToken();
    for (let n = 0; n < 50; n += 1) await expect(verifyToken(stranger, rules)).rejects.toMatchObject({ reason: 'UNKNOWN_KEY' });
    expect(issuer.askedForKeys() - before).toBe(1);
  });

  it('that the issuer drops stop working when the kept ones are too old, and old ones go on beside new ones', async () => {
    const rules = trust();
    const old = await issuer.clientToken();
    await verifyToken(old, rules);
    await issuer.newKey();
    aheadMs = 31_000;
    expect(await verifyToken(await issuer.clientToken(), rules)).toBeDefined();
    expect(await verifyToken(old, rules)).toBeDefined();
    await issuer.newKey({ dropOld: true });
    expect(await verifyToken(old, rules)).toBeDefined();
    aheadMs = 31_000 + times.keptMs;
    await expect(verifyToken(old, rules)).rejects.toMatchObject({ ...refused, reason: 'UNKNOWN_KEY' });
  });

  it('that are known go on while the issuer is away, for a bounded time', async () => {
    const rules = trust();
    const token = await issuer.clientToken();
    await verifyToken(token, rules);
    issuer.away(true);
    try {
      for (const minutes of [9, 11, 40, 69]) {
        aheadMs = minutes * 60_000;
        expect([minutes, await verifyToken(token, rules)]).toEqual([minutes, expect.objectContaining({ role: 'ANALYST' })]);
      }
      aheadMs = 71 * 60_000;
      await expect(verifyToken(token, rules)).rejects.toMatchObject({ ...refused, reason: 'NO_KEYS' });
      await expect(verifyToken(token, trust())).rejects.toMatchObject({ ...refused, reason: 'NO_KEYS' });
    } finally {
      issuer.away(false);
    }
    aheadMs = 72 * 60_000;
    expect(await verifyToken(token, rules)).toMatchObject({ role: 'ANALYST' });
  });
});
