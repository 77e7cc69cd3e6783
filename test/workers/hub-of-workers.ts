/** A database with everything that workers need on it, and the workers themselves, for tests. */
import { setTimeout as pause } from 'node:timers/promises';
import { silentLog, type Log } from '../../src/kernel/index.js';
import { migrateQueues } from '../../src/queue/index.js';
import { startWorkers, type Workers, type WorkerSource } from '../../workers/main.js';
import { testDatabase, type TestDatabase } from '../support/services.js';

/** The address as the worker's role uses it: tests have no passwords to give. */
export function asWorker(url: string): string {
  const worker = new URL(url);
  worker.searchParams.set('options', '-c role=hub_worker -c search_path=hub -c timezone=UTC');
  return worker.href;
}

export async function workerDatabase(): Promise<TestDatabase> {
  const database = await testDatabase();
  await migrateQueues(database.url);
  return database;
}

export const startOn = ({ url }: TestDatabase, sources: readonly WorkerSource[], log: Log = silentLog): Promise<Workers> =>
  startWorkers({ databaseUrl: asWorker(url), queue: { backend: 'postgres', databaseUrl: url }, sources, log });

export async function untilSynced(workers: Workers, withinMs = 60_000): Promise<void> {
  for (let waited = 0; waited < withinMs; waited += 100) {
    if ((await workers.firstSync()).done) return;
    await pause(100);
  }
  throw new Error(`not synced within ${withinMs} ms: ${JSON.stringify(await workers.firstSync())}`);
}
