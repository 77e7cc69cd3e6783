/** BullMQ on Redis (or Valkey) through ioredis. Two shared connections and a blocking one for each worker: adding
 *  must fail soon when Redis is away, so that the work stays in the outbox; a worker must wait for it to come back. */
import { Queue, type Processor } from 'bullmq';
import { Redis } from 'ioredis';
import type { Log, QueueName } from '../kernel/index.js';
import type { Backend } from './backend.js';
import { describeFault } from './fault.js';
import { jobOptions, keptEvents, workerOptions, type QueueTiming } from './settings.js';
import { HubWorker } from './worker.js';

export interface RedisPlace {
  readonly backend: 'redis';
  readonly url: string;
}

export function redisBackend(place: RedisPlace, timing: QueueTiming, log: Log): Backend {
  const complain = (error: unknown): void => log.warn({ fault: describeFault(error) }, 'the queue lost Redis for a moment');
  const connect = (maxRetriesPerRequest: number | null): Redis => {
    const redis = new Redis(place.url, { maxRetriesPerRequest, connectionName: 'hub queue' });
    return redis.on('error', complain);
  };
  const forAdding = connect(2);
  let forWorking: Redis | null = null;

  return {
    reach: () => forAdding.ping(),
    entry(name: QueueName) {
      const streams = { events: { maxLen: keptEvents } };
      const queue = new Queue(name, { connection: forAdding, prefix, streams, defaultJobOptions: jobOptions(timing) });
      return queue.on('error', complain);
    },
    exit(name: QueueName, run: Processor, concurrency: number) {
      forWorking ??= connect(null);
      const worker = new HubWorker(name, run, { connection: forWorking, prefix, ...workerOptions(timing, concurrency) });
      return worker.on('error', complain);
    },
    added: () => Promise.resolve(),
    close() {
      forAdding.disconnect();
      forWorking?.disconnect();
      return Promise.resolve();
    },
  };
}

/** Keeps the hub's keys apart in a Redis that others use too. */
const prefix = 'hub';
