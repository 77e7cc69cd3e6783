/** Workers in a process of their own, for a test to kill at any moment. Says `synced` once the first sync is done. Where all
 *  is read and rows still wait for what they name, sources are read once more, as `hub up` asks for. */
import { setTimeout as pause } from 'node:timers/promises';
import { silentLog, type SourceId } from '../../src/kernel/index.js';
import { openPool } from '../../src/store/index.js';
import { queueSource } from '../../src/sync/index.js';
import { startWorkers, type WorkerSettings } from '../../workers/main.js';

const askAgainAfterMs = 1_000;

const order = JSON.parse(process.argv[2] ?? '') as Pick<WorkerSettings, 'databaseUrl' | 'queue' | 'sources'>;
const pool = openPool(order.databaseUrl, { max: 1, name: 'to-kill' });
const workers = await startWorkers({ ...order, log: silentLog });
process.stdout.write('running\n');
for (let askedAt = -askAgainAfterMs; ; await pause(50)) {
  const { done, jobs, perSource } = await workers.firstSync();
  if (done) break;
  if (jobs > 0 || !perSource.every(({ read }) => read) || performance.now() - askedAt < askAgainAfterMs) continue;
  askedAt = performance.now();
  const { rows } = await pool.query<{ id: SourceId }>('select id from source where active');
  for (const { id } of rows) await queueSource(pool, id, { full: false });
}
process.stdout.write('synced\n');
await workers.stop();
await pool.end();
