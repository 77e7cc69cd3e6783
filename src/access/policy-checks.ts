/** What the rows of a policy say of each other: names that nobody defined, rules that contradict or repeat one another, and
 *  what no rule speaks of. Pure; each problem is one that a reviewer can act on without knowing the code. */
import { phiClasses, type Problem } from '../kernel/index.js';
import type { PurposesFile, RolesFile, RulesFile } from './policy-schema.js';

export interface Checked {
  readonly purposes: PurposesFile['purposes'];
  readonly roles: RolesFile['roles'];
  readonly rules: RulesFile;
  /** Names of the labels of labels.yaml; null where that file cannot be read, and its names are not known. */
  readonly labels: readonly string[] | null;
}
type File = 'purposes.yaml' | 'roles.yaml' | 'rules.yaml';
export interface Found extends Problem {
  readonly file: File;
}
type RuleRow = RulesFile['rules'][number];
type MatchRow = RulesFile['match'][number];

/** Ids that the hub itself gives where no rule of the policy does. */
const reservedIds = ['default.deny', 'sensitivity.masked'];

export function contradictionsOf(policy: Checked): Found[] {
  const problems = [
    ...twice('purposes.yaml', { list: 'purposes', field: 'code' }, policy.purposes.map(({ code }) => code)), // prettier-ignore
    ...twice('roles.yaml', { list: 'roles', field: 'role' }, policy.roles.map(({ role }) => role)), // prettier-ignore
    ...twice('rules.yaml', { list: 'rules', field: 'id' }, policy.rules.rules.map(({ id }) => id)), // prettier-ignore
    ...twice('rules.yaml', { list: 'match', field: 'id' }, policy.rules.match.map(({ id }) => id)), // prettier-ignore
    ...twice('rules.yaml', { list: 'sensitivity', field: 'label' }, policy.rules.sensitivity.map(({ label }) => label)), // prettier-ignore
    ...namesOf(policy),
    ...purposesOfRoles(policy),
    ...neutralIds(policy),
    ...capabilitiesOf(policy),
    ...overlaps(policy.rules.rules),
    ...matchOverlaps(policy.rules.match),
    ...treatments(policy),
    ...unspoken(policy),
  ];
  return problems;
}

const at = (file: File, path: Problem['path'], says: string): Found => ({ file, path, says });

/** Every name of a list stands for one thing. */
function twice(file: File, { list, field }: { list: string; field: string }, names: readonly string[]): Found[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [at(file, [list, index, field], `expected ${field === 'id' ? 'an' : 'a'} ${field} of its own, found '${name}' twice`)],
  );
}

function namesOf({ purposes, roles, rules, labels }: Checked): Found[] {
  const knownPurposes = new Set(purposes.map(({ code }) => code));
  const knownRoles = new Set(roles.map(({ role }) => role));
  const unknown = (file: File, path: Problem['path'], of: { what: string; known: ReadonlySet<string>; name: string }): Found[] =>
    of.known.has(of.name) ? [] : [at(file, path, `expected ${of.what}, found '${of.name}'`)];
  const aPurpose = { what: 'a purpose of purposes.yaml', known: knownPurposes };
  return [
    ...purposes.flatMap(({ parent }, i) =>
      parent === undefined
        ? []
        : unknown('purposes.yaml', ['purposes', i, 'parent'], { what: 'a purpose of this file', known: knownPurposes, name: parent }),
    ),
    ...roles.flatMap((row, i) =>
      row.purposes.flatMap((name, j) => unknown('roles.yaml', ['roles', i, 'purposes', j], { ...aPurpose, name })),
    ),
    ...(['rules', 'match'] as const).flatMap((list) =>
      rules[list].flatMap((row, i) => [
        ...row.roles.flatMap((name, j) =>
          unknown('rules.yaml', [list, i, 'roles', j], { what: 'a role of roles.yaml', known: knownRoles, name }),
        ),
        ...row.purposes.flatMap((name, j) => unknown('rules.yaml', [list, i, 'purposes', j], { ...aPurpose, name })),
      ]),
    ),
    ...(labels === null
      ? []
      : rules.sensitivity.flatMap(({ label: name }, i) =>
          unknown('rules.yaml', ['sensitivity', i, 'label'], { what: 'a label of labels.yaml', known: new Set(labels), name }),
        )),
  ];
}

/** A rule for a purpose that one of its roles may never claim promises what nobody gets. */
function purposesOfRoles({ purposes, roles, rules }: Checked): Found[] {
  const mayClaim = new Map(roles.map((row) => [row.role, row.purposes]));
  const known = new Set(purposes.map(({ code }) => code));
  return (['rules', 'match'] as const).flatMap((list) =>
    rules[list].flatMap((row, i) =>
      row.purposes.flatMap((purpose, j) => {
        const without = row.roles.find((role) => mayClaim.get(role)?.includes(purpose) === false);
        if (without === undefined || !known.has(purpose)) return [];
        const claims = mayClaim.get(without)?.join(', ') ?? '';
        return [at('rules.yaml', [list, i, 'purposes', j], `expected a purpose that ${without} may claim (${claims}), found '${purpose}'`)];
      }),
    ),
  );
}

/** An id is shown to whoever is denied: it must not tell which sensitivity it was, nor pass for one of the hub's own. */
function neutralIds({ rules, labels }: Checked): Found[] {
  return (['rules', 'match'] as const).flatMap((list) =>
    rules[list].flatMap(({ id }, i) => {
      const path = [list, i, 'id'];
      if (reservedIds.includes(id)) return [at('rules.yaml', path, `expected an id that the hub does not use itself, found '${id}'`)];
      const named = labels?.find((label) => id.toUpperCase().split(/[^A-Z0-9]+/).includes(label)); // prettier-ignore
      return named ? [at('rules.yaml', path, `expected an id that names no sensitivity, found '${id}'`)] : [];
    }),
  );
}

/** Counting and searching need the capability too: a rule alone would promise what the door refuses. */
function capabilitiesOf({ roles, rules }: Checked): Found[] {
  const lacks = (role: string, capability: RolesFile['roles'][number]['capabilities'][number]): boolean =>
    roles.some((row) => row.role === role && !row.capabilities.includes(capability));
  const missing = (path: Problem['path'], row: RuleRow | MatchRow, capability: 'READ_AGGREGATES' | 'READ_IDENTITY') =>
    row.roles.flatMap((role, j) =>
      lacks(role, capability)
        ? [at('rules.yaml', [...path, 'roles', j], `expected a role with the capability ${capability}, found '${role}'`)]
        : [],
    );
  return [
    ...rules.rules.flatMap((row, i) => (row.when === 'aggregate' ? missing(['rules', i], row, 'READ_AGGREGATES') : [])),
    ...rules.match.flatMap((row, i) => missing(['match', i], row, 'READ_IDENTITY')),
  ];
}

interface Overlap {
  readonly role: string;
  readonly purpose: string;
  readonly what: string;
}
function overlapOf(one: { roles: string[]; purposes: string[]; what: string[] }, other: typeof one): Overlap | null {
  const both = (a: readonly string[], b: readonly string[]): string | undefined => a.find((name) => b.includes(name));
  const [role, purpose, what] = [both(one.roles, other.roles), both(one.purposes, other.purposes), both(one.what, other.what)];
  return role !== undefined && purpose !== undefined && what !== undefined ? { role, purpose, what } : null;
}

/** Rows that speak of the same role, purpose and class: under one condition they contradict each other, for each says
 *  another remedy; beside an `always` a condition decides nothing. Counting is apart from showing. */
function overlaps(rules: readonly RuleRow[]): Found[] {
  return rules.flatMap((rule, i) =>
    rules.slice(0, i).flatMap((earlier) => {
      const same = overlapOf({ ...rule, what: rule.classes }, { ...earlier, what: earlier.classes });
      if (!same) return [];
      const place = `${same.role}, ${same.purpose} and ${same.what}`;
      const path = ['rules', i, 'when'];
      if (rule.when === earlier.when) {
        return [at('rules.yaml', path, `expected one rule for ${place} with '${rule.when}', found another one in '${earlier.id}'`)];
      }
      const always = [rule, earlier].find(({ when }) => when === 'always');
      const beside = always === rule ? earlier : rule;
      if (!always || beside.when === 'aggregate') return [];
      return [
        at(
          'rules.yaml',
          path,
          `expected no '${beside.when}' of '${beside.id}' for ${place}, found that '${always.id}' always allows it`,
        ),
      ]; // prettier-ignore
    }),
  );
}

function matchOverlaps(rules: readonly MatchRow[]): Found[] {
  return rules.flatMap((rule, i) =>
    rules.slice(0, i).flatMap((earlier) => {
      const same = overlapOf({ ...rule, what: rule.by }, { ...earlier, what: earlier.by });
      return same
        ? [
            at(
              'rules.yaml',
              ['match', i, 'by'],
              `expected one rule for ${same.role}, ${same.purpose} and ${same.what}, found another one in '${earlier.id}'`,
            ),
          ]
        : [];
    }),
  );
}

/** What masks says why, and every masked label says the same: a remedy of its own would tell which it was. */
function treatments({ rules: { sensitivity } }: Checked): Found[] {
  const first = sensitivity.find(({ treatment }) => treatment === 'mask');
  return sensitivity.flatMap((row, i) => {
    const missing = (['citation', 'remedy'] as const).filter(
      (field) => row[field] === undefined && (row.treatment === 'mask' || (row.treatment === 'hide' && field === 'citation')),
    );
    const own = row.treatment === 'mask' && row.remedy !== undefined && row.remedy !== first?.remedy;
    return [
      ...missing.map((field) =>
        at('rules.yaml', ['sensitivity', i], `expected a ${field} where the treatment is ${row.treatment}, found none`),
      ),
      ...(own
        ? [at('rules.yaml', ['sensitivity', i, 'remedy'], 'expected the remedy of all masked labels, found another, which would tell them apart')]
        : []),
    ]; // prettier-ignore
  });
}

/** A label without a treatment, a class of which no rule speaks. */
function unspoken({ rules, labels }: Checked): Found[] {
  const treated = new Set(rules.sensitivity.map(({ label }) => label));
  const spokenOf = new Set(rules.rules.flatMap(({ classes }) => classes));
  return [
    ...(labels ?? [])
      .filter((name) => !treated.has(name))
      .map((name) => ({ ...at('rules.yaml', ['sensitivity'], `expected a row for the label '${name}', found none`), atKey: true })),
    ...phiClasses
      .filter((phi) => !spokenOf.has(phi))
      .map((phi) => ({ ...at('rules.yaml', ['rules'], `expected a rule for the class ${phi}, found none`), atKey: true })),
  ];
}
