/** Turns a signed token into a Viewer, or refuses. A token that cannot be verified says nothing about why, beyond
 *  "expired": a hint would help whoever forges one. A verified token without role or purpose of use is refused as well:
 *  unknown means no. Whether the role exists and may claim this purpose is the policy's to decide. */
import { createHash } from 'node:crypto';
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { HubError, realClock, toWireId, uuidOf, type Clock, type Viewer } from '../kernel/index.js';

/** Public-key signatures only: with HS* whoever can verify can also sign, and `none` is no signature at all. */
const acceptedAlgorithms = ['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'EdDSA', 'Ed25519'];

/** Machines' clocks differ a little; more than this is no accident. */
const clockToleranceSeconds = 30;

export interface ClaimNames {
  readonly role: string;
  readonly purpose: string;
  readonly departments: string;
  readonly facility: string;
}

/** Whose tokens are believed, and what their claims are called. */
export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
  readonly claims: ClaimNames;
  readonly clock?: Clock;
}

export async function verifyToken(token: string, rules: TokenRules): Promise<Viewer> {
  const claims = await verifiedClaims(token, rules);
  const userUuid = uuidOf(claims.sub, 'usr');
  if (!userUuid) throw new HubError('UNAUTHENTICATED', 'The token names no user of the directory. Sign in again.');
  return {
    userId: toWireId('usr', userUuid),
    userUuid,
    role: requiredWord(claims, rules.claims.role, 'role'),
    purpose: requiredWord(claims, rules.claims.purpose, 'purpose of use'),
    departments: departmentsOf(claims[rules.claims.departments]),
    facility: facilityOf(claims[rules.claims.facility]),
    // A foreign issuer may give tokens no id; the audit trail still has to tell one from another.
    tokenId: claims.jti || createHash('sha256').update(token).digest('base64url'),
  };
}

/** The token of an `Authorization: Bearer` header. */
export function bearerToken(header: string | undefined): string {
  const found = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header?.trim() ?? '');
  if (found?.[1]) return found[1];
  throw new HubError(
    'UNAUTHENTICATED',
    `Expected the header "Authorization: Bearer <token>", found ${header ? 'another one' : 'none'}. Sign in first.`,
  );
}

async function verifiedClaims(token: string, rules: TokenRules): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, rules.keys, {
      issuer: rules.issuer,
      audience: rules.audience,
      algorithms: acceptedAlgorithms,
      clockTolerance: clockToleranceSeconds,
      currentDate: (rules.clock ?? realClock).now(),
      requiredClaims: ['sub', 'exp'],
    });
    return payload;
  } catch (error) {
    const expired = error instanceof errors.JWTExpired;
    throw new HubError(
      'UNAUTHENTICATED',
      expired ? 'The token has expired. Sign in again.' : 'The token cannot be verified. Sign in again.',
      { cause: error },
    );
  }
}

function requiredWord(claims: JWTPayload, claim: string, what: string): string {
  const value = claims[claim];
  if (typeof value === 'string' && /^\w{1,64}$/.test(value)) return value;
  throw new HubError(
    'FORBIDDEN',
    `The token names no ${what}: expected one word in its claim for it, found ${value === undefined || value === '' ? 'nothing' : 'something else'}.`,
  );
}

function departmentsOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const ids = Array.isArray(value) ? value.map(anyUuid) : [null];
  if (ids.every((id) => id !== null)) return [...new Set(ids)];
  throw new HubError('FORBIDDEN', 'The departments in the token cannot be read: expected a list of department ids.');
}

function facilityOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const id = anyUuid(value);
  if (id) return id;
  throw new HubError('FORBIDDEN', 'The facility in the token cannot be read: expected a facility id.');
}

/** The id of a department or facility: its uuid, or its wire id. */
function anyUuid(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  return /^(?:[a-z]+_)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(value.toLowerCase())?.[1] ?? null;
}
