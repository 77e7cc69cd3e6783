/** `auth:` of hub.yaml: whose tokens are believed, what their claims are called, and which programs sign in as themselves. */
import { z } from 'zod';
import { expectedFound, list, mapping, setting, text } from '../kernel/index.js';
import type { AuthConfig } from './hub-config.js';
import { keySetFile } from './secret-files.js';
import { duration, yesNo, webAddress } from './values.js';

export const claimNames = {
  user: 'sub',
  role: 'hub_role',
  purpose: 'hub_purpose',
  departments: 'hub_departments',
  facility: 'hub_facility',
};

const claim = (standard: string) => text('the name of a claim', 'set', /^\S+$/).default(standard);
const code = (what: string) => text(what, 'value', /^\w{1,64}$/);

const skew = setting('a duration from 0s to 5m', 'value', (value) => {
  const ms = value === '0s' ? 0 : duration.safeParse(value).data;
  return ms !== undefined && ms <= 300_000 ? ms : undefined;
});

const client = mapping({
  id: text('the id of a client', 'value'),
  subject: text('the subject of its tokens', 'set', /^\S+$/).optional(),
  role: code('a role of the policy'),
  purpose: code('a purpose of use'),
  idleLogoff: yesNo.default(false),
});

export const authSettings = (folder: string) =>
  mapping({
    issuer: text('the address of the issuer', 'set', /^\S+$/),
    audience: text('the audience of its tokens', 'set', /^\S+$/),
    jwksFile: keySetFile(folder).optional(),
    jwksUrl: webAddress.optional(),
    claims: mapping({
      user: claim(claimNames.user),
      role: claim(claimNames.role),
      purpose: claim(claimNames.purpose),
      departments: claim(claimNames.departments),
      facility: claim(claimNames.facility),
    }).default(claimNames),
    roles: z
      .record(z.string(), code('a role of the policy'), {
        error: (issue) => expectedFound("a mapping of the issuer's words to our roles", issue.input, 'set'),
      })
      .optional(),
    clockSkew: skew.default(30_000),
    keysKept: duration.default(600_000),
    keysGoOn: duration.default(3_600_000),
    clients: list(client, 'a list of clients').default([]),
  });

export function settleAuth(auth: z.output<ReturnType<typeof authSettings>> | undefined): AuthConfig {
  if (!auth) return { kind: 'development', claims: claimNames };
  const { issuer, audience, claims, jwksFile, jwksUrl, roles, clockSkew, keysKept, keysGoOn, clients } = auth;
  const keys = jwksFile
    ? ({ kind: 'set', jwks: jwksFile } as const)
    : jwksUrl
      ? ({ kind: 'url', url: jwksUrl } as const)
      : ({ kind: 'discovery' } as const);
  return {
    kind: 'issuer',
    issuer,
    audience,
    claims,
    keys,
    ...(roles ? { roleNames: roles } : {}),
    clockSkewSeconds: clockSkew / 1000,
    keyTimes: { keptMs: keysKept, goOnMs: keysGoOn, coolDownMs: Math.min(30_000, keysKept) },
    clients: clients.map(({ subject, ...rest }) => ({ ...rest, subject: subject ?? rest.id })),
  };
}
