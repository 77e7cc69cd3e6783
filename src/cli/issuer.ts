/** Whose tokens this hub believes. The development issuer signs whatever it is asked for, so no hub that answers real
 *  requests starts on it; programs that sign in as themselves are checked against the policy and the directory. */
import type { Policy } from '../access/index.js';
import { openIssuer, trustIssuer, type MachineClient, type TokenRules } from '../auth/index.js';
import { machineUsers, machineUuid, type UserSeed } from '../directory/index.js';
import { HubError, type Log } from '../kernel/index.js';
import type { HubSettings } from './hub-settings.js';

type Auth = HubSettings['auth'];

/** @throws HubError CONFIG_INVALID */
export function expectIssuer({ auth, production }: Pick<HubSettings, 'auth' | 'production'>): void {
  if (!production) return;
  if (auth.kind === 'issuer') return expectPrivateWay(auth);
  throw new HubError(
    'CONFIG_INVALID',
    'auth: expected the issuer of the hospital in hub.yaml, because NODE_ENV is production and the development issuer signs whatever it is asked for, found nothing.',
  );
}

/** Keys that come in the clear can be anybody's, and with them every token. This machine itself is no such way. */
function expectPrivateWay({ issuer, keys }: Extract<Auth, { kind: 'issuer' }>): void {
  const [name, address] = keys.kind === 'url' ? ['auth.jwksUrl', keys.url] : ['auth.issuer', keys.kind === 'discovery' ? issuer : null];
  if (address === null || /^(https:|http:\/\/(127[.]0[.]0[.]1|localhost|\[::1\])([:/]|$))/.test(address)) return;
  throw new HubError(
    'CONFIG_INVALID',
    `${name}: expected an https address in production, because keys that are fetched in the clear can be anybody's, found another.`,
  );
}

/** @throws HubError CONFIG_INVALID where a client has a role or a purpose that the policy does not know */
export function machinesOf(auth: Auth, policy: Policy): UserSeed[] {
  const clients = clientsOf(auth);
  const problems = clients.flatMap(({ role, purpose }, at) => {
    const known = policy.roles.get(role);
    if (!known) return [`auth.clients[${at}].role: expected ${[...policy.roles.keys()].join(' | ')}, found another`];
    if (known.purposes.has(purpose)) return [];
    return [`auth.clients[${at}].purpose: expected ${[...known.purposes].join(' | ')}, found another`];
  });
  if (problems.length > 0) throw new HubError('CONFIG_INVALID', problems.join('\n'));
  return machineUsers(clients);
}

export interface Believing {
  readonly isRole: (word: string) => boolean;
  readonly log: Log;
}

export async function tokenRules({ auth, data }: Pick<HubSettings, 'auth' | 'data'>, { isRole, log }: Believing): Promise<TokenRules> {
  if (auth.kind === 'development') return { ...(await openIssuer(data, { claims: auth.claims })).rules, isRole };
  return trustIssuer(auth, { clients: clientsOf(auth).map(withUuid), isRole, log });
}

const clientsOf = (auth: Auth) => (auth.kind === 'issuer' ? (auth.clients ?? []) : []);
const withUuid = ({ id, subject, role, purpose }: Omit<MachineClient, 'userUuid'>): MachineClient => ({
  id,
  subject,
  role,
  purpose,
  userUuid: machineUuid(id),
});

/** Users who are not logged off for resting: machines, unless hub.yaml says otherwise of one. */
export function neverIdle(auth: Auth): ReadonlySet<string> {
  return new Set(clientsOf(auth).flatMap(({ id, idleLogoff }) => (idleLogoff ? [] : [machineUuid(id)])));
}
