/** How much one viewer may ask for in a while: a bucket for each, which fills steadily and from which every request takes
 *  what it costs. Each gateway keeps buckets of its own: two gateways give a viewer twice as much, and nobody has to wait
 *  for a shared count. */
import { realClock, HubError, type Clock } from '../kernel/index.js';

export interface Rate {
  /** What a full bucket holds. */
  readonly burst: number;
  readonly perMinute: number;
}

export interface RateState {
  /** As of the IETF draft on RateLimit header fields: for every answer, also one that was refused. */
  readonly headers: Readonly<Record<string, string>>;
}

export class RateLimited extends HubError {
  readonly headers: Readonly<Record<string, string>>;
  constructor(message: string, headers: Readonly<Record<string, string>>) {
    super('RATE_LIMITED', message);
    this.headers = headers;
  }
}

export interface RateLimit {
  /** @throws RateLimited, and takes nothing, where the bucket does not hold so much */
  takeTokens(viewer: string, cost: number): RateState;
}

/** Bounds the memory; a bucket that is full says nothing, and goes first. */
const mostBuckets = 20_000;

interface Bucket {
  tokens: number;
  at: number;
}

export function openRateLimit({ burst, perMinute }: Rate, clock: Clock = realClock): RateLimit {
  const perMs = perMinute / 60_000;
  const buckets = new Map<string, Bucket>();
  const policy = `"viewer";q=${burst};w=${Math.max(1, Math.ceil((burst / perMinute) * 60))}`;

  const bucketOf = (viewer: string, now: number): Bucket => {
    const bucket = buckets.get(viewer) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + Math.max(0, now - bucket.at) * perMs);
    bucket.at = now;
    if (!buckets.has(viewer)) makeRoom(now);
    buckets.set(viewer, bucket);
    return bucket;
  };
  const makeRoom = (now: number): void => {
    if (buckets.size < mostBuckets) return;
    for (const [viewer, { tokens, at }] of buckets) if (tokens + (now - at) * perMs >= burst) buckets.delete(viewer);
    const [oldest] = buckets.keys();
    if (buckets.size >= mostBuckets && oldest !== undefined) buckets.delete(oldest);
  };
  const secondsUntil = (tokens: number, wanted: number): number => Math.max(0, Math.ceil((wanted - tokens) / perMs / 1000));
  const headersOf = (tokens: number): Record<string, string> => ({
    'ratelimit-policy': policy,
    ratelimit: `"viewer";r=${Math.floor(tokens)};t=${secondsUntil(tokens, burst)}`,
  });

  return {
    takeTokens(viewer, cost) {
      const bucket = bucketOf(viewer, clock.now().getTime());
      // What costs more than a bucket holds is answered from a full one.
      const taken = Math.min(cost, burst);
      if (taken > bucket.tokens) {
        const wait = Math.max(1, secondsUntil(bucket.tokens, taken));
        throw new RateLimited(
          `This request costs ${cost.toLocaleString('en-US')} and ${Math.floor(bucket.tokens).toLocaleString('en-US')} is left of ${burst.toLocaleString('en-US')}. Ask again in ${wait} s.`,
          { ...headersOf(bucket.tokens), 'retry-after': String(wait) },
        );
      }
      bucket.tokens -= taken;
      return { headers: headersOf(bucket.tokens) };
    },
  };
}
