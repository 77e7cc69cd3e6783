/** The demo around the hub: waits until its sources are read, has its cases opened, and gives a token for each role. */
import { asSystem, type Log } from '../kernel/index.js';
import type { Sandbox } from '../sandbox/index.js';
import { openPool } from '../store/index.js';
import { allDone, demoActsDone, demoCaseCount, openDemoCases } from './demo-cases.js';
import { untilSettled } from './first-sync.js';
import type { Gateway } from './gateway-service.js';
import type { HubSettings } from './hub-settings.js';
import type { Rules } from './rules.js';
import { issueToken, signIn } from './sign-in.js';
import type { Terminal } from './terminal.js';

const tokenMinutes = 12 * 60;

interface Stage {
  readonly settings: Pick<HubSettings, 'data' | 'auth' | 'queue'>;
  readonly rules: Rules;
  readonly terminal: Terminal;
}

/** A demo whose cases are all as they should be has been read before: what changed since comes in beside. */
export async function settleDemo(sandbox: Sandbox, stage: Stage & { workerUrl: string; gateway: Gateway; log: Log }): Promise<void> {
  const { rules, gateway, terminal, workerUrl } = stage;
  const stories = sandbox.stories(demoCaseCount);
  const pool = openPool(workerUrl, { max: 1, name: 'demo' });
  const done = await demoActsDone(pool).finally(() => pool.end());
  if (!allDone(done, stories.length)) {
    const place = { workerUrl, queue: stage.settings.queue };
    await untilSettled(place, stage);
    const acts = await gateway.actsFor({ ...signIn({ role: 'ADVOCATE' }, rules), tokenId: 'demo' }, asSystem('demo', 'HOPERAT'));
    await openDemoCases({ stories, today: sandbox.today, done }, { acts, directory: rules.directory });
    await untilSettled(place, stage); // their reminders
  }
  terminal.say(`  ${sandbox.summary.people} synthetic people, ${stories.length} cases`);
  for (const { name, url } of sandbox.systems) terminal.say(`  ${name.padEnd(12)} ${url}`);
}

/** One line for each role. A hub that trusts another issuer gives none. */
export async function tellTokens({ settings, rules, terminal }: Stage): Promise<void> {
  if (settings.auth.kind === 'issuer') return;
  for (const role of rules.policy.roles.keys()) {
    const token = await issueToken(signIn({ role }, rules), { data: settings.data, claims: settings.auth.claims, minutes: tokenMinutes });
    terminal.say(`${role} ${token}`);
  }
}
