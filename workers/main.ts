/** Starts the workers of one process: the queues and who works them, the relay from the outbox, the schedule of sources,
 *  the poll for what falls due. Wires rooms together and holds no rules; everything comes in as values, so that `hub up`,
 *  `hub worker` and tests start the same thing. Any number of these may run on one database. */
import { openPolicyInForce, readPolicySet, type PolicyInForce } from '../src/access/index.js';
import { loadCaseRules, type RuleFolders } from '../src/cases/index.js';
import { readStrongIdentifiers } from '../src/identity/index.js';
import { packageRoot, queueNames, realClock, type Clock, type Log, type QueueName, type SourceId } from '../src/kernel/index.js';
import { openQueues, type QueuePlace, type Queues } from '../src/queue/index.js';
import { loadReminderRules } from '../src/reminders/index.js';
import { openConnector, takenTypes, type Connector, type SourceSettings } from '../src/sources/index.js';
import { businessClock, openPool, registerSources, trimChanges, trimOutbox } from '../src/store/index.js';
import { firstSyncDone, queueDueSources, queueInterrupted, type FirstSync, type RunProgress } from '../src/sync/index.js';
import { audited } from './audited.js';
import { runLoop, type Loop } from './loop.js';
import { relayOnce } from './relay.js';
import { askForReminders, reminderHandlers } from './reminders.js';
import { askForGrants, scopeHandlers } from './scope.js';
import { sealLoop, type SealSettings } from './seal.js';
import { snoopingLoop } from './snooping.js';
import { syncHandlers } from './sync.js';

export type WorkerSource = SourceSettings & { readonly everyMs: number };

export interface WorkerSettings {
  /** The worker role's address. */
  readonly databaseUrl: string;
  /** Where the queues lie; on PostgreSQL the address of the role that migrated them. */
  readonly queue: QueuePlace;
  readonly sources: readonly WorkerSource[];
  readonly log: Log;
  /** Queues worked here; absent: all. */
  readonly queues?: readonly QueueName[] | undefined;
  /** The policy's folder, for a database to which none was applied yet; absent: what ships with the hub. */
  readonly policy?: string | undefined;
  /** Where clocks and calendars lie; absent: what ships with the hub. */
  readonly rules?: RuleFolders | undefined;
  /** Where the audit trail is sealed; absent: not here. */
  readonly seal?: SealSettings | undefined;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
}

export interface Workers {
  /** Whether every source has been read and all that follows from it is done. */
  firstSync(): Promise<FirstSync>;
  /** Takes no new work, lets running work end or leaves it to the next start, closes everything. */
  stop(): Promise<void>;
}

/** Runs of sources hold a connection each while they last, for their lock. */
const spareConnections = 6;
const relayMs = 200;
const scheduleMs = 1_000;
const duePollMs = 5_000;
const grantsPollMs = 10_000;
const trimMs = 60 * 60 * 1000;
const keepRelayedHours = 24;
const keepNotesHours = 24;

export async function startWorkers(settings: WorkerSettings): Promise<Workers> {
  const { log, sources } = settings;
  const pool = openPool(settings.databaseUrl, { max: 2 * sources.length + spareConnections, name: 'worker' });
  const closing = new AbortController();
  const orEnd = async (error: unknown): Promise<never> => {
    await pool.end();
    throw error;
  };
  const otherwise = () => readPolicySet(settings.policy ?? `${packageRoot}/schema/policy`);
  const rules = await openPolicyInForce(pool, { otherwise }).catch(orEnd);
  const queues = await openQueues(settings.queue, { log }).catch(orEnd);
  const work = { settings, pool, queues, rules, clock: realClock, signal: closing.signal };
  const loops: Promise<void>[] = [];
  const stop = async (): Promise<void> => {
    closing.abort();
    await Promise.all(loops);
    await queues.close();
    await pool.end();
  };
  try {
    const connectors = await openSources(work);
    await queueInterrupted(pool, realClock);
    await processQueues(work, connectors);
    loops.push(...loopsOf(work).map((loop) => runLoop(loop, { log, signal: closing.signal })));
    log.info({ sources: sources.length, queues: settings.queues ?? queueNames }, 'workers are running');
    return { firstSync: () => firstSyncDone(pool, queues), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Work {
  readonly settings: WorkerSettings;
  readonly pool: ReturnType<typeof openPool>;
  readonly queues: Queues;
  /** Of policy and labels. */
  readonly rules: PolicyInForce;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function openSources({ settings, pool }: Work): Promise<Map<SourceId, Connector>> {
  const entries = settings.sources.map(({ name, kind, supplies, everyMs }) => ({
    name,
    kind,
    supplies: supplies ?? [...takenTypes],
    expectedIntervalSeconds: Math.ceil(everyMs / 1000),
  }));
  const registered = await registerSources(pool, entries);
  return new Map(
    registered.flatMap(({ id, name }) => {
      const source = settings.sources.find((each) => each.name === name);
      return source ? [[id, openConnector(source)] as const] : [];
    }),
  );
}

async function processQueues(
  { settings, pool, queues, rules, clock, signal }: Work,
  connectors: ReadonlyMap<SourceId, Connector>,
): Promise<void> {
  const { log, onProgress } = settings;
  const wanted = new Set(settings.queues ?? queueNames);
  if (wanted.has('sync')) {
    const identifiers = readStrongIdentifiers(`${packageRoot}/schema/identity/strong-identifiers.yaml`);
    // A run may last hours: linking must find a free place beside them.
    const work = syncHandlers({ pool, clock, log, labels: rules, signal, onProgress, connectors, identifiers });
    await queues.process('sync', audited(pool, 'sync', work), { concurrency: connectors.size + 2 });
  }
  // One at a time anyway (labels.ts).
  if (wanted.has('scope')) await queues.process('scope', audited(pool, 'scope', scopeHandlers({ pool, rules })), { concurrency: 1 });
  if (wanted.has('reminders')) {
    const { calendars } = loadCaseRules(settings.rules);
    const known = { rules: loadReminderRules(`${packageRoot}/schema/reminders/first.yaml`), calendars };
    const work = reminderHandlers({ pool, clock: await businessClock(pool), ...known });
    await queues.process('reminders', audited(pool, 'reminders', work), { concurrency: 1 });
  }
}

function loopsOf({ settings: { log, seal }, pool, queues, clock, rules }: Work): Loop[] {
  const no = (): boolean => false;
  return [
    { name: 'relay', everyMs: relayMs, turn: () => relayOnce({ pool, queues, log }) },
    { name: 'schedule', everyMs: scheduleMs, turn: () => queueDueSources(pool, clock).then(no) },
    { name: 'due', everyMs: duePollMs, turn: () => askForReminders(queues, clock, duePollMs).then(no) },
    { name: 'grants', everyMs: grantsPollMs, turn: () => askForGrants({ pool, queues, clock }, grantsPollMs).then(no) },
    { name: 'trim', everyMs: trimMs, turn: () => trimOutbox(pool, { keepHours: keepRelayedHours }).then(no) },
    { name: 'trim notes', everyMs: trimMs, turn: () => trimChanges(pool, { keepHours: keepNotesHours }).then(no) },
    snoopingLoop({ pool, clock, rules }),
    ...(seal ? [sealLoop({ pool, clock, log, settings: seal })] : []),
  ];
}
