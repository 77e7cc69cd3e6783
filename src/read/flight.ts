/** Sends one read in one flight: BEGIN with the viewer's settings, the statement and COMMIT are pushed into the pipeline in
 *  one write, so that row-level security costs no round trip. Settings live in this transaction only; a connection that fails or
 *  is cut off is thrown away and opened anew, so nobody inherits another viewer's settings. */
import pg from 'pg';
import { HubError, type Log } from '../kernel/index.js';

export interface Flight {
  readonly text: string;
  readonly name: string;
  readonly values: readonly unknown[];
  /** Bits that row-level security hides from this viewer. */
  readonly hidden: number;
  /** Whose break-glass grants are seen: this user's, or all. Not given: nobody's, and a statement that asks is refused. */
  readonly viewer?: string;
  readonly reviews?: boolean;
}
export interface Answer {
  readonly j: string | null;
  readonly t: string | null;
  readonly g: number;
  /** Of a plain statement (plain.ts): whether it is as it takes for granted; if not, nothing is answered. */
  readonly p?: boolean;
}
export interface Readers {
  fly(flight: Flight): Promise<Answer>;
  close(): Promise<void>;
}

interface Lane {
  client: Promise<pg.Client>;
  waiting: number;
  /** Names of the statements that this connection has prepared. */
  prepared: Set<string>;
}

/** Each prepared statement holds its plan in the server's memory until the connection ends: a client that sends ever new
 *  documents must not fill it. A full connection is replaced; the old one ends when its flights have long landed. */
const mostPrepared = 400;
const landedMs = 20_000;

/** Force generic plans: planning a statement of this size for every call costs more than running it (0.8 against 2.4 ms). */
/** No read of a screen takes this long; one that does must not hold the others up. */
const longestReadMs = 15_000;
const settings = `-c statement_timeout=${longestReadMs} -c plan_cache_mode=force_generic_plan -c jit=off -c search_path=hub -c timezone=UTC -c datestyle=ISO`;

export function openReaders(
  url: string,
  options: { readonly connections: number; readonly log: Log; readonly onStatement?: (text: string) => void },
): Readers {
  const { log } = options;
  let closed = false;
  const connect = async (lane: Lane): Promise<pg.Client> => {
    const client = new pg.Client({
      connectionString: url,
      options: settings,
      application_name: 'hub-reader',
      pipeline: true,
      keepAlive: true,
    });
    client.on('error', (error) => {
      log.warn({ code: (error as { code?: string }).code }, 'a reading connection broke; opening another');
      if (!closed) lane.client = reconnect(lane);
    });
    await client.connect();
    return client;
  };
  const reconnect = (lane: Lane): Promise<pg.Client> => {
    lane.prepared = new Set();
    const client = connect(lane);
    client.catch(() => undefined); // the next flight meets it and says so
    return client;
  };
  const makeRoom = (lane: Lane, name: string): void => {
    if (lane.prepared.size >= mostPrepared && !lane.prepared.has(name)) {
      const full = lane.client;
      lane.client = reconnect(lane);
      setTimeout(() => void full.then((client) => client.end()).catch(() => undefined), landedMs).unref();
    }
    lane.prepared.add(name);
  };
  const lanes = Array.from({ length: options.connections }, () => {
    const lane: Lane = { client: Promise.reject(new Error('not connected')), waiting: 0, prepared: new Set() };
    lane.client.catch(() => undefined);
    lane.client = reconnect(lane);
    return lane;
  });

  return {
    async fly(flight) {
      const lane = lanes.reduce((least, next) => (next.waiting < least.waiting ? next : least));
      lane.waiting += 1;
      makeRoom(lane, flight.name);
      try {
        const client = await lane.client.catch((cause: unknown) => {
          lane.client = reconnect(lane);
          throw new HubError('DATABASE_UNAVAILABLE', 'The database cannot be reached; nothing was answered.', { cause });
        });
        return await send(client, flight, options.onStatement);
      } finally {
        lane.waiting -= 1;
      }
    },
    async close() {
      closed = true;
      await Promise.all(lanes.map(async (lane) => (await lane.client.catch(() => null))?.end().catch(() => undefined)));
    },
  };
}

/** They end with the transaction. Numbers and a Boolean only, so that nothing has to be quoted. */
function settingsOf({ hidden, viewer = '', reviews = false }: Flight): string {
  if (!Number.isInteger(hidden) || !/^\d*$/.test(viewer)) throw new HubError('INTERNAL', 'a viewer is known by numbers');
  return `set local hub.hidden = ${hidden}; set local hub.viewer = '${viewer}'; set local hub.reviews = ${String(reviews)}`;
}

async function send(client: pg.Client, flight: Flight, onStatement?: (text: string) => void): Promise<Answer> {
  onStatement?.(flight.text);
  const [begun, read, done] = inOneWrite(client, () => [
    client.query(`begin read only; ${settingsOf(flight)}`),
    client.query<Answer>({ name: flight.name, text: flight.text, values: [...flight.values] }),
    // A failed read leaves it to the COMMIT to roll back.
    client.query('commit'),
  ]);
  const sent = await Promise.allSettled([begun, read]);
  await done.catch(() => undefined); // what was read stays read
  const failed = sent.find((one) => one.status === 'rejected');
  if (failed) throw faultOf(failed.reason as Error);
  const row = (await read).rows[0];
  if (!row) throw new HubError('INTERNAL', 'a compiled statement answered no row');
  return row;
}

/** All that is asked meanwhile leaves in one system call, and reaches the server's backend in one: each of them costs as much
 *  as a small statement. pg holds back its own messages of one query in the same way. */
function inOneWrite<T>(client: pg.Client, ask: () => T): T {
  const { stream } = client.connection;
  stream.cork();
  try {
    return ask();
  } finally {
    process.nextTick(() => stream.uncork());
  }
}

function faultOf(error: Error): HubError {
  if (error instanceof HubError) return error;
  // What the server did not say itself is the connection: ended, reset, refused.
  const code = error instanceof pg.DatabaseError ? (error.code ?? '') : '08000';
  if (code === '57014')
    return new HubError('LIMIT_EXCEEDED', 'The answer took too long to gather; ask for less at once.', { cause: error });
  if (code.startsWith('08') || code.startsWith('57'))
    return new HubError('DATABASE_UNAVAILABLE', 'The database went away; nothing was answered.', { cause: error });
  // A value in the right form that is none: a day that no month has, a cursor made by hand, a text with a zero byte.
  if (code.startsWith('22')) return new HubError('BAD_INPUT', 'An argument holds a value that cannot be taken.', { cause: error });
  return new HubError('INTERNAL', 'A compiled statement failed.', { cause: error });
}
