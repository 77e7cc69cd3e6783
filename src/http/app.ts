/** The Express app: /graphql and health. Thin: it admits, hands over and writes what comes back. Nothing about a person stands
 *  in a URL or a log line. */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import express, { type NextFunction, type Request, type Response } from 'express';
import { asHubError, HubError, type Log } from '../kernel/index.js';
import { formatError, newTrail, type OperationContext } from '../graphql/index.js';
import type { Admitted, Door } from './viewers.js';

export interface AppOptions {
  readonly apollo: ApolloServer<OperationContext>;
  readonly admit: Door;
  /** What an operation reads and acts with, for an admitted viewer. */
  readonly equip: (admitted: Admitted, requestId: string) => Pick<OperationContext, 'reader' | 'acts' | 'agreements'>;
  /** Throws where the gateway cannot answer. */
  readonly healthy: () => Promise<void>;
  readonly log: Log;
}

const greeting = 'Patient Relations Hub. Ask POST /graphql with a bearer token; /health/ready says whether it can answer.\n';

export function createApp(options: AppOptions): express.Express {
  const { apollo, admit, equip, log } = options;
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
    admit(request.headers.authorization, requestId).then(
      (admitted) => {
        response.locals['context'] = {
          ...admitted,
          requestId,
          trail: newTrail(),
          ...equip(admitted, requestId),
        } satisfies OperationContext;
        next();
      },
      (error: unknown) => refuse(response, error, { log, requestId }),
    );
  });
  app.use(
    '/graphql',
    express.json({ limit: '256kb' }),
    expressMiddleware(apollo, { context: async ({ res }) => res.locals['context'] as OperationContext }),
  );
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) next(error);
    else refuse(response, badRequest(error), { log, requestId: null });
  });
  return app;
}

/** An error in GraphQL shape, with the status of its code. */
function refuse(response: Response, error: unknown, at: { readonly log: Log; readonly requestId: string | null }): void {
  const status = error instanceof HubError ? error.status : 500;
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  response.status(status).json({ errors: [formatError(error, at)] });
}

/** Faults of the body parser: too large, not JSON. */
function badRequest(error: unknown): unknown {
  const status = (error as { status?: unknown }).status;
  if (status === 413) return new HubError('LIMIT_EXCEEDED', 'The request is larger than 256 kB.');
  return typeof status === 'number' && status < 500 ? new HubError('BAD_INPUT', 'The request cannot be read; expected JSON.') : error;
}

/** @throws HubError PORT_BUSY */
export async function listen(
  app: express.Express,
  at: { readonly host: string; readonly port: number },
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const server: Server = createServer({ keepAliveTimeout: 65_000 }, app);
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
