/** A FHIR R4 server over HTTP: search with paging, read, capability statement, refusals as OperationOutcome. One runs
 *  for each of the three demo systems, on 127.0.0.1 only, with the quirks of the vendor it stands for. */
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:http';
import express, { type NextFunction, type Request, type Response } from 'express';
import type { Log } from '../kernel/index.js';
import { searchset } from './wire/bundle.js';
import { capabilityStatement } from './wire/capability.js';
import { readCursor, writeCursor } from './wire/cursor.js';
import { applyFault, type Fault } from './wire/fault.js';
import { nothingFound, operationOutcome, refuse, Refusal } from './wire/outcome.js';
import { readSearch } from './wire/search.js';
import type { ResourceStore } from './wire/store.js';

export interface ServedSystem {
  readonly name: string;
  readonly types: readonly string[];
  /** Scheduling, like a large vendor's Appointment, lets `_lastUpdated` pass without filtering, and only warns. */
  readonly honoursLastUpdated: boolean;
  /** Says "nothing found" by a warning in the Bundle, with status 200: not an error. */
  readonly warnsWhenEmpty: boolean;
  readonly store: ResourceStore;
  readonly log: Log;
}
export interface FhirServer {
  readonly url: string;
  setFault(fault: Fault | null): void;
  stop(): Promise<void>;
}

const fhirJson = 'application/fhir+json; charset=utf-8';
const send = (response: Response, status: number, body: string): void =>
  void response.status(status).set('Content-Type', fhirJson).send(body);

function typeOf(system: ServedSystem, request: Request): string {
  const type = String(request.params['type']);
  if (!system.types.includes(type))
    throw refuse(404, 'not-supported', `This system has no resource type ${type.slice(0, 40).replace(/[^A-Za-z]/g, '?')}.`);
  return type;
}

async function searchPage(
  system: ServedSystem,
  base: string,
  asked: { type: string; query: URLSearchParams; strict: boolean },
): Promise<string> {
  const { type, strict } = asked;
  const cursor = asked.query.has('_cursor') ? readCursor(asked.query.get('_cursor') ?? '') : null;
  const query = cursor ? new URLSearchParams(cursor.query) : asked.query;
  const { search, warnings } = readSearch(type, query, { honoursLastUpdated: system.honoursLastUpdated, strict });
  const [found, total] = await Promise.all([system.store.find(search, cursor?.after), cursor ? cursor.total : system.store.count(search)]);
  const rows = found.rows.slice(0, search.count);
  const last = rows.at(-1);
  const next =
    last && found.rows.length > search.count
      ? `${base}/${type}?_cursor=${writeCursor({ query: query.toString(), total, after: { updatedAt: last.updatedAt, id: last.id } })}`
      : null;
  return searchset({
    base,
    type,
    total,
    rows,
    next,
    servedAt: found.servedAt,
    self: `${base}/${type}${asked.query.size > 0 ? `?${asked.query.toString()}` : ''}`,
    warnings: total === 0 && system.warnsWhenEmpty ? [...warnings, nothingFound] : warnings,
  });
}

async function readOne(system: ServedSystem, request: Request, response: Response): Promise<void> {
  const found = await system.store.read(typeOf(system, request), String(request.params['id']));
  if (!found) throw refuse(404, 'not-found', 'Nothing is known under this id.');
  if (found.deleted) throw refuse(410, 'deleted', 'What had this id was deleted.');
  response.set({ ETag: `W/"${found.version}"`, 'Last-Modified': new Date(found.updatedAt).toUTCString() });
  send(response, 200, found.body);
}

function answerFault(log: Log) {
  return (error: unknown, _request: Request, response: Response, next: NextFunction): void => {
    if (response.headersSent) return next(error);
    if (!(error instanceof Refusal)) log.error({ err: error }, 'sandbox request failed');
    const { status, issue } = error instanceof Refusal ? error : refuse(500, 'exception', 'The sandbox failed to answer.');
    send(response, status, JSON.stringify(operationOutcome([issue])));
  };
}

function routesOf(system: ServedSystem, live: { base: string; fault: Fault | null }): express.Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  const asked = (request: Request, query: URLSearchParams) => ({
    type: typeOf(system, request),
    query,
    strict: /handling=strict/.test(request.get('prefer') ?? ''),
  });
  const queryOf = (request: Request): URLSearchParams => new URL(request.originalUrl, live.base).searchParams;
  app.use((_request, response, next) => applyFault(live.fault, response, next));
  app.get('/fhir/metadata', (_request, response) => send(response, 200, JSON.stringify(capabilityStatement(system))));
  app.get('/fhir/:type', async (request, response) =>
    send(response, 200, await searchPage(system, live.base, asked(request, queryOf(request)))),
  );
  app.post('/fhir/:type/_search', express.text({ type: 'application/x-www-form-urlencoded' }), async (request, response) => {
    const inBody = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
    send(response, 200, await searchPage(system, live.base, asked(request, new URLSearchParams([...queryOf(request), ...inBody]))));
  });
  app.get('/fhir/:type/:id', (request, response) => readOne(system, request, response));
  app.use((request) => {
    throw refuse(request.method === 'GET' ? 404 : 405, 'not-supported', 'This system answers metadata, search and read only.');
  });
  app.use(answerFault(system.log));
  return app;
}

/** Listens on the first of these ports that is free; 0 asks the machine for any. */
async function listen(server: Server, ports: readonly number[]): Promise<number> {
  for (const port of ports) {
    const taken = await new Promise<boolean>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(true) : reject(error)));
      server.listen(port, '127.0.0.1', () => resolve(false));
    });
    if (!taken) break;
  }
  return (server.address() as AddressInfo | null)?.port ?? 0;
}

/** Starts serving; `port` of the answer is 0 where every port given was taken. */
export async function serveFhir(system: ServedSystem, ports: readonly number[]): Promise<FhirServer & { readonly port: number }> {
  const live: { base: string; fault: Fault | null } = { base: 'http://127.0.0.1', fault: null };
  const server = createServer(routesOf(system, live));
  server.keepAliveTimeout = 65_000;
  const port = await listen(server, ports);
  live.base = `http://127.0.0.1:${port}/fhir`;
  return {
    port,
    url: live.base,
    setFault: (fault) => void (live.fault = fault),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
