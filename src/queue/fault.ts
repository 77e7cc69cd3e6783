/** What of an error may leave a job. A queue keeps a failed job's reason for weeks and a log is read by many, but an
 *  error from a database or a source may quote a row in its message. So only a HubError's own words pass (they hold
 *  no PHI by the rule of the catalogue); of anything else the kind, the engine's code and the place in our code. */
import { HubError } from '../kernel/index.js';

export interface Fault {
  readonly code: string;
  readonly kind: string;
  /** SQLSTATE, ECONNREFUSED and the like. */
  readonly engineCode?: string;
  readonly message?: string;
  /** Where it was thrown: functions and lines, innermost first. */
  readonly at: readonly string[];
}

export function describeFault(error: unknown): Fault {
  if (!(error instanceof Error)) return { code: 'INTERNAL', kind: typeof error, at: [] };
  const cause = error instanceof HubError && error.cause instanceof Error ? error.cause : error;
  const engineCode = cause instanceof HubError ? null : engineCodeOf(cause);
  return {
    code: error instanceof HubError ? error.code : 'INTERNAL',
    kind: cause.name,
    ...(engineCode ? { engineCode } : {}),
    ...(error instanceof HubError ? { message: error.message } : {}),
    at: placesIn(cause),
  };
}

/** The reason that stays with a failed job, for people to see. */
export function reasonOf(fault: Fault): string {
  return fault.message ? `${fault.code}: ${fault.message}` : `${fault.code}: ${[fault.kind, fault.engineCode].filter(Boolean).join(' ')}`;
}

function engineCodeOf(error: Error): string | null {
  return 'code' in error && typeof error.code === 'string' && /^[A-Z0-9_]{2,40}$/.test(error.code) ? error.code : null;
}

/** A message may run over several lines and look like anything, so it is cut away before the frames are read. */
function placesIn({ stack = '', message }: Error): string[] {
  const afterMessage = message === '' ? stack : stack.slice(Math.max(0, stack.indexOf(message)) + message.length);
  const frames = afterMessage.split('\n').filter((line) => /^\s+at .+:\d+:\d+\)?$/.test(line));
  return frames.slice(0, 4).map((line) => line.trim());
}
