/** What a verified token says, by the names that hub.yaml gives to its claims: `hub_role`, `https://hub.example.org/role`,
 *  `realm_access.roles`. Unknown means no: a claim that cannot be read as what it should be is a refusal, never a default.
 *  Whether a role exists and may claim a purpose is the policy's to decide. Pure. */
import { HubError } from '../kernel/index.js';

export interface ClaimNames {
  /** Holds the id of a user of the directory. */
  readonly user: string;
  readonly role: string;
  readonly purpose: string;
  readonly departments: string;
  readonly facility: string;
}

export type Claims = Readonly<Record<string, unknown>>;

/** A claim by its name, or else by its path: the longest first member that is there wins, for names may hold dots. */
export function claimAt(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (Object.hasOwn(value, path)) return Reflect.get(value, path);
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    const head = path.slice(0, dot);
    const found: unknown = Object.hasOwn(value, head) ? claimAt(Reflect.get(value, head), path.slice(dot + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

export interface RoleWords {
  /** The issuer's words for roles, where they are not ours; whatever is not in it counts for nothing. */
  readonly names?: Readonly<Record<string, string>> | undefined;
  /** Picks the role out of a list that holds other things as well. */
  readonly isRole?: ((word: string) => boolean) | undefined;
}

/** One role: two would be a choice that nobody made. */
export function roleOf(claim: unknown, { names, isRole }: RoleWords): string {
  const said = listOf(claim);
  const roles = names ? said.flatMap((word) => (Object.hasOwn(names, word) ? [names[word] ?? ''] : [])) : said;
  const known = Array.isArray(claim) && isRole ? roles.filter(isRole) : roles;
  const [role, ...more] = new Set(known);
  if (more.length > 0) throw new HubError('FORBIDDEN', 'The token names several roles; expected one of the policy in its claim for it.');
  return oneWord(role, { claim, what: 'role' });
}

/** The token says which purposes may be claimed; the request says which one it is, where there is a choice.
 *  @param asked by the header x-purpose-of-use */
export function purposeOf(claim: unknown, asked: string | undefined): string {
  const allowed = [...new Set(listOf(claim))];
  if (asked !== undefined) return chosen(allowed, asked);
  if (allowed.length > 1)
    throw new HubError('FORBIDDEN', 'The token allows several purposes of use. Say in the header x-purpose-of-use which one this is.');
  return oneWord(allowed[0], { claim, what: 'purpose of use' });
}

export function chosen(allowed: readonly string[], asked: string): string {
  if (allowed.includes(asked)) return oneWord(asked, { claim: asked, what: 'purpose of use' });
  throw new HubError('FORBIDDEN', 'The header x-purpose-of-use asks for a purpose that this token does not allow.');
}

function oneWord(word: string | undefined, of: { readonly claim: unknown; readonly what: string }): string {
  if (word !== undefined && /^\w{1,64}$/.test(word)) return word;
  const found = of.claim === undefined || of.claim === '' ? 'nothing' : 'something else';
  throw new HubError('FORBIDDEN', `The token names no ${of.what}: expected one word in its claim for it, found ${found}.`);
}

/** A list of texts, or one text; anything else holds nothing. */
function listOf(claim: unknown): readonly string[] {
  const parts: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return parts.every((part) => typeof part === 'string') ? parts : [];
}

export function departmentsOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const ids = Array.isArray(value) ? value.map(anyUuid) : [null];
  if (ids.every((id) => id !== null)) return [...new Set(ids)];
  throw new HubError('FORBIDDEN', 'The departments in the token cannot be read: expected a list of department ids.');
}

export function facilityOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const id = anyUuid(value);
  if (id) return id;
  throw new HubError('FORBIDDEN', 'The facility in the token cannot be read: expected a facility id.');
}

/** The id of a department or facility: its uuid, or its wire id. */
function anyUuid(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  return /^(?:[a-z]+_)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(value.toLowerCase())?.[1] ?? null;
}
