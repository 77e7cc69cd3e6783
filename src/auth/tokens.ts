/** Turns a signed token into a Viewer, or refuses. What is not plainly a good token is not believed, and nobody is told why
 *  (refusal.ts). A verified token without role or purpose of use is refused as well: unknown means no. */
import { createHash } from 'node:crypto';
import { jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { HubError, realClock, toWireId, type Clock, type Viewer } from '../kernel/index.js';
import { chosen, claimAt, departmentsOf, facilityOf, purposeOf, roleOf, type ClaimNames } from './claims.js';
import { machineOf, type MachineClient } from './machines.js';
import { refusalOf, TokenRefusal } from './refusal.js';
import { readStrictly } from './strict-json.js';

/** Public-key signatures only: with HS* whoever can verify can also sign, and `none` is no signature at all. */
const acceptedAlgorithms = ['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'EdDSA', 'Ed25519'];
/** RFC 9068 says `at+jwt`; many issuers say JWT or nothing. A logout token or a proof of possession is no access token. */
const acceptedTypes = ['jwt', 'at+jwt', 'application/at+jwt'];
/** Machines' clocks differ a little; more than this is no accident. */
const ordinarySkewSeconds = 30;
/** Far above any honest token, and small enough to be looked at. */
const longestToken = 8 * 1024;

/** Whose tokens are believed, and what their claims are called. */
export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
  readonly claims: ClaimNames;
  readonly clock?: Clock;
  readonly clockSkewSeconds?: number;
  /** The issuer's words for our roles. */
  readonly roleNames?: Readonly<Record<string, string>> | undefined;
  /** Whether the policy knows this role: picks it out of a list. */
  readonly isRole?: (word: string) => boolean;
  /** Programs that sign in as themselves. */
  readonly clients?: readonly MachineClient[];
}

/** @param purpose what the request says it is for, where it says so */
export async function verifyToken(token: string, rules: TokenRules, purpose?: string): Promise<Viewer> {
  const claims = await verifiedClaims(token, rules);
  const said = (name: keyof ClaimNames): unknown => claimAt(claims, rules.claims[name]);
  const common = {
    departments: departmentsOf(said('departments')),
    facility: facilityOf(said('facility')),
    // A foreign issuer may give tokens no id; the audit trail still has to tell one from another.
    tokenId: typeof claims.jti === 'string' && claims.jti !== '' ? claims.jti : createHash('sha256').update(token).digest('base64url'),
  };
  const machine = machineOf(claims, rules.clients ?? []);
  if (machine) {
    const { userUuid, role, purpose: ownPurpose } = machine;
    return {
      userId: toWireId('usr', userUuid),
      userUuid,
      role,
      purpose: purpose === undefined ? ownPurpose : chosen([ownPurpose], purpose),
      ...common,
    };
  }
  const userUuid = userUuidOf(said('user'));
  if (!userUuid) throw new TokenRefusal('NO_SUCH_USER');
  return {
    userId: toWireId('usr', userUuid),
    userUuid,
    role: roleOf(said('role'), { names: rules.roleNames, isRole: rules.isRole }),
    purpose: purposeOf(said('purpose'), purpose),
    ...common,
  };
}

/** The token of an `Authorization: Bearer` header. */
export function bearerToken(header: string | undefined): string {
  const found = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header?.trim() ?? '');
  if (found?.[1]) return found[1];
  throw new TokenRefusal(
    'NO_TOKEN',
    `Expected the header "Authorization: Bearer <token>", found ${header ? 'another one' : 'none'}. Sign in first.`,
  );
}

async function verifiedClaims(token: string, rules: TokenRules): Promise<JWTPayload> {
  expectPlainToken(token);
  const { issuer, audience, keys, clock = realClock, clockSkewSeconds = ordinarySkewSeconds } = rules;
  const now = clock.now();
  const payload = await jwtVerify(token, keys, {
    issuer,
    audience,
    algorithms: acceptedAlgorithms,
    clockTolerance: clockSkewSeconds,
    currentDate: now,
    requiredClaims: ['sub', 'exp'],
  }).then(
    (verified) => verified.payload,
    (error: unknown) => {
      if (error instanceof HubError) throw error;
      throw refusalOf(error);
    },
  );
  if (payload.iat !== undefined && payload.iat > now.getTime() / 1000 + clockSkewSeconds) throw new TokenRefusal('TOO_EARLY');
  // RFC 9449, RFC 8705: such a token is good only beside a proof that this door does not ask for.
  if (payload['cnf'] !== undefined) throw new TokenRefusal('BOUND_ELSEWHERE');
  return payload;
}

/** What can be seen before any key is looked up: so that a made-up token costs nothing. */
function expectPlainToken(token: string): void {
  if (token.length > longestToken) throw new TokenRefusal('TOO_LARGE');
  const parts = token.split('.').slice(0, 2);
  const [header, payload] = parts.map((part) => readStrictly(Buffer.from(part, 'base64url').toString()));
  if (!header || !payload) throw new TokenRefusal(parts.every(isJson) ? 'NAMED_TWICE' : 'MALFORMED');
  if (typeof header['alg'] !== 'string' || !acceptedAlgorithms.includes(header['alg'])) throw new TokenRefusal('ALGORITHM');
  if (header['crit'] !== undefined || header['b64'] !== undefined) throw new TokenRefusal('CRITICAL_HEADER');
  if (typeof header['kid'] !== 'string' || header['kid'] === '') throw new TokenRefusal('NO_KEY_ID');
  const type = header['typ'];
  if (type !== undefined && !(typeof type === 'string' && acceptedTypes.includes(type.toLowerCase()))) throw new TokenRefusal('TOKEN_TYPE');
}

function isJson(part: string): boolean {
  try {
    return typeof JSON.parse(Buffer.from(part, 'base64url').toString()) === 'object';
  } catch {
    return false;
  }
}

/** A user's wire id, or the uuid in it. */
function userUuidOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  return /^(?:usr_)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(value)?.[1] ?? null;
}
