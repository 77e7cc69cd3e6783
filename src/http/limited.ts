/** The limits of one request, in the order in which they cost least to keep: document, cost, what the viewer has asked for of
 *  late. Whoever is turned away at the last one is noted in the audit trail, once a minute: many requests in a short time are
 *  what copying looks like, and an entry for each would be a load of its own. */
import type { Audit } from '../access/index.js';
import type { Gate } from '../graphql/index.js';
import { realClock, type Clock, type Viewer } from '../kernel/index.js';
import { RateLimited, type RateLimit, type RateState } from './rate-limit.js';
import { noteTurnedAway } from './turned-away.js';

export interface LimitOptions extends Gate, RateLimit {
  readonly audit: Pick<Audit, 'record'>;
  readonly clock?: Clock;
}

export interface Taken extends RateState {
  /** The document to execute; null where the request holds none. */
  readonly query: string | null;
}

export type Limits = (request: unknown, by: { readonly viewer: Viewer; readonly requestId: string }) => Promise<Taken>;

/** What looking at a document costs that is then refused. */
const refusedCost = 10;
const notedEveryMs = 60_000;
const mostNoted = 10_000;

export function keepLimits(options: LimitOptions): Limits {
  const { checkDocument, takeTokens, audit, clock = realClock } = options;
  const notedAt = new Map<string, number>();

  const noteOnce = async (by: { readonly viewer: Viewer; readonly requestId: string }): Promise<void> => {
    const now = clock.now().getTime();
    if (now - (notedAt.get(by.viewer.userUuid) ?? -Infinity) < notedEveryMs) return;
    if (notedAt.size >= mostNoted) notedAt.clear();
    notedAt.set(by.viewer.userUuid, now);
    await noteTurnedAway(audit, by);
  };

  return async (request, by) => {
    const take = async (cost: number): Promise<RateState> => {
      try {
        return takeTokens(by.viewer.userUuid, cost);
      } catch (error) {
        if (error instanceof RateLimited) await noteOnce(by);
        throw error;
      }
    };
    let checked: ReturnType<typeof checkDocument>;
    try {
      checked = checkDocument(request);
    } catch (error) {
      await take(refusedCost);
      throw error;
    }
    return { query: checked.query, ...(await take(checked.cost)) };
  };
}
