/** Every error code that leaves the hub, its HTTP status and its meaning, in one list.
 *  A fault is thrown as a HubError; an outcome that a person can act on is a union member instead
 *  (`Refused.code` is taken from the same list). Messages say what was expected, what was found and
 *  what to do, and never hold PHI or the value of a secret. */
export const errorCatalogue = {
  UNAUTHENTICATED: { status: 401, meaning: 'No token, or one that cannot be verified. Sign in again.' },
  FORBIDDEN: { status: 403, meaning: 'The token is good, but its role or purpose of use is not one the policy knows.' },
  BAD_INPUT: { status: 400, meaning: 'An argument cannot be taken; the message says which and why.' },
  METHOD_NOT_ALLOWED: { status: 405, meaning: 'The gateway takes POST only: nothing about a person belongs into an address.' },
  SEARCH_TOO_WIDE: { status: 400, meaning: 'Search by an identifier, a phone, or a name with a birth date or three letters.' },
  NOT_FOUND: { status: 404, meaning: 'Nothing with this id, or nothing that this viewer may know of.' },
  NOT_PERMITTED: { status: 403, meaning: 'The role may not do this; the message says who may.' },
  LIMIT_EXCEEDED: {
    status: 400,
    meaning: 'The request is larger, deeper or dearer than the gateway takes; the message says what was found and what is allowed.',
  },
  RATE_LIMITED: { status: 429, meaning: 'The viewer has asked for much in a short time; Retry-After says when to ask again.' },
  TOO_MANY_STREAMS: { status: 429, meaning: 'This viewer or this gateway has as many streams open as it may. Close one, or try later.' },
  DOCUMENT_NOT_REGISTERED: { status: 400, meaning: 'The hub answers registered documents only, and this is none of them.' },
  PERSISTED_QUERY_NOT_FOUND: { status: 400, meaning: 'No document is registered under this id. Send its text, or have it registered.' },
  INTROSPECTION_DISABLED: { status: 400, meaning: 'Only who manages sources may introspect, on a development hub.' },
  TRANSITION_NOT_ALLOWED: { status: 409, meaning: 'The case is not in a status from which this step can be taken.' },
  GRANT_ENDED: { status: 409, meaning: 'The break-glass access has ended, or was reviewed, already.' },
  CONFLICT: { status: 409, meaning: 'Somebody changed it in between. Read it again and decide.' },
  POLICY_CHANGED: { status: 409, meaning: 'Another policy was put in force meanwhile. Nothing was decided under the old one; ask again.' },
  CONFIG_INVALID: { status: 500, meaning: 'A setting cannot be taken; each line names the setting, what was expected and what was found.' },
  POLICY_INVALID: { status: 500, meaning: 'A policy file contradicts itself, is incomplete or names an unknown code.' },
  RULES_INVALID: { status: 500, meaning: 'A rule file under schema/ cannot be read; the message names the file and the row.' },
  PORT_BUSY: { status: 500, meaning: 'The port is taken by another program. Choose another with --port.' },
  DATA_FOLDER_UNUSABLE: { status: 500, meaning: 'The data folder cannot be written, or another hub is using it.' },
  DATABASE_UNAVAILABLE: { status: 503, meaning: 'The database cannot be reached. Nothing was answered or changed.' },
  QUEUE_UNAVAILABLE: { status: 503, meaning: 'The queue cannot be reached. Work stays in the outbox until it can.' },
  JOB_UNREADABLE: { status: 500, meaning: 'A job is not of the catalogue or its payload does not fit; another version or a hand made it.' },
  SOURCE_UNREACHABLE: { status: 502, meaning: 'A source system did not answer. What is stored stays readable, with its age.' },
  SOURCE_UNKNOWN: { status: 404, meaning: 'No source of this name in hub.yaml.' },
  SOURCE_ANSWER_UNREADABLE: { status: 502, meaning: 'A source answered with something that is not the standard it claims.' },
  SERVICE_MISSING: { status: 500, meaning: 'A test needs a program that is not installed; the message says which command installs it.' },
  AUDIT_BROKEN: { status: 500, meaning: 'The audit trail was changed, or does not fit its checkpoints. `hub audit verify` says where.' },
  INTERNAL: { status: 500, meaning: 'A fault of the hub. The log has it under the request id.' },
} as const;

export type ErrorCode = keyof typeof errorCatalogue;

/** A fault with a code from the catalogue. `cause` keeps what was caught; it is logged, never shown. */
export class HubError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'HubError';
    this.code = code;
  }
  get status(): number {
    return errorCatalogue[this.code].status;
  }
}

/** Wraps an unknown fault once; a HubError passes through as it is. */
export function asHubError(error: unknown, code: ErrorCode, message: string): HubError {
  return error instanceof HubError ? error : new HubError(code, message, { cause: error });
}
