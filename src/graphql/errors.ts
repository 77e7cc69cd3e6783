/** Errors as clients see them: code and message of the catalogue, nothing of the inside. What is not a HubError nor a fault
 *  of the document is INTERNAL; the log has it under the request id. */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { errorCatalogue, HubError, type ErrorCode, type Log } from '../kernel/index.js';
import { withoutValue } from './quoted-values.js';

export function formatError(error: unknown, at: { readonly log: Log; readonly requestId: string | null }): GraphQLFormattedError {
  const fault = causeOf(error);
  const where =
    error instanceof GraphQLError
      ? { ...(error.path ? { path: error.path } : {}), ...(error.locations ? { locations: error.locations } : {}) }
      : {};
  if (fault instanceof HubError) {
    if (fault.status >= 500) at.log.error({ code: fault.code, requestId: at.requestId, cause: messageOf(fault.cause) }, fault.message);
    return { message: fault.message, ...where, extensions: { code: fault.code } };
  }
  if (error instanceof GraphQLError && !(fault instanceof Error)) {
    return { message: withoutValue(error.message), ...where, extensions: { code: codeOf(error) } };
  }
  at.log.error({ requestId: at.requestId, cause: messageOf(fault) }, 'a fault of the hub');
  return {
    message: `${errorCatalogue.INTERNAL.meaning} (${at.requestId ?? 'no request'})`,
    ...where,
    extensions: { code: 'INTERNAL' satisfies ErrorCode },
  };
}

/** Our own code where a rule of ours gave one; the server wraps it in an error with a code of its own. */
function codeOf(error: GraphQLError): ErrorCode {
  const inner = error.originalError instanceof GraphQLError ? codeOf(error.originalError) : 'BAD_INPUT';
  const code: unknown = (error.extensions as GraphQLError['extensions'] | undefined)?.['code']; // the compiled executor's errors have none
  return inner !== 'BAD_INPUT' || !isErrorCode(code) ? inner : code;
}
const isErrorCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(errorCatalogue, code);

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
