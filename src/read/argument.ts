/** What an argument of a connection asks of its rows: whether this viewer may ask it at all, and the predicate. A filter must
 *  not find out what the answer would not show. */
import type { Plan, Withholding } from '../access/index.js';
import type { ArgumentRule, PhiClass } from '../kernel/index.js';
import type { Compilation } from './compile-row.js';
import { openIn, refusedAnywhere, refusedIn } from './denials.js';
import type { Row } from './row.js';
import type { Arguments, ParameterValue } from './statement.js';

interface Asked {
  readonly row: Row;
  readonly plan: Plan;
}

/** False asks for nothing, but where it is a value to compare with. */
const isGiven = (value: unknown, { cast }: ArgumentRule): boolean =>
  value !== undefined && value !== null && (value !== false || cast === 'boolean');

/** Why an argument that was given may not be asked; null where it may. */
export function refusalOf(
  { plan, row }: Asked,
  { rule, given }: { readonly rule: ArgumentRule; readonly given: unknown },
): Withholding | null {
  if (!isGiven(given, rule)) return null;
  const { match, phi } = rule;
  const permission = match === undefined ? null : plan.mayMatch(match);
  if (permission && !permission.may) return permission.withheld;
  const decision = phi === undefined ? null : plan.decide(phi);
  if (decision?.may === 'never') return decision.withheld;
  return decision?.may === 'when' && !row.knowsAny(decision.conditions) ? decision.otherwise : null;
}

/** A predicate for an argument that was given and may be asked; null where it was not given. */
export function argumentPredicate(
  compilation: Compilation,
  of: { row: Row; args: Arguments; name: string; rule: ArgumentRule; path: string | number },
): string | null {
  const { row, args, name, rule, path } = of;
  if (!isGiven(args.at(name), rule)) return null;
  const { plan, statement } = compilation;
  const cast = rule.cast;
  const given: Record<string, string> = cast
    ? { value: statement.parameter(`${path}.${name}`, cast, preparedBy(rule, args.reader(name))) }
    : {};
  const under = (masked: string): string => row.sql(rule.sql, { ...given, masked });
  const { phi } = rule;
  if (phi === undefined) return rule.match === undefined ? `(${under(String(plan.masked))})` : foundPredicate({ row, plan }, under);
  const decision = plan.decide(phi);
  const seen = seenPredicate({ row, plan, phi }, under);
  const holds = decision.may === 'when' ? row.holdsInline(decision.conditions) : null;
  return holds === null ? seen : `(${holds} and ${seen})`;
}

/** A masked row passes whatever it holds: that it is there is known, what it holds must not be found out by asking. The same
 *  for what the consents of the row's person deny, be it the class or rows by their labels.
 *  @param under the predicate with this mask in place of the plan's */
function seenPredicate({ row, plan, phi }: Asked & { readonly phi: PhiClass }, under: (masked: string) => string): string {
  const predicate = under(String(plan.masked));
  const labels = row.shape.labelled ? row.column('label_mask') : null;
  const masked = `(${plan.masked} | ${refusedIn('d', phi)})`;
  // What other rows say of this one is asked again without those that are denied, where there are any.
  const seen = labels === null ? `(d is null or (${under(masked)}))` : `((${labels} & ${masked}) <> 0 or (${predicate}))`;
  const agreed = row.agreed.inline((d) => `${openIn(d, phi)} and ${seen}`);
  if (agreed !== null) return `(${labels === null ? `(${predicate})` : `(${labels} <> 0 or (${predicate}))`} and ${agreed})`;
  return labels !== null && plan.masked !== 0 ? `((${labels} & ${plan.masked}) <> 0 or (${predicate}))` : `(${predicate})`;
}

/** A whole value finds whoever bears it, but not by a record that a consent denies. */
function foundPredicate({ row, plan }: Asked, under: (masked: string) => string): string {
  const found = `(${under(String(plan.masked))})`;
  const agreed = row.agreed.inline((d) => `(${d} is null or (${under(`(${plan.masked} | ${refusedAnywhere(d)})`)}))`);
  return agreed === null ? found : `(${found} and ${agreed})`;
}

function preparedBy({ prepare }: ArgumentRule, read: ParameterValue): ParameterValue {
  return prepare ? (inputs) => prepare(read(inputs)) : read;
}
