/** The kinds of value that hub.yaml and the environment hold. Each says itself what it expects and whether what it
 *  found may be printed: enums, numbers and names may; addresses, tokens and free text never. */
import { z } from 'zod';
import { expectedFound, mapping, nearest, setting, text } from '../kernel/index.js';

export const name = text('a name of letters, digits, - and _', 'value', /^[A-Za-z][A-Za-z0-9_-]{0,62}$/);

const unitMs: Partial<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** How often: at least a second, at most what a timer can hold (24 days). */
export const duration = setting('a duration such as 30s, 5m or 1h', 'value', (value) => {
  const parts = /^(\d{1,9})(ms|s|m|h|d)$/.exec(String(value));
  const ms = Number(parts?.[1]) * (unitMs[parts?.[2] ?? ''] ?? NaN);
  return ms >= 1_000 && ms < 2 ** 31 ? ms : undefined;
});

/** How long a session may rest: `off`, or from a minute to a day. */
export const idleLogoff = setting('off, or a duration from 1m to 24h', 'value', (value) => {
  if (value === 'off') return null;
  const ms = duration.safeParse(value).data;
  return ms !== undefined && ms >= 60_000 && ms <= 86_400_000 ? ms : undefined;
});

export const yesNo = setting('true | false', 'value', (value) => (typeof value === 'boolean' ? value : undefined));

/** An address with one of these schemes. A trailing slash is cut, so that joining paths has one form. */
function address(expected: string, schemes: readonly string[], allowed: (url: URL) => boolean = () => true) {
  return setting(expected, 'set', (value) => {
    if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
    const url = new URL(value);
    return schemes.includes(url.protocol) && url.hostname !== '' && allowed(url) ? value.replace(/\/+$/, '') : undefined;
  });
}

const plain = (url: URL): boolean => url.username === '' && url.password === '' && url.search === '' && url.hash === '';
export const webAddress = address('an http or https address without user, password, query or fragment', ['http:', 'https:'], plain);
export const databaseUrl = setting('a postgres:// address', 'set', (value) =>
  typeof value === 'string' && /^postgres(ql)?:\/\/\S+$/.test(value) ? value : undefined,
);
export const redisUrl = address('a redis:// or rediss:// address', ['redis:', 'rediss:']);

/** A setting that does nothing yet: one that were taken and left undone would be a promise broken in silence. */
export const laterSetting = z
  .unknown()
  .optional()
  .superRefine((value, ctx) => {
    if (value === undefined) return;
    ctx.addIssue({ code: 'custom', message: 'expected nothing yet, found a setting which a later version will take' });
  });

type Kinds = Readonly<Record<string, z.ZodRawShape>>;
type OneOfKinds<K extends Kinds> = { [N in keyof K & string]: { kind: N } & z.output<z.ZodObject<K[N], z.core.$strict>> }[keyof K & string];

/** A mapping whose `kind` decides which other keys it has. With a misspelt kind the other keys are still checked, by the
 *  kind that was probably meant, so that one start shows all there is to correct. */
export function byKind<K extends Kinds>(kinds: K, options: { later: readonly string[]; shows: 'value' | 'set' }) {
  const known = Object.keys(kinds);
  return z.unknown().transform((value, ctx): OneOfKinds<K> => {
    const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
    const kind: unknown = isMapping && 'kind' in value ? value.kind : undefined;
    if (!isMapping) ctx.addIssue({ code: 'custom', message: expectedFound(`a mapping with kind ${known.join(' | ')}`, value, 'set') });
    else if (!known.some((word) => word === kind))
      ctx.addIssue({ code: 'custom', path: ['kind'], message: wrongKind(kind, known, options) });
    const meant = typeof kind === 'string' ? nearest(kind, known) : null;
    const shape = meant && meant.distance <= 2 ? kinds[meant.word] : undefined;
    if (!isMapping || !meant || !shape) return z.NEVER;
    const checked = mapping({ kind: z.literal(meant.word), ...shape }).safeParse({ ...value, kind: meant.word });
    if (checked.success) return checked.data as OneOfKinds<K>;
    // Under a guess, what is missing stays unsaid: only what was written can be judged.
    const isWritten = (path: readonly PropertyKey[]): boolean => path[0] === undefined || Object.hasOwn(value, path[0]);
    const issues = checked.error.issues.filter((issue) => meant.distance === 0 || isWritten(issue.path));
    for (const issue of issues) ctx.issues.push({ ...issue, input: undefined });
    return z.NEVER;
  });
}

function wrongKind(
  kind: unknown,
  known: readonly string[],
  { later, shows }: { later: readonly string[]; shows: 'value' | 'set' },
): string {
  const comesLater = later.some((word) => word === kind);
  const said = expectedFound(known.join(' | '), kind, comesLater ? 'value' : shows);
  return comesLater ? `${said}, which a later version will take` : said;
}
