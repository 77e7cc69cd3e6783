/** Reads schema/policy. What cannot be taken, contradicts itself or names an unknown code stops the start, every problem
 *  on its own line. Reading is apart from deciding: `plan.ts` only sees a policy that holds together. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  HubError,
  list,
  mapping,
  oneOf,
  phiClasses,
  problemsOf,
  readYamlLines,
  text,
  type PhiClass,
  type Problem,
} from '../kernel/index.js';
import { readConsentRules, type ConsentRules } from './consent-rules.js';

export const capabilities = [
  'READ_CASES', 'WRITE_CASES', 'READ_IDENTITY', 'READ_CLINICAL', 'READ_SCHEDULING', 'READ_BILLING', 'READ_AGGREGATES', 'MANAGE_SOURCES', 'REVIEW_ACCESS',
] as const; // prettier-ignore
export type Capability = (typeof capabilities)[number];
export const conditions = ['always', 'related', 'facility'] as const;
export type Condition = (typeof conditions)[number];

const word = (expected: string) => text(expected, 'value', /^[\w.-]+$/);
const words = text('text', 'set');
const flag = z.boolean().optional();
const purposesFile = mapping({
  purposes: list(mapping({ code: word('a v3-ActReason code'), means: words, parent: words.optional(), citation: words, verified: flag })),
});
const rolesFile = mapping({
  roles: list(mapping({ role: word('a role'), means: words, purposes: list(word('a purpose')), capabilities: list(oneOf(capabilities)) })),
});
const rulesFile = mapping({
  rules: list(
    mapping({
      id: word('an id'),
      roles: list(word('a role')),
      purposes: list(word('a purpose')),
      classes: list(oneOf(phiClasses)),
      when: oneOf(conditions),
      remedy: words.optional(),
      citation: words,
      verified: flag,
    }),
  ),
  sensitivity: list(
    mapping({
      label: word('a label'),
      treatment: oneOf(['hide', 'mask', 'show']),
      remedy: words.optional(),
      citation: words.optional(),
      verified: flag,
    }),
  ),
});

export interface Rule {
  readonly id: string;
  readonly roles: readonly string[];
  readonly purposes: readonly string[];
  readonly classes: readonly PhiClass[];
  readonly when: Condition;
  readonly remedy: string | null;
}
export interface Policy {
  readonly roles: ReadonlyMap<string, { readonly purposes: ReadonlySet<string>; readonly capabilities: ReadonlySet<Capability> }>;
  readonly purposes: readonly string[];
  readonly rules: readonly Rule[];
  /** Bit masks over `label_mask`: rows that do not exist for a viewer, rows whose content is withheld. */
  readonly hidden: number;
  readonly masked: number;
  readonly maskRemedy: string | null;
  readonly labels: readonly Label[];
  /** What consents and agreed restrictions mean. */
  readonly consent: ConsentRules;
  /** Digest of the files: the same policy has the same digest in every process. */
  readonly digest: string;
}
export interface Label {
  readonly name: string;
  readonly bit: number;
}

function readFile<S extends z.ZodType>(folder: string, name: string, schema: S): { value: z.output<S>; source: string } {
  const source = textOf(folder, name);
  const lines = readYamlLines(`policy/${name}`, source);
  if (lines.unreadable.length > 0) throw new HubError('POLICY_INVALID', lines.unreadable.join('\n'));
  const read = schema.safeParse(lines.value);
  if (!read.success) throw new HubError('POLICY_INVALID', problemsOf(read.error).map(lines.say).join('\n'));
  return { value: read.data, source };
}

function textOf(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch (cause) {
    throw new HubError('POLICY_INVALID', `policy/${name}: expected a file that can be read, found none`, { cause });
  }
}

/** @throws HubError POLICY_INVALID with one line for each problem */
export function readPolicy(folder: string, labels: readonly Label[]): Policy {
  const purposes = readFile(folder, 'purposes.yaml', purposesFile);
  const roles = readFile(folder, 'roles.yaml', rolesFile);
  const rules = readFile(folder, 'rules.yaml', rulesFile);
  const known = {
    purposes: new Set(purposes.value.purposes.map(({ code }) => code)),
    roles: new Set(roles.value.roles.map(({ role }) => role)),
    labels: new Map(labels.map(({ name, bit }) => [name, bit])),
  };
  const problems: string[] = [];
  const sources = { 'purposes.yaml': purposes.source, 'roles.yaml': roles.source, 'rules.yaml': rules.source };
  const expect = (file: keyof typeof sources, problem: Problem, ok: boolean): void => {
    if (!ok) problems.push(readYamlLines(`policy/${file}`, sources[file]).say(problem));
  };
  /** Every name of a list stands for one thing. */
  const expectOnce = (file: keyof typeof sources, { list, field }: { list: string; field: string }, names: readonly string[]): void =>
    names.forEach((name, at) =>
      expect(
        file,
        { path: [list, at, field], says: `expected ${field === 'id' ? 'an' : 'a'} ${field} of its own, found '${name}' twice` },
        names.indexOf(name) === at,
      ),
    );
  expectOnce(
    'purposes.yaml',
    { list: 'purposes', field: 'code' },
    purposes.value.purposes.map(({ code }) => code),
  );
  expectOnce(
    'roles.yaml',
    { list: 'roles', field: 'role' },
    roles.value.roles.map(({ role }) => role),
  );
  expectOnce(
    'rules.yaml',
    { list: 'rules', field: 'id' },
    rules.value.rules.map(({ id }) => id),
  );
  expectOnce(
    'rules.yaml',
    { list: 'sensitivity', field: 'label' },
    rules.value.sensitivity.map(({ label }) => label),
  );
  purposes.value.purposes.forEach(({ parent }, at) =>
    expect(
      'purposes.yaml',
      { path: ['purposes', at, 'parent'], says: `expected a purpose of this file, found '${parent ?? ''}'` },
      parent === undefined || known.purposes.has(parent),
    ),
  );
  roles.value.roles.forEach((row, at) =>
    row.purposes.forEach((code, i) =>
      expect(
        'roles.yaml',
        { path: ['roles', at, 'purposes', i], says: `expected a purpose of purposes.yaml, found '${code}'` },
        known.purposes.has(code),
      ),
    ),
  );
  rules.value.rules.forEach((row, at) => {
    row.roles.forEach((role, i) =>
      expect(
        'rules.yaml',
        { path: ['rules', at, 'roles', i], says: `expected a role of roles.yaml, found '${role}'` },
        known.roles.has(role),
      ),
    );
    row.purposes.forEach((code, i) =>
      expect(
        'rules.yaml',
        { path: ['rules', at, 'purposes', i], says: `expected a purpose of purposes.yaml, found '${code}'` },
        known.purposes.has(code),
      ),
    );
  });
  rules.value.sensitivity.forEach(({ label }, at) =>
    expect(
      'rules.yaml',
      { path: ['sensitivity', at, 'label'], says: `expected a label of labels.yaml, found '${label}'` },
      known.labels.has(label),
    ),
  );
  const treated = new Set(rules.value.sensitivity.map(({ label }) => label));
  for (const { name } of labels) {
    if (!treated.has(name)) problems.push(`policy/rules.yaml sensitivity: expected a row for the label '${name}', found none`);
  }
  const spokenOf = new Set(rules.value.rules.flatMap(({ classes }) => classes));
  for (const phiClass of phiClasses) {
    if (!spokenOf.has(phiClass)) problems.push(`policy/rules.yaml rules: expected a rule for the class ${phiClass}, found none`);
  }
  if (problems.length > 0) throw new HubError('POLICY_INVALID', problems.join('\n'));
  const consent = readConsentRules(folder, labels);

  const maskOf = (treatment: 'hide' | 'mask'): number =>
    rules.value.sensitivity
      .filter((row) => row.treatment === treatment)
      .reduce((mask, { label }) => mask | (1 << (known.labels.get(label) ?? 0)), 0);
  return {
    roles: new Map(
      roles.value.roles.map((row) => [row.role, { purposes: new Set(row.purposes), capabilities: new Set(row.capabilities) }]),
    ),
    purposes: [...known.purposes],
    rules: rules.value.rules.map((row) => ({ ...row, remedy: row.remedy ?? null })),
    hidden: maskOf('hide'),
    masked: maskOf('mask'),
    maskRemedy: rules.value.sensitivity.find(({ treatment }) => treatment === 'mask')?.remedy ?? null,
    labels,
    consent,
    digest: createHash('sha256')
      .update([purposes, roles, rules, consent].map(({ source }) => source).join('\u0000'))
      .update(JSON.stringify(labels))
      .digest('hex')
      .slice(0, 16),
  };
}
