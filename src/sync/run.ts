/** One reading of one source: from where it was left off, batch by batch, until it has no more for now. Each batch commits
 *  with its cursor and its jobs (ingest), so whatever ends a run, the next goes on from there. A source that fails is
 *  recorded, not thrown: the schedule asks again. What the hub itself cannot do is thrown, for the queue to try again. */
import type { Pool, PoolClient } from 'pg';
import { queueUnsettled, type LabelRules } from '../access/index.js';
import { asHubError, HubError, type Clock, type ErrorCode, type Log, type SourceId } from '../kernel/index.js';
import type { Batch, HubRecord, Message, NamedRecord } from '../records/index.js';
import type { Connector } from '../sources/index.js';
import { failRun, finishRun, ingestBatch, inTransaction, readCursor, setCircuit, startRun } from '../store/index.js';
import { afterFailure, atStart, type Circuit } from './circuit.js';
import { ProgramPlaces } from './programs.js';
import { takeRunLock } from './run-lock.js';

export interface RunOrder {
  readonly source: { readonly id: SourceId; readonly name: string };
  readonly connector: Connector;
  /** The worker role's. */
  readonly pool: Pool;
  readonly labels: LabelsInForce;
  readonly log: Log;
  readonly clock: Clock;
  readonly full: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
}
/** The label rules, and the generation of the policy that they are of; null where that is not looked at. */
export interface LabelsInForce {
  current(): { readonly labels: LabelRules; readonly generation: number | null };
  /** After a batch was refused because another policy is in force by now. */
  renew(): Promise<unknown>;
}
export interface RunProgress {
  readonly source: string;
  readonly read: number;
  /** 0..1 where the source can tell. */
  readonly share: number | null;
}
/** BUSY: another process reads this source just now. CANCELLED: the worker is closing; the next run goes on. */
export type RunOutcome = 'DONE' | 'FAILED' | 'CANCELLED' | 'BUSY';

export async function runSource(order: RunOrder): Promise<RunOutcome> {
  const lock = await takeRunLock(order.pool, order.source.id);
  if (!lock) return 'BUSY';
  try {
    const signal = order.signal ? AbortSignal.any([order.signal, lock.lost]) : lock.lost;
    return await runLocked({ ...order, signal });
  } finally {
    await lock.release();
  }
}

type Locked = RunOrder & { readonly signal: AbortSignal };

async function runLocked(order: Locked): Promise<RunOutcome> {
  const { pool, source, clock, full, log, signal } = order;
  const circuit = await begin(order);
  const { id: runId } = await startRun(pool, { sourceId: source.id, full, at: clock.now() });
  const startedAt = clock.now().getTime();
  try {
    const read = await readAll(order, runId);
    if (signal.aborted) return await cancel(order, runId);
    await finish(order, runId);
    log.info({ source: source.name, read, ms: clock.now().getTime() - startedAt }, 'a source was read');
  } catch (error) {
    if (signal.aborted) return await cancel(order, runId);
    await recordFailure(order, { runId, circuit, error });
    if (!isSourceFault(error)) throw error;
    return 'FAILED';
  }
  return 'DONE';
}

/** The end and the jobs that follow from it in one transaction: killed in between, rows would wait for the next run. */
async function finish({ pool, source, clock, labels }: RunOrder, runId: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    await finishRun(client, { runId, at: clock.now() });
    await setCircuit(client, source.id, 'CLOSED');
    await queueUnsettled(client, labels.current().labels);
  });
}

/** Whoever holds the lock is the only one that reads: a run that still says RUNNING is a dead process's. */
async function begin({ pool, source, clock }: RunOrder): Promise<Circuit> {
  await pool.query(
    "update sync_run set state = 'FAILED', error = 'INTERRUPTED', ended_at = $2 where source_id = $1 and state = 'RUNNING'",
    [source.id, clock.now()],
  );
  const { rows } = await pool.query<{ circuit: Circuit }>('select circuit from source where id = $1', [source.id]);
  const circuit = rows[0]?.circuit ?? 'CLOSED';
  await setCircuit(pool, source.id, atStart(circuit));
  return circuit;
}

async function readAll({ pool, source, connector, labels, clock, full, signal, onProgress }: Locked, runId: string): Promise<number> {
  let places = await ProgramPlaces.ofSource(pool, source.id, labels.current().labels);
  const store = async (batch: Batch): Promise<void> => {
    const { generation } = labels.current();
    namesIn(batch.messages).forEach((name) => places.hear(name));
    const maskOf = (record: HubRecord): number => places.maskOf(record);
    try {
      await ingestBatch(pool, { sourceId: source.id, runId, receivedAt: clock.now(), batch, maskOf, generation });
    } catch (error) {
      if (!(error instanceof HubError && error.code === 'POLICY_CHANGED')) throw error;
      await labels.renew();
      places = await ProgramPlaces.ofSource(pool, source.id, labels.current().labels);
      await store(batch);
    }
  };
  let read = 0;
  for await (const batch of connector.pull(await readCursor(pool, source.id), { full, signal })) {
    if (signal.aborted) {
      batch.settled?.('failed');
      break;
    }
    await settle(batch, () => store(batch));
    read += batch.messages.length;
    onProgress?.({ source: source.name, read, share: batch.progress });
  }
  return read;
}

const namesIn = (messages: readonly Message[]): NamedRecord[] =>
  messages.flatMap((message) => (message.outcome === 'mapped' ? message.records.filter((record) => record.kind === 'named') : []));

async function settle(batch: Batch, store: () => Promise<unknown>): Promise<void> {
  try {
    await store();
  } catch (error) {
    batch.settled?.('failed');
    throw asHubError(error, 'INTERNAL', 'A batch could not be stored; nothing of it was.');
  }
  batch.settled?.('committed');
}

const sourceFaults: ReadonlySet<ErrorCode> = new Set([
  'SOURCE_UNREACHABLE',
  'SOURCE_ANSWER_UNREADABLE',
  'SOURCE_UNKNOWN',
  'CONFIG_INVALID',
]);
const isSourceFault = (error: unknown): boolean => error instanceof HubError && sourceFaults.has(error.code);

async function recordFailure(
  { pool, source, clock, log, labels }: RunOrder,
  { runId, circuit, error }: { runId: string; circuit: Circuit; error: unknown },
): Promise<void> {
  const errorCode = error instanceof HubError ? error.code : 'INTERNAL';
  const { failures, next } = await inTransaction(pool, async (client) => {
    await failRun(client, { runId, at: clock.now(), errorCode });
    const failures = await failuresInARow(client, source.id);
    const next = afterFailure(circuit, failures);
    await setCircuit(client, source.id, next);
    await queueUnsettled(client, labels.current().labels);
    return { failures, next };
  });
  log.warn({ source: source.name, errorCode, failures, circuit: next }, 'a source could not be read');
}

/** A killed worker says nothing about the source. */
async function failuresInARow(client: PoolClient, sourceId: SourceId): Promise<number> {
  const { rows } = await client.query<{ failures: number }>(
    `select count(*)::int as failures from sync_run where source_id = $1 and state = 'FAILED' and error <> 'INTERRUPTED'
        and id > coalesce((select max(id) from sync_run where source_id = $1 and state = 'DONE'), 0)`,
    [sourceId],
  );
  return rows[0]?.failures ?? 1;
}

async function cancel({ pool, clock }: RunOrder, runId: string): Promise<'CANCELLED'> {
  await pool.query("update sync_run set state = 'CANCELLED', ended_at = $2 where id = $1", [runId, clock.now()]);
  return 'CANCELLED';
}
