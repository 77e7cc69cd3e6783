/** The workers as the commands start them: an order that can travel to another process, and the workers made from it. */
import type { Log, QueueName } from '../kernel/index.js';
import { startWorkers, type WorkerSource, type Workers } from '../../workers/main.js';
import type { HubSettings } from './hub-settings.js';

/** Plain data; it holds secrets and is never logged. */
export interface WorkerOrder {
  readonly workerUrl: string;
  readonly queue: HubSettings['queue'];
  readonly sources: readonly WorkerSource[];
  /** The folder with labels.yaml. */
  readonly policy: string;
  /** Folders. */
  readonly rules: { readonly clocks: string; readonly calendars: string };
  /** Where and how often the audit trail is sealed. */
  readonly audit: { readonly checkpoints: string; readonly key: string; readonly every: number };
  readonly logLevel: string;
  /** null: standard error. */
  readonly logFile: string | null;
  readonly queues: readonly QueueName[] | null;
}

export const queuePlace = ({ queue, workerUrl }: Pick<WorkerOrder, 'queue' | 'workerUrl'>) =>
  queue.backend === 'redis' ? queue : ({ backend: 'postgres', databaseUrl: workerUrl } as const);

export function startWorking(order: WorkerOrder, log: Log): Promise<Workers> {
  const { workerUrl, sources, policy, rules, audit, queues } = order;
  const queue = queuePlace(order);
  return startWorkers({ databaseUrl: workerUrl, queue, sources, policy, rules, seal: audit, log, ...(queues ? { queues } : {}) });
}
