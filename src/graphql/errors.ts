/** Errors as clients see them: code and message of the catalogue, nothing of the inside. What is not a HubError nor a fault
 *  of the document is INTERNAL; the log has it under the request id. */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { errorCatalogue, HubError, type ErrorCode, type Log } from '../kernel/index.js';

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

/** The library quotes the whole value of a variable that cannot be taken: a name and a number, where a date beside them is wrong.
 *  What was asked for stays with who asked; the place in it, and what our own types or the schema expect there, are told. */
function withoutValue(message: string): string {
  const [, variable] = /^Variable "\$(\w+)" got invalid value /.exec(message) ?? [];
  if (variable === undefined) return message;
  const [, place] = / at "([\w.[\]]+)"; /.exec(message) ?? [];
  const [expected] = /\w+: expected [^"{}]*$|Field "\w+" of required type "[\w![\]]+" was not provided\.$/.exec(message) ?? [];
  const [, type] = /Field "[^"]*" is not defined by type "(\w+)"\./.exec(message) ?? [];
  const why = expected ?? (type ? `${type} has no such field.` : 'Expected what the schema says.');
  return `Variable "$${variable}" got an invalid value${place ? ` at "${place}"` : ''}; ${why}`;
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
