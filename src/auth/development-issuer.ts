/** The hub's own issuer, for demos, tests and development: it signs whatever it is asked for, so it is used only where
 *  hub.yaml names no issuer of the hospital, and never where NODE_ENV is production. A real hub trusts that one instead
 *  (`foreign-issuer.ts`). */
import { randomUUID } from 'node:crypto';
import { createLocalJWKSet, SignJWT } from 'jose';
import { HubError, realClock, uuidOf, type Clock } from '../kernel/index.js';
import { openSigningKey, type SigningKey } from './signing-key.js';
import type { ClaimNames } from './claims.js';
import type { TokenRules } from './tokens.js';

export interface TokenRequest {
  readonly role: string;
  /** Wire id of a user of the directory. */
  readonly userId: string;
  readonly purpose: string;
  /** Uuids. */
  readonly departments: readonly string[];
  readonly facility: string | null;
  readonly minutes: number;
}

export interface DevelopmentIssuer {
  /** What `verifyToken` needs to believe this issuer's tokens. */
  readonly rules: TokenRules;
  issueToken(request: TokenRequest): Promise<string>;
}

export const standardClaims: ClaimNames = {
  user: 'sub',
  role: 'hub_role',
  purpose: 'hub_purpose',
  departments: 'hub_departments',
  facility: 'hub_facility',
};

const issuer = 'urn:patient-relations-hub:development';
const audience = 'patient-relations-hub';
const mostMinutes = 30 * 24 * 60;

export async function openIssuer(dataDir: string, options: { claims?: ClaimNames; clock?: Clock } = {}): Promise<DevelopmentIssuer> {
  const key = await openSigningKey(dataDir);
  const { claims = standardClaims, clock = realClock } = options;
  const rules: TokenRules = { issuer, audience, claims, clock, keys: createLocalJWKSet({ keys: [key.publicJwk] }) };
  return { rules, issueToken: (request) => sign(request, key, rules) };
}

async function sign(request: TokenRequest, key: SigningKey, rules: TokenRules): Promise<string> {
  if (!uuidOf(request.userId, 'usr')) throw new HubError('BAD_INPUT', 'Expected the id of a user (usr_...), found something else.');
  if (!(request.minutes > 0 && request.minutes <= mostMinutes))
    throw new HubError('BAD_INPUT', `Expected minutes from 1 to ${mostMinutes}, found ${request.minutes}.`);
  const now = Math.floor((rules.clock ?? realClock).now().getTime() / 1000);
  return new SignJWT({
    [rules.claims.role]: request.role,
    [rules.claims.purpose]: request.purpose,
    [rules.claims.departments]: [...request.departments],
    ...(request.facility === null ? {} : { [rules.claims.facility]: request.facility }),
  })
    .setProtectedHeader({ alg: 'ES256', kid: key.kid, typ: 'JWT' })
    .setIssuer(rules.issuer)
    .setAudience(rules.audience)
    .setSubject(request.userId)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + Math.round(request.minutes * 60))
    .sign(key.privateKey);
}
