/** Hears of changes from all processes that write: LISTEN on one connection of its own, opened again with growing pauses
 *  when it breaks. Nothing is missed meanwhile: from time to time the connection notes the snapshot up to which everything
 *  has certainly been heard, and the next one first reads the notes that the snapshot had not seen. Heard twice is possible,
 *  and harmless: a change is only an id. */
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { asHubError, type Change, type Log, type RowId } from '../kernel/index.js';

export interface ChangesHeard {
  readonly tell: (changes: readonly Change[]) => void;
  readonly log: Log;
}
export interface Listening {
  close(): Promise<void>;
}

/** How often the snapshot is noted; a connection that does not answer within as long is taken for dead. */
const beatMs = 5_000;
const pausesMs = [100, 250, 500, 1_000, 2_000, 5_000];

/** Resolves once it listens. @param url a gateway's */
export async function listenForChanges(url: string, heard: ChangesHeard): Promise<Listening> {
  const closing = new AbortController();
  const ear = await connect(url, heard, null).catch((error: unknown) => {
    throw asHubError(error, 'DATABASE_UNAVAILABLE', 'The database did not answer. Check that it runs and its address.');
  });
  const listening = keepListening({ url, heard, closing: closing.signal }, ear);
  return {
    async close() {
      closing.abort();
      await listening;
    },
  };
}

interface Ear {
  readonly client: pg.Client;
  readonly broken: Promise<'over'>;
  /** Everything that this snapshot sees has been heard. */
  heardUpTo: string;
  /** Taken last; counts once the connection has answered again. */
  noted: string;
}
interface Order {
  readonly url: string;
  readonly heard: ChangesHeard;
  readonly closing: AbortSignal;
}

async function keepListening({ url, heard, closing }: Order, first: Ear): Promise<void> {
  const closed = new Promise<'over'>((resolve) => closing.addEventListener('abort', () => resolve('over'), { once: true }));
  let ear: Ear | null = first;
  let { heardUpTo } = first;
  for (let failures = 0; !closing.aborted;) {
    if (ear) {
      failures = 0;
      await hear(ear, closed);
      heardUpTo = ear.heardUpTo;
      await Promise.race([ear.client.end().catch(() => undefined), pause(beatMs, undefined, { ref: false })]);
      if (closing.aborted) return;
      heard.log.warn('the connection that hears of changes broke; opening another');
    }
    ear = await connect(url, heard, heardUpTo).catch(() => null);
    if (!ear) await pause(pausesMs[failures++] ?? pausesMs.at(-1), undefined, { signal: closing }).catch(() => undefined);
  }
  await ear?.client.end().catch(() => undefined);
}

/** Until the connection breaks or the hub closes. What was committed before a snapshot has been sent by the time the next
 *  beat is answered: only then does that snapshot count. */
async function hear(ear: Ear, closed: Promise<'over'>): Promise<void> {
  const over = Promise.race([ear.broken, closed]);
  for (;;) {
    if ((await Promise.race([over, pause(beatMs, 'beat' as const, { ref: false })])) === 'over') return;
    const beat = snapshotNow(ear.client).catch(() => null);
    const answer = await Promise.race([over, beat, pause(beatMs, null, { ref: false })]);
    if (answer === null || answer === 'over') return;
    ear.heardUpTo = ear.noted;
    ear.noted = answer;
  }
}

async function connect(url: string, { tell }: ChangesHeard, missedSince: string | null): Promise<Ear> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'hub-listener',
    keepAlive: true,
    connectionTimeoutMillis: beatMs,
    options: '-c search_path=hub -c timezone=UTC -c statement_timeout=30000',
  });
  const broken = new Promise<'over'>((resolve) => {
    client.on('error', () => resolve('over'));
    client.on('end', () => resolve('over'));
  });
  client.on('notification', ({ payload }) => tell((payload ?? '').split('\n').flatMap(changeOf)));
  try {
    await client.connect();
    await client.query('listen hub_changes');
    const noted = await snapshotNow(client);
    if (missedSince !== null) tell(await missed(client, missedSince));
    return { client, broken, heardUpTo: missedSince ?? noted, noted };
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

async function snapshotNow(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ now: string }>('select pg_current_snapshot()::text as now');
  return rows[0]?.now ?? '';
}

async function missed(client: pg.Client, since: string): Promise<Change[]> {
  const { rows } = await client.query<{ what: string }>(
    'select what from change_note where not pg_visible_in_snapshot(written_by, $1::pg_snapshot) group by what order by max(id)',
    [since],
  );
  return rows.flatMap(({ what }) => changeOf(what));
}

/** A line that nobody here understands is of a newer version, and tells nothing. */
export function changeOf(line: string): Change[] {
  const [kind, uid, first, second] = line.split(' ');
  if (!uid || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uid)) return [];
  if (kind === 'case') return [{ kind, uid }];
  if (kind === 'run' && first && /^\d+$/.test(first)) return [{ kind, uid, sourceRow: first as RowId }];
  if (kind === 'reminder' && first) return [{ kind, uid, recipientRow: rowsIn(first)[0] ?? null, departmentRows: rowsIn(second) }];
  return [];
}
const rowsIn = (list = ''): RowId[] => list.split(',').filter((row): row is RowId => /^\d+$/.test(row));

/** Within the transaction that changed what hangs on these records, or who may see it. @param client a worker's */
export async function tellCasesOf(client: pg.ClientBase, records: readonly string[]): Promise<void> {
  if (records.length > 0) await client.query({ name: 'tell cases', text: 'select tell_cases_of_records($1::bigint[])', values: [records] });
}

/** Notes are kept for as long as a gateway may be cut off and still catch up. @param pool a worker's */
export async function trimChanges(pool: pg.Pool, { keepHours }: { keepHours: number }): Promise<number> {
  const text = 'delete from change_note where written_at < now() - make_interval(hours => $1)';
  return (await pool.query(text, [keepHours])).rowCount ?? 0;
}
