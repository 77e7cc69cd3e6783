/** `hub source ...`: the sources as the running hub knows them, their last run, and a run on demand. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { unmapped } from '../directory/index.js';
import { contradictions } from '../identity/index.js';
import { HubError } from '../kernel/index.js';
import { openPool } from '../store/index.js';
import { queueSource } from '../sync/index.js';
import { roleAddress } from './database.js';
import type { HubSettings } from './hub-settings.js';
import { findSource, lastRun, sourceRows, type RunRow } from './source-rows.js';
import { table } from './table.js';
import { openTerminal, type Terminal } from './terminal.js';

const lookEveryMs = 200;
/** A running hub takes a job up within a second. */
const patienceMs = 60_000;

export const listSources = (settings: HubSettings): Promise<void> =>
  withPool(settings, async (pool, terminal) => {
    const rows = await sourceRows(pool);
    if (rows.length === 0) return terminal.say('No sources. Name them in hub.yaml under `sources:`.');
    const lines = rows.map(({ name, kind, every, supplies }) => [name, kind, `every ${every} s`, supplies.join(' ')]);
    table(['name', 'kind', 'read', 'supplies'], lines).forEach((line) => terminal.say(line));
  });

export const sourceStatus = (settings: HubSettings): Promise<void> =>
  withPool(settings, async (pool, terminal) => {
    const rows = await sourceRows(pool);
    const lines = rows.map(({ name, circuit, records, waiting, errorCode, run }) => [
      name, run?.state ?? 'NEVER READ', run?.startedAt.toISOString() ?? '', String(records), ...countsOf(run), String(waiting), circuit, errorCode ?? '',
    ]); // prettier-ignore
    const head = [
      'name',
      'last run',
      'started',
      'records',
      'read',
      'created',
      'updated',
      'unchanged',
      'deleted',
      'not taken',
      'set aside',
      'waiting',
      'circuit',
      'error',
    ];
    table(head, lines).forEach((line) => terminal.say(line));
    (await reports(pool)).forEach((line) => terminal.say(line));
  });

const mostReported = 20;

/** What a person at a source system has to put right: records that contradict each other, places that no map names. */
async function reports(pool: Pool): Promise<string[]> {
  const { total, newest } = await contradictions(pool, mostReported);
  const places = await unmapped(pool);
  return [
    ...(total > 0 ? ['', `${total} contradictions: records that share a number but not the person; nobody was linked by it.`] : []),
    ...newest.map(
      ({ sources, records, system, reason }) => `  ${sources[0]} ${records[0]} and ${sources[1]} ${records[1]}: ${reason} (${system})`,
    ),
    ...(places.length > 0 ? ['', `${places.length} names of places and organizations to which schema/directory maps no department:`] : []),
    ...places.slice(0, mostReported).map(({ sourceName, theirName }) => `  ${sourceName}: ${theirName}`),
  ];
}

export const syncSource = (settings: HubSettings, { name, full }: { readonly name: string; readonly full: boolean }): Promise<void> =>
  withPool(settings, async (pool, terminal) => {
    const id = await findSource(pool, name);
    // Two readings of one source at a time are not done: the second would find it busy and leave again.
    const before = await ended(pool, { id, terminal, after: null });
    await queueSource(pool, id, { full });
    const run = await ended(pool, { id, terminal, after: before?.id ?? '0' });
    if (run?.state !== 'DONE')
      throw new HubError(
        'SOURCE_UNREACHABLE',
        `The run of ${name} ended as ${run?.state ?? 'nothing'}${run?.error ? ` (${run.error})` : ''}.`,
      );
    terminal.say(sentence(name, run));
  });

/** Pure. */
export function sentence(name: string, run: RunRow): string {
  const { read, created, updated, unchanged, deleted, notTaken, setAside } = run;
  return `${name}: read ${read}, created ${created}, updated ${updated}, unchanged ${unchanged}, deleted ${deleted}, not taken ${notTaken}, set aside ${setAside}.`;
}

const countsOf = (run: RunRow | null): string[] =>
  run
    ? [run.read, run.created, run.updated, run.unchanged, run.deleted, run.notTaken, run.setAside].map(String)
    : Array<string>(7).fill('');

/** The newest run once it is over; newer than `after` where one is given. */
async function ended(
  pool: Pool,
  { id, terminal, after }: { id: number; terminal: Terminal; after: string | null },
): Promise<RunRow | null> {
  for (let waited = 0; ; waited += lookEveryMs) {
    const run = await lastRun(pool, id);
    const begun = after === null || (run !== null && BigInt(run.id) > BigInt(after));
    if (run && begun)
      terminal.show([
        `  ${run.state.toLowerCase()}: ${run.read} read${run.progress === null ? '' : `, ${Math.floor(run.progress * 100)} %`}`,
      ]);
    if (begun && run?.state !== 'RUNNING') {
      terminal.settle();
      return run;
    }
    if (!begun && waited > patienceMs)
      throw new HubError('QUEUE_UNAVAILABLE', 'No worker took up the run within a minute. Does the hub run? `hub worker` starts one.');
    await pause(lookEveryMs);
  }
}

async function withPool(settings: HubSettings, work: (pool: Pool, terminal: Terminal) => Promise<void>): Promise<void> {
  const pool = openPool(await roleAddress(settings, 'worker'), { max: 1, name: 'source-command' });
  try {
    await work(pool, openTerminal());
  } finally {
    await pool.end();
  }
}
