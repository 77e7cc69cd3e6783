/** Opens the hub's queues on one of two engines. What is offered is what both do well: add many once, work them with
 *  retries, take up what a dead worker left, count. Everything else that BullMQ has stays behind this door. */
import { setTimeout as pause } from 'node:timers/promises';
import { asHubError, HubError, queueNames, readJob, type JobName, type Log, type QueueName } from '../kernel/index.js';
import type { AddedJob, Backend, QueueEntry, QueueExit } from './backend.js';
import { postgresBackend, type PostgresPlace } from './postgres.js';
import { redisBackend, type RedisPlace } from './redis.js';
import { queueTiming, type QueueTiming } from './settings.js';
import { processorOf, toBullId, type Handlers } from './work.js';

export type QueuePlace = PostgresPlace | RedisPlace;

/** A job as the relay reads it from the outbox: not yet known to fit the catalogue. */
export interface JobToAdd {
  readonly name: JobName | (string & {});
  readonly payload: unknown;
  /** The outbox row's id. The same id twice is one job. */
  readonly jobId: string;
}

export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly completed: number;
  readonly failed: number;
}

export interface WorkerHandle {
  /** Takes no new job and waits for the running ones, though not for ever: what is left is taken up by another worker. */
  close(): Promise<void>;
}

export interface Queues {
  /** All are in the queue when this resolves, once each. One that does not fit refuses the whole call, before anything is added. */
  add(jobs: readonly JobToAdd[]): Promise<void>;
  process<Q extends QueueName>(queue: Q, handlers: Handlers<Q>, options: { concurrency: number }): Promise<WorkerHandle>;
  counts(queue: QueueName): Promise<QueueCounts>;
  /** For tests and the first sync of a demo: resolves once nothing waits, runs or is due for a retry. */
  whenIdle(queues?: readonly QueueName[], withinMs?: number): Promise<void>;
  /** Workers first, each waiting for its running jobs; then the queues and their connections. */
  close(): Promise<void>;
}

export interface QueueSettings {
  readonly log: Log;
  readonly timing?: Partial<QueueTiming>;
}

export async function openQueues(place: QueuePlace, { log, timing }: QueueSettings): Promise<Queues> {
  const figures = { ...queueTiming, ...timing };
  const backend = place.backend === 'postgres' ? postgresBackend(place, figures, log) : redisBackend(place, figures, log);
  try {
    await backend.reach();
    const queues = new OpenQueues(backend, log, figures.closeMs);
    await queues.ready();
    return queues;
  } catch (error) {
    await backend.close();
    throw asHubError(error, 'QUEUE_UNAVAILABLE', unavailable[place.backend]);
  }
}

const unavailable = {
  postgres: 'The queues could not be opened: PostgreSQL must answer at the database url, and `hub migrate` must have run.',
  redis: 'The queues could not be opened: Redis 6.2 or newer, or Valkey, must answer at the url of the queue.',
} as const;

class OpenQueues implements Queues {
  readonly #backend: Backend;
  readonly #entries: ReadonlyMap<QueueName, QueueEntry>;
  readonly #exits = new Set<QueueExit>();
  readonly #log: Log;
  readonly #closeMs: number;

  constructor(backend: Backend, log: Log, closeMs: number) {
    this.#closeMs = closeMs;
    this.#backend = backend;
    this.#entries = new Map(queueNames.map((name) => [name, backend.entry(name)] as const));
    this.#log = log;
  }

  async ready(): Promise<void> {
    await Promise.all([...this.#entries.values()].map((entry) => entry.waitUntilReady()));
  }

  async add(jobs: readonly JobToAdd[]): Promise<void> {
    const byQueue = groupByQueue(jobs);
    try {
      for (const [queue, batch] of byQueue) await this.#entry(queue).addBulk(batch);
      await this.#backend.added(jobs.length);
    } catch (error) {
      throw asHubError(error, 'QUEUE_UNAVAILABLE', `${jobs.length} job(s) could not be added; they stay in the outbox.`);
    }
  }

  async process<Q extends QueueName>(queue: Q, handlers: Handlers<Q>, options: { concurrency: number }): Promise<WorkerHandle> {
    const exit = this.#backend.exit(queue, processorOf(queue, handlers, this.#log), options.concurrency);
    this.#exits.add(exit);
    await exit.waitUntilReady();
    return { close: () => this.#closeExit(exit) };
  }

  async counts(queue: QueueName): Promise<QueueCounts> {
    const found = await this.#entry(queue).getJobCounts('waiting', 'active', 'delayed', 'completed', 'failed');
    const of = (state: string): number => found[state] ?? 0;
    return { waiting: of('waiting'), active: of('active'), delayed: of('delayed'), completed: of('completed'), failed: of('failed') };
  }

  async whenIdle(queues = queueNames, withinMs = 60_000): Promise<void> {
    const lookEveryMs = 25;
    for (let waited = 0; waited < withinMs; waited += lookEveryMs) {
      const counts = await Promise.all(queues.map((queue) => this.counts(queue)));
      if (counts.every(({ waiting, active, delayed }) => waiting + active + delayed === 0)) return;
      await pause(lookEveryMs);
    }
    throw new HubError(
      'QUEUE_UNAVAILABLE',
      `Expected ${queues.join(', ')} to be idle within ${withinMs} ms; jobs are still waiting or running.`,
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.#exits].map((exit) => this.#closeExit(exit)));
    await Promise.all([...this.#entries.values()].map((entry) => entry.close()));
    await this.#backend.close();
  }

  async #closeExit(exit: QueueExit): Promise<void> {
    this.#exits.delete(exit);
    const closed = exit.close().then(() => true);
    if (await Promise.race([closed, pause(this.#closeMs, false, { ref: false })])) return;
    this.#log.warn({ waitedMs: this.#closeMs }, 'closing goes on without jobs that did not end; another worker takes them up');
    await exit.leave();
  }

  #entry(queue: QueueName): QueueEntry {
    const entry = this.#entries.get(queue);
    if (!entry) throw new HubError('INTERNAL', `The queue ${queue} was not opened.`);
    return entry;
  }
}

function groupByQueue(jobs: readonly JobToAdd[]): Map<QueueName, AddedJob[]> {
  const byQueue = new Map<QueueName, AddedJob[]>();
  for (const { name, payload, jobId } of jobs) {
    const read = readJob(name, payload);
    if (!read.fits) throw new HubError('JOB_UNREADABLE', `Outbox row ${jobId}: ${read.reason}`);
    if (!/^[\w-]{1,64}$/.test(jobId)) throw new HubError('JOB_UNREADABLE', `${read.name}: expected the outbox row's id as its job id`);
    const batch = byQueue.get(read.queue) ?? [];
    batch.push({ name: read.name, data: read.payload, opts: { jobId: toBullId(jobId) } });
    byQueue.set(read.queue, batch);
  }
  return byQueue;
}
