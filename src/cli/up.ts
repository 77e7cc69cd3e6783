/** `hub up`: everything in one process tree. What can be wrong is looked at first (rules, port, folder), so that a start
 *  that cannot end well starts nothing; then the database, the demo's source systems, the workers and the gateway. */
import { setTimeout as pause } from 'node:timers/promises';
import { HubError, type Log } from '../kernel/index.js';
import type { Sandbox } from '../sandbox/index.js';
import { forgetRunning, logFile, noteRunning, openFolder, openLog } from './data-folder.js';
import { openDatabase, type Database } from './database.js';
import { settleDemo, tellTokens } from './demo.js';
import { demoSettings, startDemoSources } from './demo-sources.js';
import { faultOf } from './fault.js';
import { startGateway } from './gateway-service.js';
import type { HubSettings } from './hub-settings.js';
import { expectIssuer } from './issuer.js';
import { expectFreePort } from './port.js';
import { applyFiles, policySentence, prepareTables } from './prepare.js';
import { limitsOf } from './limits.js';
import { readRules, type Rules } from './rules.js';
import { hubSchema } from './shapes.js';
import { startedParts, untilAskedToStop, type Started } from './stopping.js';
import { openTerminal, stopwatch, type Terminal } from './terminal.js';
import { startWorkerChild } from './worker-child.js';
import type { WorkerOrder } from './worker-service.js';

export interface UpWanted {
  readonly demo: boolean;
  /** How many synthetic people the demo has. */
  readonly people: number;
}

/** A start that was interrupted ends soon, for what it needs is being stopped. */
const settlingMs = 30_000;

/** Resolves once it was asked to stop and all is stopped again. */
export async function up(settings: HubSettings, wanted: UpWanted): Promise<void> {
  expectIssuer(settings);
  expectOneKindOfSources(settings, wanted);
  const started = startedParts();
  const asked = untilAskedToStop();
  const terminal = openTerminal();
  let fail: (error: HubError) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  const starting = start({ settings, wanted, started, terminal, fail });
  try {
    await Promise.race([starting.then(() => asked), asked, failed]);
    terminal.say('Stopping ...');
  } finally {
    const settled = starting.catch(() => undefined); // told of already, or the effect of stopping
    await Promise.all([started.stopAll(), Promise.race([settled, pause(settlingMs)])]);
    await started.stopAll();
  }
}

function expectOneKindOfSources({ sources }: HubSettings, { demo }: UpWanted): void {
  if (!demo || sources.length === 0) return;
  const names = sources.map(({ name }) => name).join(', ');
  throw new HubError(
    'CONFIG_INVALID',
    `--demo: expected settings without sources, because the demo brings its own, found ${names}. Start without --demo to read them.`,
  );
}

interface Start {
  readonly settings: HubSettings;
  readonly wanted: UpWanted;
  readonly started: Started;
  readonly terminal: Terminal;
  /** Ends the hub, in good order and with this sentence. */
  readonly fail: (error: HubError) => void;
}

/** Looks first at all that can be wrong. */
async function start(order: Start): Promise<void> {
  const { settings } = order;
  const rules = readRules(settings);
  limitsOf(settings.limits, { schema: hubSchema(), development: settings.auth.kind === 'development' });
  await expectFreePort(settings);
  const folder = await openFolder(settings.data);
  const log = await openLog(folder, 'hub', settings.logLevel);
  try {
    await startAll({ ...order, settings: { ...settings, data: folder } }, rules, log);
  } catch (error) {
    log.fatal({ fault: faultOf(error) }, 'the hub did not start');
    throw error;
  }
}

async function startAll({ settings: given, wanted, started, terminal, fail }: Start, rules: Rules, log: Log): Promise<void> {
  const folder = given.data;
  const lap = stopwatch((what, took) => terminal.say(`  ${what.padEnd(12)} ${took}`));
  terminal.say(`Patient Relations Hub. Data and logs: ${folder}`);

  let giveOrder: (order: WorkerOrder) => void = () => undefined;
  const order = new Promise<WorkerOrder>((resolve) => (giveOrder = resolve));
  const workers = startWorkerChild(order, { log, tell: (sentence) => terminal.say(sentence) });
  started.add(() => workers.stop());
  const database = await openDatabase(given, { folder, log });
  started.add(() => database.stop());
  // What was started last is stopped first, and the workers must not lose the database under their running jobs.
  started.add(() => workers.stop());
  void database.lost?.then(fail);
  lap('database');

  const [sandbox] = await Promise.all([
    wanted.demo ? openSandbox(database, { wanted, started, log }) : null,
    prepareTables(database, given),
  ]);
  const settings: HubSettings = sandbox ? { ...given, sources: demoSettings(sandbox) } : given;
  terminal.say(`  ${policySentence((await applyFiles(database, settings, rules)).policy)}`);
  lap(sandbox ? 'tables, demo' : 'tables');

  giveOrder(workerOrder(settings, database));
  const gateway = await startGateway(settings, { gatewayUrl: database.gatewayUrl, rules, log });
  started.add(() => gateway.stop());
  await noteRunning(folder, { pid: process.pid, demo: wanted.demo, ...addressesOf(database), queue: settings.queue });
  started.add(() => forgetRunning(folder));
  lap('gateway');
  if (sandbox) await settleDemo(sandbox, { settings, workerUrl: database.workerUrl, gateway, rules, terminal, log });
  if (sandbox) lap('demo');
  if (wanted.demo) await tellTokens({ settings, rules, terminal });
  terminal.say(`GraphQL at ${gateway.url}/graphql`);
  terminal.say(`ready ${JSON.stringify({ graphql: `${gateway.url}/graphql`, web: gateway.url })}`);
}

async function openSandbox(
  { ownerUrl }: Database,
  { wanted, started, log }: Pick<Start, 'wanted' | 'started'> & { log: Log },
): Promise<Sandbox> {
  const sandbox = await startDemoSources(ownerUrl, { people: wanted.people, log });
  started.add(() => sandbox.stop());
  return sandbox;
}

const addressesOf = ({ ownerUrl, gatewayUrl, workerUrl }: Database) => ({ ownerUrl, gatewayUrl, workerUrl });

function workerOrder({ data, queue, sources, rules, audit, logLevel }: HubSettings, { workerUrl }: Database): WorkerOrder {
  return { workerUrl, queue, sources, policy: rules.policy, rules, audit, logLevel, logFile: logFile(data), queues: null };
}
