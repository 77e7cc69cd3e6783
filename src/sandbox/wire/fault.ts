/** Faults on demand, so that a demo or a test can see what the hub does when a source fails. */
import type { NextFunction, Response } from 'express';
import { operationOutcome } from './outcome.js';

export type Fault =
  /** The connection is torn without an answer. */
  | { readonly kind: 'down' }
  | { readonly kind: 'slow'; readonly milliseconds?: number }
  | { readonly kind: '500' }
  /** Too many requests, with `Retry-After`. */
  | { readonly kind: '429'; readonly retryAfterSeconds?: number };

export function applyFault(fault: Fault | null, response: Response, next: NextFunction): void {
  if (!fault) return next();
  const refuseWith = (status: number, words: string): void => {
    const issue = { severity: 'error', code: status === 429 ? 'throttled' : 'exception', detail: String(status), words } as const;
    response
      .status(status)
      .set('Content-Type', 'application/fhir+json; charset=utf-8')
      .send(JSON.stringify(operationOutcome([issue])));
  };
  switch (fault.kind) {
    case 'down':
      response.socket?.destroy();
      return;
    case 'slow':
      setTimeout(next, fault.milliseconds ?? 5_000);
      return;
    case '500':
      return refuseWith(500, 'The system is out of order, on request.');
    case '429':
      response.set('Retry-After', String(fault.retryAfterSeconds ?? 1));
      return refuseWith(429, 'Too many requests, on request.');
  }
}
