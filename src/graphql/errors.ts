/** Errors as clients see them: code and message of the catalogue, nothing of the inside. What is not a HubError nor a fault
 *  of the document is INTERNAL; the log has it under the request id. */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { errorCatalogue, HubError, type ErrorCode, type Log } from '../kernel/index.js';

export function formatError(error: unknown, at: { readonly log: Log; readonly requestId: string | null }): GraphQLFormattedError {
  const fault = causeOf(error);
  const where = error instanceof GraphQLError ? { ...(error.path ? { path: error.path } : {}), ...(error.locations ? { locations: error.locations } : {}) } : {};
  if (fault instanceof HubError) {
    if (fault.status >= 500) at.log.error({ code: fault.code, requestId: at.requestId, cause: messageOf(fault.cause) }, fault.message);
    return { message: fault.message, ...where, extensions: { code: fault.code } };
  }
  if (error instanceof GraphQLError && !(fault instanceof Error)) {
    const code = typeof error.extensions['code'] === 'string' ? error.extensions['code'] : 'BAD_INPUT';
    return { message: error.message, ...where, extensions: { code: code in errorCatalogue ? code : 'BAD_INPUT' } };
  }
  at.log.error({ requestId: at.requestId, cause: messageOf(fault) }, 'a fault of the hub');
  return { message: `${errorCatalogue.INTERNAL.meaning} (${at.requestId ?? 'no request'})`, ...where, extensions: { code: 'INTERNAL' satisfies ErrorCode } };
}

function causeOf(error: unknown): unknown {
  if (error instanceof GraphQLError) return error.originalError === undefined ? null : causeOf(error.originalError);
  return error;
}

/** The kind of fault only: a driver's message may quote a value. */
function messageOf(cause: unknown): string | null {
  if (!(cause instanceof Error)) return null;
  const code = (cause as { code?: unknown }).code;
  return `${cause.name}${typeof code === 'string' ? ` ${code}` : ''}`;
}
