/** What the hub asks of a queue, as data: the same checks run on PostgreSQL and on Redis. A new engine is ready when
 *  all of them pass on it. Each check is given an empty bench and opens as many queues on it as it likes. */
import type { Check } from './bench.js';
import { jobsAreDone } from './jobs-are-done.js';
import { manyWorkers } from './many-workers.js';
import { unfitJobs } from './unfit-jobs.js';

export const checks: readonly Check[] = [...jobsAreDone, ...manyWorkers, ...unfitJobs];
