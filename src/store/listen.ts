/** Hears what the database tells (LISTEN), on a connection of its own. Whoever builds on it must know when it is deaf:
 *  what is told meanwhile is lost, so the listener is called once more when it hears again. */
import pg from 'pg';
import type { Log } from '../kernel/index.js';

export interface Listening {
  /** False while the connection is away. */
  readonly hears: () => boolean;
  close(): Promise<void>;
}

export interface Listener {
  readonly channel: string;
  /** Called for each message, and when something may have been missed. */
  readonly heard: (message: string | null) => void;
  readonly log: Log;
}

const againMs = 1_000;
/** A connection can be dead without saying so: a network that swallows packets. */
const askEveryMs = 15_000;
const answerWithinMs = 5_000;

export async function listenTo(url: string, { channel, heard, log }: Listener): Promise<Listening> {
  let current: pg.Client | null = null;
  let closed = false;
  let waiting: NodeJS.Timeout | null = null;

  const lost = (client: pg.Client): void => {
    client.end().catch(() => undefined);
    if (current === client) current = null;
    if (closed || waiting) return;
    log.warn({ channel }, 'the listening connection broke; opening another');
    waiting = setTimeout(() => {
      waiting = null;
      connect().catch(() => undefined);
    }, againMs);
    waiting.unref();
  };
  const connect = async (): Promise<void> => {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'hub-listener',
      keepAlive: true,
      query_timeout: answerWithinMs,
      connectionTimeoutMillis: answerWithinMs,
    });
    client.on('error', () => lost(client));
    client.on('end', () => lost(client));
    client.on('notification', ({ payload }) => heard(payload ?? ''));
    try {
      await client.connect();
      await client.query(`listen ${client.escapeIdentifier(channel)}`);
    } catch (error) {
      lost(client);
      throw error;
    }
    if (closed) return void client.end();
    current = client;
    heard(null);
  };
  const ask = setInterval(() => {
    const asked = current;
    asked?.query('select').catch(() => lost(asked));
  }, askEveryMs);
  ask.unref();

  await connect().catch(() => undefined); // it is tried again; until then it is deaf, and says so
  return {
    hears: () => current !== null,
    async close() {
      closed = true;
      clearInterval(ask);
      if (waiting) clearTimeout(waiting);
      await current?.end().catch(() => undefined);
    },
  };
}
