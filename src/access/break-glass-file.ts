/** The form of schema/policy/break-glass.yaml, and what it must agree with: roles.yaml says who may, rules.yaml what the
 *  glass opens. It opens what relationship alone withholds and nothing else: a rule that gives more by breaking the glass
 *  than a case would give is a mistake, and so is a list of what is never opened that differs from what is hidden. */
import { z } from 'zod';
import { list, mapping, oneOf, setting, text, wholeNumber, type PhiClass, type Problem } from '../kernel/index.js';

const words = text('text', 'set');
const atOnce = setting('at-once', 'value', (value) => (value === 'at-once' ? value : undefined));
const overdue = mapping({ hoursOverdue: wholeNumber(0, 24 * 90) });
const never = { because: words, citation: words, verified: z.boolean().optional() };

export const breakGlassFile = mapping({
  version: wholeNumber(1, 1),
  minutes: mapping({ default: wholeNumber(1, 1440), most: wholeNumber(1, 1440) }),
  reason: mapping({ least: wholeNumber(1, 500) }),
  review: mapping({ withinHours: wholeNumber(1, 24 * 30) }),
  tells: list(
    mapping({
      id: text('an id such as glass.overdue', 'value', /^[a-z0-9]+([.-][a-z0-9]+)*$/),
      when: z.unknown().pipe(z.union([atOnce, overdue], 'expected at-once, or hoursOverdue')),
      roles: list(text('a role', 'value', /^[\w.-]+$/)),
      reason: text('the words of the reminder', 'value'),
    }),
  ),
  neverOpens: list(
    z
      .unknown()
      .pipe(
        z.union(
          [mapping({ label: text('a label', 'value', /^\w+$/), ...never }), mapping({ restriction: oneOf(['AGREED']), ...never })],
          'expected a label or a restriction, with because and citation',
        ),
      ),
  ),
});
type File = z.output<typeof breakGlassFile>;

/** Who is told of a grant, and when: null at once, else so many hours after its review was due. */
export interface Tells {
  readonly id: string;
  readonly hoursOverdue: number | null;
  readonly roles: readonly string[];
  readonly reason: string;
  readonly level: number;
}
export interface BreakGlassRules {
  readonly minutes: { readonly default: number; readonly most: number };
  /** Letters and digits that a reason has at least. */
  readonly leastReason: number;
  readonly reviewWithinHours: number;
  readonly tells: readonly Tells[];
}

export const breakGlassOf = ({ minutes, reason, review, tells }: File): BreakGlassRules => ({
  minutes,
  leastReason: reason.least,
  reviewWithinHours: review.withinHours,
  tells: tells.map(({ when, ...row }, at) => ({
    ...row,
    hoursOverdue: when === 'at-once' ? null : when.hoursOverdue,
    level: tells.slice(0, at).filter((earlier) => earlier.when !== 'at-once').length + (when === 'at-once' ? 0 : 1),
  })),
});

export interface KnownRoles {
  readonly roles: ReadonlySet<string>;
  /** Labels of which rows are hidden. */
  readonly hidden: readonly string[];
}

export function breakGlassProblems({ minutes, tells, neverOpens }: File, known: KnownRoles): Problem[] {
  const problems: Problem[] = [];
  if (minutes.default > minutes.most) {
    problems.push({ path: ['minutes', 'default'], says: `expected ${minutes.most} (most) or less, found '${minutes.default}'` });
  }
  if (!tells.some(({ when }) => when === 'at-once')) {
    problems.push({ path: ['tells'], says: 'expected a row at-once, so that somebody knows of it, found none' });
  }
  tells.forEach(({ id, roles, when }, at) => {
    roles.forEach((role, i) => {
      if (!known.roles.has(role)) {
        problems.push({ path: ['tells', at, 'roles', i], says: `expected a role of roles.yaml, found '${role}'` });
      }
    });
    if (roles.length === 0) problems.push({ path: ['tells', at, 'roles'], says: 'expected a role, found none' });
    if (tells.findIndex((row) => row.id === id) < at) {
      problems.push({ path: ['tells', at, 'id'], says: `expected an id of its own, found '${id}' twice` });
    }
    const before = tells[at - 1];
    const hours = (row: File['tells'][number] | undefined): number =>
      row === undefined || row.when === 'at-once' ? -1 : row.when.hoursOverdue;
    if (hours(before) > (when === 'at-once' ? -1 : when.hoursOverdue)) {
      problems.push({ path: ['tells', at, 'when'], says: 'expected rows in the order of time, found one that comes before the row above' });
    }
  });
  const listed = neverOpens.map((row) => ('label' in row ? row.label : null));
  listed.forEach((label, at) => {
    if (label !== null && !known.hidden.includes(label)) {
      problems.push({ path: ['neverOpens', at, 'label'], says: `expected a label that rules.yaml hides, found '${label}'` });
    }
  });
  for (const label of known.hidden) {
    if (!listed.includes(label))
      problems.push({ path: ['neverOpens'], says: `expected a row for '${label}', which rules.yaml hides, found none` });
  }
  if (!neverOpens.some((row) => 'restriction' in row)) {
    problems.push({ path: ['neverOpens'], says: 'expected a row for the restriction AGREED, found none' });
  }
  return problems;
}

interface GlassRule {
  readonly roles: readonly string[];
  readonly purposes: readonly string[];
  readonly classes: readonly PhiClass[];
  readonly when: string;
}

/** Problems of rules.yaml. @param mayBreak the roles with the capability BREAK_GLASS */
export function glassRuleProblems(rules: readonly GlassRule[], mayBreak: ReadonlySet<string>): Problem[] {
  const problems: Problem[] = [];
  const gives = (role: string, purpose: string, phi: PhiClass): boolean =>
    rules.some(
      (rule) => rule.when === 'related' && rule.roles.includes(role) && rule.purposes.includes(purpose) && rule.classes.includes(phi),
    );
  rules.forEach((rule, at) => {
    if (rule.when !== 'glass') return;
    rule.roles.forEach((role, i) => {
      if (!mayBreak.has(role)) {
        problems.push({ path: ['rules', at, 'roles', i], says: `expected a role with the capability BREAK_GLASS, found '${role}'` });
      }
      const more = rule.classes.findIndex((phi) => !rule.purposes.every((purpose) => gives(role, purpose, phi)));
      if (more >= 0) {
        const says = `expected a class that a rule with when: related gives to ${role} for the same purposes, found '${rule.classes[more] ?? ''}'`;
        problems.push({ path: ['rules', at, 'classes', more], says });
      }
    });
  });
  return problems;
}
