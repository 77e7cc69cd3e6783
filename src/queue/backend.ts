/** What the room needs of BullMQ, whichever engine is below: the common subset, as types. BullMQ's own classes
 *  carry their engine in their type; these do not, so the rest of the room knows no engine. */
import type { BaseJobOptions, Processor } from 'bullmq';
import type { QueueName } from '../kernel/index.js';

export interface AddedJob {
  readonly name: string;
  readonly data: unknown;
  readonly opts: BaseJobOptions;
}

/** The end of a queue where jobs go in. */
export interface QueueEntry {
  waitUntilReady(): Promise<unknown>;
  addBulk(jobs: AddedJob[]): Promise<unknown>;
  getJobCounts(...states: ('waiting' | 'active' | 'delayed' | 'completed' | 'failed')[]): Promise<Record<string, number>>;
  close(): Promise<void>;
}

/** The end where they come out; it is running from the moment it is made. */
export interface QueueExit {
  waitUntilReady(): Promise<unknown>;
  /** Takes no new job and waits for the running ones. */
  close(): Promise<void>;
  /** Goes without the running jobs, which another worker takes up. */
  leave(): Promise<void>;
}

export interface Backend {
  /** Fails soon where the engine does not answer. BullMQ itself would wait for it for ever. */
  reach(): Promise<unknown>;
  entry(queue: QueueName): QueueEntry;
  exit(queue: QueueName, run: Processor, concurrency: number): QueueExit;
  /** Told after jobs were added, for an engine that must know. */
  added(count: number): Promise<void>;
  /** After every entry and exit is closed. */
  close(): Promise<void>;
}
