/** The queue room's door. */
export { openQueues, type JobToAdd, type QueueCounts, type QueuePlace, type Queues, type WorkerHandle } from './open.js';
export { migrateQueues } from './postgres.js';
export type { Handlers, JobTurn } from './work.js';
export type { QueueTiming } from './settings.js';
