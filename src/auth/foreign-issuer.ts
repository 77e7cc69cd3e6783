/** The hospital's own issuer: its keys come from a file, from an address, or from where its OpenID configuration says. */
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock, Log } from '../kernel/index.js';
import type { ClaimNames } from './claims.js';
import { fetchedKeys, fetchJson, ordinaryKeyTimes, type KeyOptions, type KeyTimes } from './issuer-keys.js';
import type { MachineClient } from './machines.js';
import type { TokenRules } from './tokens.js';

export type KeySource =
  | { readonly kind: 'set'; readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] } }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'discovery' };

export interface ForeignIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly claims: ClaimNames;
  readonly keys: KeySource;
  /** The rest may be left out: then it is as usual. */
  readonly keyTimes?: KeyTimes | undefined;
  readonly clockSkewSeconds?: number | undefined;
  readonly roleNames?: Readonly<Record<string, string>> | undefined;
}

export interface Trusting {
  readonly clients?: readonly MachineClient[];
  readonly isRole?: (word: string) => boolean;
  readonly log?: Log;
  readonly clock?: Clock;
}

export function trustIssuer(issuer: ForeignIssuer, { log, clock, clients, isRole }: Trusting = {}): TokenRules {
  const { audience, claims, keys, keyTimes: times = ordinaryKeyTimes, clockSkewSeconds, roleNames } = issuer;
  return {
    issuer: issuer.issuer,
    audience,
    claims,
    roleNames,
    keys: keyLookup(issuer.issuer, keys, { times, log, clock }),
    ...(clockSkewSeconds === undefined ? {} : { clockSkewSeconds }),
    ...(clock ? { clock } : {}),
    ...(clients ? { clients } : {}),
    ...(isRole ? { isRole } : {}),
  };
}

function keyLookup(issuer: string, keys: KeySource, options: KeyOptions): JWTVerifyGetKey {
  switch (keys.kind) {
    case 'set':
      return createLocalJWKSet({ keys: keys.jwks.keys as JSONWebKeySet['keys'] });
    case 'url':
      return fetchedKeys(() => Promise.resolve(keys.url), options);
    case 'discovery':
      return fetchedKeys(() => discover(issuer), options);
  }
}

/** OpenID Connect Discovery 1.0, section 4: the answer must name the same issuer, or anybody could stand in for it. */
async function discover(issuer: string): Promise<string> {
  const said = await fetchJson(`${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`);
  if (typeof said !== 'object' || said === null || !('issuer' in said) || !('jwks_uri' in said)) throw new Error('no OpenID configuration');
  if (said.issuer !== issuer || typeof said.jwks_uri !== 'string') throw new Error('the OpenID configuration names another issuer');
  // Who promises a private way to the configuration must not lead to the keys by an open one.
  if (issuer.startsWith('https:') && !said.jwks_uri.startsWith('https:')) throw new Error('the keys are not at an https address');
  return said.jwks_uri;
}
