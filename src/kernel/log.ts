/** The one logger. It writes JSON lines to standard error and holds no PHI: callers pass codes, counts and
 *  opaque ids, never a name, a date of birth, a message body or a setting's value. */
import { pino, type Logger } from 'pino';

export type Log = Logger;

/** @param to a file; without one, standard error */
export function createLog(part: string, level = 'info', to?: string): Log {
  const destination = to === undefined ? { dest: 2, sync: false } : { dest: to, append: true, mode: 0o600, sync: true };
  return pino({ name: 'hub', level, base: { part }, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(destination));
}

/** For tests and tools that must stay quiet. */
export const silentLog: Log = pino({ level: 'silent' });
