/** The hospital's own issuer: its keys come from a file, from an address, or from where its OpenID configuration says.
 *  Keys from an address are fetched when first needed and kept; a key id not seen before fetches again, at most every 30 s. */
import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { ClaimNames, TokenRules } from './tokens.js';

export type KeySource =
  | { readonly kind: 'set'; readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] } }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'discovery' };

export interface ForeignIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly claims: ClaimNames;
  readonly keys: KeySource;
}

export function trustIssuer({ issuer, audience, claims, keys }: ForeignIssuer): TokenRules {
  return { issuer, audience, claims, keys: keyLookup(issuer, keys) };
}

function keyLookup(issuer: string, keys: KeySource): JWTVerifyGetKey {
  switch (keys.kind) {
    case 'set':
      return createLocalJWKSet({ keys: keys.jwks.keys as JSONWebKeySet['keys'] });
    case 'url':
      return createRemoteJWKSet(new URL(keys.url));
    case 'discovery':
      return discovered(issuer);
  }
}

function discovered(issuer: string): JWTVerifyGetKey {
  let found: Promise<JWTVerifyGetKey> | null = null;
  return async (header, token) => {
    found ??= discover(issuer);
    // A failed discovery is tried again by the next token, not remembered.
    const lookup = await found.catch((error: unknown) => {
      found = null;
      throw error;
    });
    return lookup(header, token);
  };
}

/** OpenID Connect Discovery 1.0, section 4: the answer must name the same issuer, or anybody could stand in for it. */
async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const answer = await fetch(`${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(5_000),
    redirect: 'error',
  });
  const said: unknown = answer.ok ? await answer.json() : null;
  if (typeof said !== 'object' || said === null || !('issuer' in said) || !('jwks_uri' in said)) throw new Error('no OpenID configuration');
  if (said.issuer !== issuer || typeof said.jwks_uri !== 'string') throw new Error('the OpenID configuration names another issuer');
  return createRemoteJWKSet(new URL(said.jwks_uri));
}
