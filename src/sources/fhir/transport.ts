/** One GET, as a client of somebody else's server should do it: a deadline over the whole answer, a few more tries
 *  after a passing fault, each a little later and never in step with other hubs, and later still where the server says
 *  so (Retry-After). fhir-kit-client has none of these. Errors name status and source, never an address or a query. */
import { setTimeout as sleep } from 'node:timers/promises';
import { HubError, realClock } from '../../kernel/index.js';

export interface Answer {
  readonly text: string;
  /** The server's own clock, from the Date header. */
  readonly date: string | null;
}

export interface Transport {
  readonly source: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly retries: number;
}

/** The server answered, and with something other than what was asked for. */
export class HttpStatus extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`);
    this.name = 'HttpStatus';
  }
}

const passing: readonly number[] = [408, 425, 429, 500, 502, 503, 504];
const longestWaitMs = 30_000;

/** Full jitter: anything up to 0.5 s, 1 s, 2 s ... */
const backoffMs = (attempt: number): number => Math.random() * Math.min(longestWaitMs, 500 * 2 ** attempt);

function retryAfterMs(response: Response): number | null {
  const said = response.headers.get('retry-after');
  if (said === null) return null;
  const ms = /^\d+$/.test(said) ? Number(said) * 1000 : Date.parse(said) - realClock.now().getTime();
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}

type Attempt = { readonly answer: Answer } | { readonly fault: string; readonly waitMs: number | null };

async function attempt(url: string, { headers, timeoutMs }: Transport, signal: AbortSignal | undefined): Promise<Attempt> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, { headers, signal: signal ? AbortSignal.any([signal, deadline]) : deadline });
    const text = await response.text();
    if (response.ok) return { answer: { text, date: response.headers.get('date') } };
    if (!passing.includes(response.status)) throw new HttpStatus(response.status);
    return { fault: `HTTP ${response.status}`, waitMs: retryAfterMs(response) };
  } catch (fault) {
    if (fault instanceof HttpStatus) throw fault;
    signal?.throwIfAborted();
    return { fault: deadline.aborted ? `no answer within ${timeoutMs} ms` : 'the connection failed', waitMs: null };
  }
}

/** Throws HttpStatus for an answer that trying again would not change, SOURCE_UNREACHABLE when the tries are used up. */
export async function get(url: string, transport: Transport, signal?: AbortSignal): Promise<Answer> {
  for (let tries = 0; ; tries++) {
    const seen = await attempt(url, transport, signal);
    if ('answer' in seen) return seen.answer;
    const waitMs = seen.waitMs ?? backoffMs(tries);
    if (tries >= transport.retries || waitMs > longestWaitMs) {
      throw new HubError('SOURCE_UNREACHABLE', `Source ${transport.source} did not answer: ${seen.fault} (tries: ${tries + 1}).`);
    }
    await sleep(waitMs, undefined, { signal });
  }
}
