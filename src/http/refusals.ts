/** Every refusal in GraphQL shape, with the status of its code: also of requests that never became one. The log says why a
 *  token was not believed, by a code alone; the answer does not. */
import type { Server } from 'node:http';
import type { Response } from 'express';
import { formatError, withoutSuggestion } from '../graphql/index.js';
import { TokenRefusal } from '../auth/index.js';
import { errorCatalogue, HubError, type ErrorCode, type Log } from '../kernel/index.js';
import { RateLimited } from './rate-limit.js';

export interface Refusing {
  readonly log: Log;
  readonly requestId: string | null;
}

export function refuse(response: Response, error: unknown, at: Refusing): void {
  // A document may be wrong in several ways. What it was meant to say is told to nobody who is turned away.
  const faults: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  const errors = faults.map((fault) => formatError(fault, at)).map((told) => ({ ...told, message: withoutSuggestion(told.message) }));
  const code = errors[0]?.extensions?.['code'] as ErrorCode | undefined;
  const status = code ? errorCatalogue[code].status : 500;
  if (error instanceof TokenRefusal) at.log.info({ reason: error.reason, requestId: at.requestId }, 'a token was refused');
  if (error instanceof RateLimited) for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
  if (status === 401) response.setHeader('www-authenticate', challengeOf(error));
  response.status(status).json({ errors });
}

/** RFC 6750, section 3: who sent no token is told of no error. */
const challengeOf = (error: unknown): string =>
  error instanceof TokenRefusal && error.reason !== 'NO_TOKEN' ? 'Bearer error="invalid_token"' : 'Bearer';

/** Faults of the body parser: too large, not JSON. */
export function badRequest(error: unknown, mostBytes: number): unknown {
  const { status, length, received } = Object(error) as { status?: unknown; length?: unknown; received?: unknown };
  if (status === 413) {
    const found = [length, received].find((bytes) => typeof bytes === 'number');
    const more = found === undefined ? 'more bytes than it may' : `${found.toLocaleString('en-US')} bytes`;
    return new HubError('LIMIT_EXCEEDED', `The request holds ${more}; ${mostBytes.toLocaleString('en-US')} is the most.`);
  }
  return typeof status === 'number' && status < 500 ? new HubError('BAD_INPUT', 'The request cannot be read; expected JSON.') : error;
}

/** What Node itself cannot read never comes to the app; it would be answered without a body. */
export function refuseUnreadable(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
    const message = tooLarge ? 'The headers of the request hold more than 16 kB.' : 'The request is not HTTP that can be read.';
    const fault = new HubError(tooLarge ? 'LIMIT_EXCEEDED' : 'BAD_INPUT', message);
    const body = JSON.stringify({ errors: [{ message: fault.message, extensions: { code: fault.code } }] });
    const head = `HTTP/1.1 ${tooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request'}`;
    const headers = ['connection: close', 'content-type: application/json; charset=utf-8', `content-length: ${Buffer.byteLength(body)}`];
    socket.end([head, ...headers, '', body].join('\r\n'));
  });
}
