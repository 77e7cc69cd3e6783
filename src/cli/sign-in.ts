/** Who signs in as what: the person of the directory behind a role, what they may ask for, and a token of the development
 *  issuer that says so. */
import type { Policy } from '../access/index.js';
import { openIssuer, type ClaimNames } from '../auth/index.js';
import type { DirectorySeed, UserSeed } from '../directory/index.js';
import { HubError, toWireId, uuidOf, type Viewer } from '../kernel/index.js';

export interface SignIn {
  readonly role?: string | undefined;
  /** A key of the directory file or a wire id. */
  readonly user?: string | undefined;
  readonly purpose?: string | undefined;
  /** Keys or ids; without any, the person's own. */
  readonly departments?: readonly string[] | undefined;
  readonly facility?: string | undefined;
}

type Office = Pick<{ policy: Policy; directory: DirectorySeed }, 'policy' | 'directory'>;

/** @throws HubError BAD_INPUT that says what could have been said */
export function signIn(wanted: SignIn, { policy, directory }: Office): Omit<Viewer, 'tokenId'> {
  const user = findUser(wanted, directory);
  const role = wanted.role ?? user.role;
  const purpose = wanted.purpose ?? [...(policy.roles.get(role)?.purposes ?? [])][0];
  if (!purpose)
    throw new HubError(
      'BAD_INPUT',
      `--role: expected one of ${[...policy.roles.keys()].join(' | ')}, found another. Without --purpose only these can be signed.`,
    );
  const departments = wanted.departments ?? user.departmentKeys;
  const facility = wanted.facility ?? user.facilityKey;
  return {
    userId: toWireId('usr', user.uuid),
    userUuid: user.uuid,
    role,
    purpose,
    departments: departments.map((said) => uuidBehind(said, { rows: directory.departments, tag: 'dep', option: '--department' })),
    facility: facility === null ? null : uuidBehind(facility, { rows: directory.facilities, tag: 'fac', option: '--facility' }),
  };
}

export async function issueToken(
  viewer: Omit<Viewer, 'tokenId'>,
  at: { readonly data: string; readonly claims: ClaimNames; readonly minutes: number },
): Promise<string> {
  const issuer = await openIssuer(at.data, { claims: at.claims });
  const { role, userId, purpose, departments, facility } = viewer;
  return issuer.issueToken({ role, userId, purpose, departments, facility, minutes: at.minutes });
}

/** The first person of a role is the one that the demo signs in as; a role that nobody has is signed for the first of all,
 *  so that what an unknown role meets can be tried. */
function findUser({ user, role }: SignIn, { users }: DirectorySeed): UserSeed {
  const active = users.filter((known) => known.active);
  const found =
    user === undefined
      ? (active.find((known) => known.role === role) ?? active[0])
      : users.find(({ key, uuid }) => key === user || uuid === uuidOf(user, 'usr'));
  if (found) return found;
  throw new HubError('BAD_INPUT', `--user: expected ${users.map(({ key }) => key).join(' | ')} or the id of one of them, found another.`);
}

function uuidBehind(said: string, at: { rows: readonly { key: string; uuid: string }[]; tag: string; option: string }): string {
  const found = at.rows.find(({ key, uuid }) => key === said || uuid === uuidOf(said, at.tag) || uuid === said);
  if (found) return found.uuid;
  throw new HubError(
    'BAD_INPUT',
    `${at.option}: expected ${at.rows.map(({ key }) => key).join(' | ')} or the id of one of them, found another.`,
  );
}
