/** `hub gateway`: the gateway on its own. Any number may run on one database, which `hub migrate` has prepared. */
import { createLog } from '../kernel/index.js';
import { roleAddress } from './database.js';
import { startGateway } from './gateway-service.js';
import type { HubSettings } from './hub-settings.js';
import { expectIssuer } from './issuer.js';
import { expectFreePort } from './port.js';
import { readGatewayRules } from './rules.js';
import { startedParts, untilAskedToStop } from './stopping.js';
import { openTerminal } from './terminal.js';

export async function gateway(settings: HubSettings): Promise<void> {
  expectIssuer(settings);
  const asked = untilAskedToStop();
  const rules = readGatewayRules(settings);
  await expectFreePort(settings);
  const gatewayUrl = await roleAddress(settings, 'gateway');
  const log = createLog('gateway', settings.logLevel);
  const started = startedParts();
  const running = await startGateway(settings, { gatewayUrl, rules, log });
  started.add(() => running.stop());
  openTerminal().say(`ready ${JSON.stringify({ graphql: `${running.url}/graphql`, web: running.url })}`);
  await asked;
  await started.stopAll();
}
