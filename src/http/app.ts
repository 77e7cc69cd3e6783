/** The Express app: /graphql and health. Thin: it admits, hands over and writes what comes back. Nothing about a person stands
 *  in a URL or a log line. */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import express, { type NextFunction, type Request, type Response } from 'express';
import { asHubError, HubError, type Log } from '../kernel/index.js';
import { newTrail, type OperationContext } from '../graphql/index.js';
import type { Limits } from './limited.js';
import { badRequest, refuse, refuseUnreadable } from './refusals.js';
import type { Streams } from './stream.js';
import type { Admitted, Door } from './viewers.js';

export interface AppOptions {
  readonly apollo: ApolloServer<OperationContext>;
  readonly admit: Door;
  readonly limits: Limits;
  /** Of a body. */
  readonly mostBytes: number;
  /** What an operation reads and acts with, for an admitted viewer. */
  readonly equip: (
    admitted: Admitted,
    requestId: string,
  ) => Pick<OperationContext, 'reader' | 'acts' | 'grants' | 'privacy' | 'agreements'>;
  /** Subscriptions; without them nobody hears of changes. */
  readonly streams: Streams;
  /** Throws where the gateway cannot answer. */
  readonly healthy: () => Promise<void>;
  readonly log: Log;
}

const greeting = 'Patient Relations Hub. Ask POST /graphql with a bearer token; /health/ready says whether it can answer.\n';

export function createApp(options: AppOptions): express.Express {
  const { apollo, admit, limits, mostBytes, equip, log, streams } = options;
  const contextOf = async (request: Request, requestId: string): Promise<OperationContext> => {
    const admitted = await admit(request.headers.authorization, requestId, purposeIn(request));
    const { viewer, rows, plan, renewPlan } = admitted;
    return {
      ...{ viewer, rows, plan, requestId, trail: newTrail() },
      ...equip(admitted, requestId),
      renewed: async () => {
        const renewed = await renewPlan();
        const { acts, grants, privacy } = equip({ ...admitted, plan: renewed }, requestId);
        return { plan: renewed, acts, grants, privacy };
      },
    };
  };
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.get('/', (_request, response) => void response.type('text/plain').send(greeting));
  app.get('/health/live', (_request, response) => void response.json({ status: 'live' }));
  app.get('/health/ready', (_request, response) => {
    options.healthy().then(
      () => response.json({ status: 'ready' }),
      () => response.status(503).json({ status: 'not ready' }),
    );
  });
  // Variables in an address would end in logs of proxies: queries come in a body only.
  app.use('/graphql', (request: Request, response: Response, next: NextFunction) => {
    if (request.method === 'POST') return next();
    response.setHeader('allow', 'POST');
    refuse(response, new HubError('METHOD_NOT_ALLOWED', 'Send the query by POST, in the body.'), { log, requestId: null });
  });
  app.use('/graphql', (request: Request, response: Response, next: NextFunction) => {
    const requestId = randomUUID();
    response.setHeader('x-request-id', requestId);
    response.setHeader('cache-control', 'no-store');
    contextOf(request, requestId).then(
      (context) => {
        response.locals['context'] = context;
        next();
      },
      (error: unknown) => refuse(response, error, { log, requestId }),
    );
  });
  app.use('/graphql', express.json({ limit: mostBytes }), (request: Request, response: Response, next: NextFunction) => {
    const context = response.locals['context'] as OperationContext;
    limits(request.body, context).then(
      ({ query, headers }) => {
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        if (query !== null) request.body = withText(request.body as object, query);
        next();
      },
      (error: unknown) => refuse(response, error, { log, requestId: context.requestId }),
    );
  });
  app.post('/graphql/stream', (request: Request, response: Response) => {
    const { requestId } = response.locals['context'] as OperationContext;
    streams
      .serve(request, response, () => contextOf(request, requestId))
      .catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else refuse(response, error, { log, requestId });
      });
  });
  app.use('/graphql', expressMiddleware(apollo, { context: async ({ res }) => res.locals['context'] as OperationContext }));
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) next(error);
    else refuse(response, badRequest(error, mostBytes), { log, requestId: null });
  });
  return app;
}

/** An id stands for its text from here on, and the server is not asked to know it. */
function withText(body: { readonly extensions?: unknown }, query: string): object {
  const { extensions } = body;
  if (typeof extensions !== 'object' || extensions === null || Array.isArray(extensions)) return { ...body, query };
  const { persistedQuery: _, ...others } = extensions as Readonly<Record<string, unknown>>;
  return { ...body, query, extensions: others };
}

/** Which of the purposes that the token allows this request is for. */
function purposeIn({ headers }: Request): string | undefined {
  const said = headers['x-purpose-of-use'];
  return typeof said === 'string' ? said : undefined;
}

/** @throws HubError PORT_BUSY */
export async function listen(
  app: express.Express,
  at: { readonly host: string; readonly port: number },
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const server: Server = createServer({ keepAliveTimeout: 65_000 }, app);
  refuseUnreadable(server);
  await new Promise<void>((done, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      failed(
        error.code === 'EADDRINUSE'
          ? new HubError('PORT_BUSY', `Port ${at.port} is taken by another program; choose another with --port.`)
          : asHubError(error, 'INTERNAL', `Port ${at.port} cannot be opened (${error.code ?? 'unknown'}).`),
      ),
    );
    server.listen(at.port, at.host, done);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${at.host}:${port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 2_000).unref();
      }),
  };
}
