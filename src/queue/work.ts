/** From handlers to the one function that BullMQ calls: reads the job by the catalogue, runs its handler, and lets
 *  nothing out of a failure but what may be seen (fault.ts). Safe to run twice is the handler's own promise. */
import { UnrecoverableError, type Processor } from 'bullmq';
import { HubError, readJob, type JobNameOf, type JobPayload, type Log, type QueueName } from '../kernel/index.js';
import { describeFault, reasonOf } from './fault.js';

/** The job beside its payload. */
export interface JobTurn {
  /** The id it was added under: the outbox row's. */
  readonly jobId: string;
  /** Counts from 1. A turn that its worker did not live to end is not counted. */
  readonly attempt: number;
}

/** One handler for each job of the queue; the compiler asks for the missing ones. */
export type Handlers<Q extends QueueName> = {
  readonly [N in JobNameOf<Q>]: (payload: JobPayload<N>, turn: JobTurn) => Promise<void>;
};

type AnyHandler = (payload: never, turn: JobTurn) => Promise<void>;

/** BullMQ takes no id that is a number, and ids of outbox rows are. */
const idPrefix = 'row-';
export const toBullId = (jobId: string): string => idPrefix + jobId;
const fromBullId = (id: string | undefined): string => (id ?? '').slice(idPrefix.length);

export function processorOf<Q extends QueueName>(queue: Q, handlers: Handlers<Q>, log: Log): Processor {
  const handlerByName = new Map<string, AnyHandler>(Object.entries<AnyHandler>(handlers));
  return async (job) => {
    const turn: JobTurn = { jobId: fromBullId(job.id), attempt: job.attemptsMade + 1 };
    const where = { queue, job: job.name, jobId: turn.jobId, attempt: turn.attempt };
    try {
      const { handler, payload } = choose(handlerByName, job.name, job.data);
      await handler(payload as never, turn); // found under the same name, so they belong together
    } catch (error) {
      const fault = describeFault(error);
      const last = fault.code === 'JOB_UNREADABLE' || turn.attempt >= (job.opts.attempts ?? 1);
      if (last) log.error({ ...where, fault }, 'a job failed for good');
      else log.warn({ ...where, fault }, 'a job failed and will be tried again');
      throw last ? new UnrecoverableError(reasonOf(fault)) : new Error(reasonOf(fault));
    }
  };
}

function choose(handlers: Map<string, AnyHandler>, name: string, payload: unknown) {
  const read = readJob(name, payload);
  if (!read.fits) throw new HubError('JOB_UNREADABLE', read.reason);
  const handler = handlers.get(read.name);
  if (!handler) throw new HubError('JOB_UNREADABLE', `${read.name}: expected in the queue ${read.queue}, found in another`);
  return { handler, payload: read.payload };
}
