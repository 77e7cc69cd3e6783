/** Why a token is not believed. The one who sent it reads one sentence, always the same: a hint would help whoever forges
 *  one. The log has the reason, by its code alone. */
import { errors } from 'jose';
import { HubError } from '../kernel/index.js';

export type RefusalReason =
  | 'NO_TOKEN'
  | 'TOO_LARGE'
  | 'MALFORMED'
  | 'NAMED_TWICE'
  | 'TOKEN_TYPE'
  | 'NO_KEY_ID'
  | 'ALGORITHM'
  | 'CRITICAL_HEADER'
  | 'UNKNOWN_KEY'
  | 'NO_KEYS'
  | 'SIGNATURE'
  | 'EXPIRED'
  | 'TOO_EARLY'
  | 'WRONG_ISSUER'
  | 'WRONG_AUDIENCE'
  | 'CLAIM'
  | 'BOUND_ELSEWHERE'
  | 'NO_SUCH_USER'
  | 'IDLE';

export class TokenRefusal extends HubError {
  readonly reason: RefusalReason;
  constructor(reason: RefusalReason, message = 'The token is not good, or no longer. Sign in again.', options?: { cause?: unknown }) {
    super('UNAUTHENTICATED', message, options);
    this.name = 'TokenRefusal';
    this.reason = reason;
  }
}

/** The keys of the issuer are not known, and cannot be had. */
export class NoKeys extends Error {}

/** The reason behind what the verifier threw. */
export function refusalOf(cause: unknown): TokenRefusal {
  return cause instanceof TokenRefusal ? cause : new TokenRefusal(reasonOf(cause), undefined, { cause });
}

function reasonOf(cause: unknown): RefusalReason {
  if (cause instanceof NoKeys) return 'NO_KEYS';
  if (cause instanceof errors.JWTExpired) return 'EXPIRED';
  if (cause instanceof errors.JWTClaimValidationFailed) return claimReasons[cause.claim] ?? 'CLAIM';
  if (cause instanceof errors.JOSEAlgNotAllowed) return 'ALGORITHM';
  if (cause instanceof errors.JOSENotSupported) return 'CRITICAL_HEADER';
  if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys) return 'UNKNOWN_KEY';
  if (cause instanceof errors.JWSSignatureVerificationFailed) return 'SIGNATURE';
  return 'MALFORMED';
}

const claimReasons: Readonly<Record<string, RefusalReason>> = { iss: 'WRONG_ISSUER', aud: 'WRONG_AUDIENCE', nbf: 'TOO_EARLY' };
