/** The keys of an issuer, fetched from an address and kept. A key id not seen before fetches again, at most once in a
 *  cool-down; what the issuer no longer lists stops working when the kept set is too old. While the issuer cannot be
 *  reached, the keys that are known go on for a bounded time: a night without the issuer is no night without the hub, and a
 *  stolen key is not good for ever. */
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { realClock, type Clock, type Log } from '../kernel/index.js';
import { NoKeys } from './refusal.js';

export interface KeyTimes {
  /** How old a set of keys may become before it is fetched anew. */
  readonly keptMs: number;
  /** How much older, while the issuer cannot be reached. */
  readonly goOnMs: number;
  /** Between two fetches: a stream of made-up key ids must not become a stream of requests. */
  readonly coolDownMs: number;
}
export const ordinaryKeyTimes: KeyTimes = { keptMs: 10 * 60_000, goOnMs: 60 * 60_000, coolDownMs: 30_000 };

interface Known {
  readonly lookup: JWTVerifyGetKey;
  readonly ids: ReadonlySet<unknown>;
  readonly at: number;
}

export interface KeyOptions {
  readonly times: KeyTimes;
  readonly log?: Log | undefined;
  readonly clock?: Clock | undefined;
}

const timeoutMs = 5_000;
const largestAnswer = 512 * 1024;

/** @param address is asked before each fetch: an issuer may move its keys */
export function fetchedKeys(address: () => Promise<string>, { times, log, clock = realClock }: KeyOptions): JWTVerifyGetKey {
  let known: Known | null = null;
  let triedAt = -Infinity;
  let inFlight: Promise<void> | null = null;

  const fetchOnce = async (): Promise<void> => {
    try {
      const { keys } = readKeySet(await fetchJson(await address()));
      known = { lookup: createLocalJWKSet({ keys }), ids: new Set(keys.map(({ kid }) => kid)), at: triedAt };
    } catch (error) {
      log?.warn({ kind: error instanceof Error ? error.name : typeof error }, 'the keys of the issuer could not be fetched');
    }
  };
  /** Joins a fetch that is under way; does nothing while it cools down, unless nothing is known at all. Never fails: what is
   *  known counts. */
  const refresh = (): Promise<void> => {
    const now = clock.now().getTime();
    if (inFlight) return inFlight;
    if (known && now - triedAt < times.coolDownMs) return Promise.resolve();
    triedAt = now;
    inFlight = fetchOnce().finally(() => (inFlight = null));
    return inFlight;
  };
  const age = (): number => (known ? clock.now().getTime() - known.at : Infinity);

  return async (header, token) => {
    if (age() >= times.keptMs) await refresh();
    else if (age() >= times.keptMs / 2) void refresh(); // early, so that nobody has to wait for it
    if (known && !known.ids.has(header?.kid)) await refresh();
    if (!known || age() >= times.keptMs + times.goOnMs) throw new NoKeys('the keys of the issuer are not known');
    return known.lookup(header, token);
  };
}

export async function fetchJson(url: string): Promise<unknown> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error', headers: { accept: 'application/json' } });
  if (!answer.ok || !answer.body) throw new Error(`status ${answer.status}`);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body) {
    size += part.length;
    if (size > largestAnswer) throw new Error('the answer is too large');
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString());
}

/** Public signing keys with an id; whatever else stands in the set is no key to believe. */
function readKeySet(said: unknown): JSONWebKeySet {
  const keys: unknown = typeof said === 'object' && said !== null ? Reflect.get(said, 'keys') : null;
  if (!Array.isArray(keys)) throw new Error('no set of keys');
  return { keys: keys.filter(isSigningKey) };
}

function isSigningKey(key: unknown): key is JSONWebKeySet['keys'][number] {
  if (typeof key !== 'object' || key === null) return false;
  const { kty, kid, use, d } = key as Readonly<Record<string, unknown>>;
  const isPublic = (kty === 'RSA' || kty === 'EC' || kty === 'OKP') && d === undefined;
  return isPublic && typeof kid === 'string' && kid !== '' && (use === undefined || use === 'sig');
}
