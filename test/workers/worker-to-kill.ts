/** Workers in a process of their own, for a test to kill at any moment. Says `synced` once the first sync is done. */
import { silentLog } from '../../src/kernel/index.js';
import { startWorkers, type WorkerSettings } from '../../workers/main.js';
import { setTimeout as pause } from 'node:timers/promises';

const order = JSON.parse(process.argv[2] ?? '') as Pick<WorkerSettings, 'databaseUrl' | 'queue' | 'sources'>;
const workers = await startWorkers({ ...order, log: silentLog });
process.stdout.write('running\n');
while (!(await workers.firstSync()).done) await pause(50);
process.stdout.write('synced\n');
await workers.stop();
