/** The demo, once its sources are read: its cases, and a token for each role. */
import type { Sandbox } from '../sandbox/index.js';
import { demoCaseCount, openDemoCases } from './demo-cases.js';
import type { Gateway } from './gateway-service.js';
import type { HubSettings } from './hub-settings.js';
import type { Rules } from './rules.js';
import { issueToken, signIn } from './sign-in.js';
import type { Terminal } from './terminal.js';

const tokenMinutes = 12 * 60;

interface Stage {
  readonly settings: Pick<HubSettings, 'data' | 'auth'>;
  readonly gateway: Gateway;
  readonly rules: Rules;
  readonly terminal: Terminal;
}

export async function tellDemo(sandbox: Sandbox, { settings, gateway, rules, terminal }: Stage): Promise<void> {
  const advocate = signIn({ role: 'ADVOCATE' }, rules);
  const acts = await gateway.actsFor({ ...advocate, tokenId: 'demo' });
  const cases = await openDemoCases(sandbox, { acts, directory: rules.directory });
  terminal.say(`  ${sandbox.summary.people} synthetic people, ${cases} cases. The demo's sources: ${sandbox.systems.map(({ name, url }) => `${name} ${url}`).join(', ')}`);
  if (cases < demoCaseCount) terminal.say(`  Only ${cases} of ${demoCaseCount} cases: so few people have that many stories.`);
  if (settings.auth.kind === 'issuer') return;
  for (const role of rules.policy.roles.keys()) {
    const token = await issueToken(signIn({ role }, rules), { data: settings.data, claims: settings.auth.claims, minutes: tokenMinutes });
    terminal.say(`${role} ${token}`);
  }
}
