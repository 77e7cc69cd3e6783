/** /graphql/stream: subscriptions as server-sent events, in graphql-sse's distinct connections mode (one stream an operation).
 *  What can be wrong is answered before the stream begins, as JSON with a status of its own. Then what was sent is taken
 *  before more is read; a client that takes nothing for a minute is cut off, and so are all when the hub stops: a client that
 *  was not told `complete` comes again. */
import type { Request, Response } from 'express';
import { createHandler } from 'graphql-sse';
import { HubError } from '../kernel/index.js';
import type { OperationContext, Subscriptions } from '../graphql/index.js';

export interface StreamLimits {
  readonly perViewer: number;
  readonly perProcess: number;
}
export interface StreamOptions {
  readonly subscriptions: Subscriptions;
  readonly limits: StreamLimits;
}
export interface Streams {
  /** @param again admits the viewer anew for each event */
  serve(request: Request, response: Response, again: () => Promise<OperationContext>): Promise<void>;
  /** Cuts all streams off, and opens no more. */
  close(): void;
}

const stuckMs = 60_000;
const framing = createHandler<unknown, { readonly results: AsyncGenerator<unknown> }>({
  authenticate: () => null,
  onSubscribe: ({ context }) => context.results as never,
});

export function createStreams({ subscriptions, limits }: StreamOptions): Streams {
  const open = new Map<AbortController, string>();
  let closed = false;

  const enter = (viewer: string): AbortController => {
    if (closed) throw new HubError('DATABASE_UNAVAILABLE', 'This gateway is stopping. Try again.');
    const own = [...open.values()].filter((holder) => holder === viewer).length;
    if (own >= limits.perViewer) throw new HubError('TOO_MANY_STREAMS', `You have ${own} streams open, which is the most. Close one.`);
    if (open.size >= limits.perProcess)
      throw new HubError('TOO_MANY_STREAMS', 'This gateway has as many streams open as it may. Try later.');
    const ending = new AbortController();
    open.set(ending, viewer);
    return ending;
  };

  return {
    async serve(request, response, again) {
      const asked = readAsked(request);
      const context = response.locals['context'] as OperationContext;
      const ending = enter(context.viewer.userUuid);
      const end = (): void => ending.abort();
      response.once('close', end);
      try {
        const flow = createFlow(ending.signal);
        const results = flow.count(await subscriptions.open(asked, context, { again, taken: flow.taken, signal: ending.signal }));
        const [body] = await framing({
          method: 'POST',
          url: '/graphql/stream',
          headers: { get: (name) => frame[name] },
          body: { ...asked },
          raw: request,
          context: { results },
        });
        if (!body || typeof body === 'string') throw new HubError('INTERNAL', 'expected a stream from graphql-sse');
        await send(response, body, { flow, ending });
      } finally {
        open.delete(ending);
        ending.abort();
      }
    },
    close() {
      closed = true;
      for (const ending of open.keys()) ending.abort();
    },
  };
}

/** What graphql-sse looks at; the rest of the request was looked at here. */
const frame: Readonly<Record<string, string>> = { accept: 'text/event-stream', 'content-type': 'application/json' };

function readAsked({ headers, body }: Request): { query: string; operationName: string | null; variables: Record<string, unknown> } {
  if (!/\btext\/event-stream\b/.test(headers.accept ?? ''))
    throw new HubError('BAD_INPUT', 'Expected the header "accept: text/event-stream".');
  const { query, operationName, variables } = isObject(body) ? body : {};
  if (typeof query !== 'string') throw new HubError('BAD_INPUT', 'Expected a JSON body with a query.');
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string')
    throw new HubError('BAD_INPUT', 'operationName: expected a name.');
  if (variables !== undefined && variables !== null && !isObject(variables))
    throw new HubError('BAD_INPUT', 'variables: expected an object.');
  return { query, operationName: operationName ?? null, variables: variables ?? {} };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

interface Flow {
  count<T>(events: AsyncGenerator<T>): AsyncGenerator<T>;
  sent(): void;
  /** Resolves when all events that were counted are on their way to the client, or the stream is over. */
  readonly taken: () => Promise<void>;
}

/** graphql-sse takes whatever comes and keeps it: so no event is made before the one before has left. */
function createFlow(signal: AbortSignal): Flow {
  let given = 0;
  let left = 0;
  let wake: () => void = () => undefined;
  signal.addEventListener('abort', () => wake(), { once: true });
  return {
    async *count(events) {
      for await (const event of events) {
        given += 1;
        yield event;
      }
    },
    sent() {
      left += 1;
      wake();
    },
    async taken() {
      while (left < given && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}

async function send(
  response: Response,
  body: AsyncGenerator<string>,
  { flow, ending }: { flow: Flow; ending: AbortController },
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  const cut = (): void => void response.destroy();
  ending.signal.addEventListener('abort', cut, { once: true });
  try {
    for await (const part of body) {
      if (!(await written(response, part))) break;
      if (part.startsWith('event: next')) flow.sent();
    }
    ending.signal.removeEventListener('abort', cut);
    response.end();
  } finally {
    ending.abort();
    await body.return(undefined).catch(() => undefined);
  }
}

/** False where the client is gone, or has not taken anything for too long. */
function written(response: Response, part: string): Promise<boolean> {
  if (!response.writable) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = (taken: boolean): void => {
      clearTimeout(stuck);
      response.off('close', gone);
      resolve(taken);
    };
    const gone = (): void => settle(false);
    const stuck = setTimeout(() => response.destroy(), stuckMs);
    response.once('close', gone); // a response that is cut off tells its writers nothing
    response.write(part, (error) => settle(!error));
  });
}
