/** What is told of an error: one sentence to the person at the terminal; kind, code and place to the log. Never its own
 *  message unless it is ours: a driver's may quote a value. Pure. */
import { join } from 'node:path';
import { HubError } from '../kernel/index.js';

/** Nobody answers; wrong password; no such database; still starting. */
const unreachable = /^(ECONN\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|28P01|28000|3D000|57P03)$/;

export function sentenceFor(error: unknown): string {
  if (error instanceof HubError) return error.message;
  const code = codeOf(error);
  if (code !== null && unreachable.test(code))
    return `The database did not answer (${code}). Check that it runs, its address and its password.`;
  const kind = error instanceof Error ? error.name : typeof error;
  return `INTERNAL: a fault of the hub (${kind}). The log in the data folder (${join('logs', 'hub.log')}) may say more.`;
}

export function faultOf(error: unknown): object {
  if (!(error instanceof Error)) return { kind: typeof error };
  const places = (error.stack ?? '').split('\n').filter((line) => /^ +at /.test(line));
  return {
    kind: error.name,
    code: codeOf(error),
    places: places.slice(0, 5),
    ...(error.cause === undefined ? {} : { cause: faultOf(error.cause) }),
  };
}

const codeOf = (error: unknown): string | null => (error instanceof Error && 'code' in error ? String(error.code) : null);
