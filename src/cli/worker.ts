/** `hub worker`: workers on their own, for all queues or for some. Any number may run on one database. */
import { createLog, type QueueName } from '../kernel/index.js';
import { roleAddress } from './database.js';
import type { HubSettings } from './hub-settings.js';
import { untilAskedToStop } from './stopping.js';
import { openTerminal } from './terminal.js';
import { startWorking } from './worker-service.js';

export async function worker(settings: HubSettings, queues: readonly QueueName[] | null): Promise<void> {
  const asked = untilAskedToStop();
  const { queue, sources, rules, audit, logLevel } = settings;
  const workerUrl = await roleAddress(settings, 'worker');
  const log = createLog('worker', logLevel);
  const order = { workerUrl, queue, sources, policy: rules.policy, rules, audit, logLevel, logFile: null, queues };
  const running = await startWorking(order, log);
  openTerminal().say('ready {}');
  await asked;
  await running.stop();
}
