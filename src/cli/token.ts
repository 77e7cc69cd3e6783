/** `hub token`: a token of the development issuer, for trying and for tests. The token stands alone on the last line. */
import { HubError } from '../kernel/index.js';
import { openFolder } from './data-folder.js';
import type { HubSettings } from './hub-settings.js';
import { expectIssuer } from './issuer.js';
import { readRules } from './rules.js';
import { issueToken, signIn, type SignIn } from './sign-in.js';
import { openTerminal } from './terminal.js';

export async function token(settings: HubSettings, { minutes, ...wanted }: SignIn & { readonly minutes: number }): Promise<void> {
  if (settings.auth.kind === 'issuer')
    throw new HubError('CONFIG_INVALID', 'auth: tokens come from the issuer that hub.yaml names; only a hub without one signs its own.');
  expectIssuer(settings);
  const viewer = signIn(wanted, readRules(settings));
  const signed = await issueToken(viewer, { data: await openFolder(settings.data), claims: settings.auth.claims, minutes });
  const terminal = openTerminal();
  terminal.say(`${viewer.role} for ${viewer.purpose}, ${minutes} minutes:`);
  terminal.say(signed);
}
