/** A client of /graphql/stream: graphql-sse's own, and what has come so far. */
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, type ExecutionResult } from 'graphql-sse';
import type { HttpGateway } from './http-gateway.js';

export interface OpenStream {
  readonly events: ExecutionResult<Record<string, unknown>, unknown>[];
  /** How it ended: `complete`, or what the client threw; null while it is open. */
  ended(): unknown;
  /** Waits until so many events have come. */
  count(events: number): Promise<void>;
  /** Waits until this holds of the latest event. */
  latest(holds: (event: ExecutionResult<Record<string, unknown>, unknown> | undefined) => boolean): Promise<void>;
  untilEnded(): Promise<unknown>;
  close(): void;
}

/** Resolves when the gateway has accepted the stream, or refused it. */
export async function openStream(
  gateway: Pick<HttpGateway, 'url'>,
  token: string,
  query: string,
  { variables = {}, retry = 0 }: { variables?: Record<string, unknown>; retry?: number } = {},
): Promise<OpenStream> {
  const events: ExecutionResult<Record<string, unknown>, unknown>[] = [];
  let end: unknown = null;
  let connected: () => void = () => undefined;
  const accepted = new Promise<void>((resolve) => (connected = resolve));
  const client = createClient({
    url: `${gateway.url}/stream`,
    headers: { authorization: `Bearer ${token}` },
    retryAttempts: retry,
    on: { connected: () => connected() },
  });
  const finish = (reason: unknown): void => {
    end = reason;
    connected();
  };
  const stop = client.subscribe<Record<string, unknown>, unknown>(
    { query, variables },
    { next: (event) => void events.push(event), error: (error) => finish(error ?? 'error'), complete: () => finish('complete') },
  );
  await accepted;
  const until = async (what: string, holds: () => boolean): Promise<void> => {
    for (let waited = 0; !holds(); waited += 20) {
      if (waited > 15_000) throw new Error(`${what}: ${JSON.stringify(events).slice(0, 2_000)} ${String(end)}`);
      await pause(20);
    }
  };
  return {
    events,
    ended: () => end,
    count: (wanted) => until(`expected ${wanted} events, found ${events.length}`, () => events.length >= wanted),
    latest: (holds) => until('expected another event', () => holds(events.at(-1))),
    async untilEnded() {
      await until('expected the end of the stream', () => end !== null);
      return end;
    },
    close: () => {
      stop();
      client.dispose();
    },
  };
}

/** Long enough for an event to come that must not. */
export const quietly = (): Promise<void> => pause(400);
