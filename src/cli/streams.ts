/** Subscriptions, wired: what any process writes is heard on one connection and handed to the streams of this gateway. */
import type { GraphQLSchema } from 'graphql';
import type { Pool } from 'pg';
import type { Audit } from '../access/index.js';
import { createFanOut, createSubscriptions } from '../graphql/index.js';
import { createStreams, type StreamLimits, type Streams } from '../http/index.js';
import type { Log } from '../kernel/index.js';
import { listenForChanges, sourceRow } from '../store/index.js';

export interface OpenStreams {
  readonly streams: Streams;
  /** Cuts the streams off and stops listening. */
  close(): Promise<void>;
}

export async function openStreams(
  gatewayUrl: string,
  means: {
    readonly schema: GraphQLSchema;
    readonly audit: Audit;
    readonly log: Log;
    readonly pool: Pool;
    readonly limits: StreamLimits;
    readonly lookAgainMs?: number;
  },
): Promise<OpenStreams> {
  const { schema, audit, log, pool, limits, lookAgainMs } = means;
  const fanOut = createFanOut();
  const listening = await listenForChanges(gatewayUrl, { log, tell: (changes) => fanOut.tell(changes) });
  const subscriptions = createSubscriptions({
    schema,
    audit,
    log,
    events: { open: (wants) => fanOut.open(wants), sourceRow: (name) => sourceRow(pool, name) },
    ...(lookAgainMs === undefined ? {} : { lookAgainMs }),
  });
  const streams = createStreams({ subscriptions, limits });
  return {
    streams,
    async close() {
      streams.close();
      fanOut.close();
      await listening.close();
    },
  };
}
