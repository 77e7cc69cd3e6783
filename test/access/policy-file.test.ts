/** A policy that cannot be taken stops the start, each mistake on a line of its own that names file, line and place. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLabelRules, readPolicy } from '../../src/access/index.js';
import { packageRoot, type HubError } from '../../src/kernel/index.js';
import { labels } from '../support/gateway.js';

const shipped = join(packageRoot, 'schema/policy');
const shippedLabels = readLabelRules(join(shipped, 'labels.yaml')).labels;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hub-policy-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The lines that the shipped policy, changed, is refused with. */
function mistakes(
  changes: Partial<Record<'purposes' | 'roles' | 'rules' | 'consent', (text: string) => string>>,
  known = shippedLabels,
): string[] {
  for (const name of ['purposes', 'roles', 'rules', 'consent'] as const) {
    cpSync(join(shipped, `${name}.yaml`), join(folder, `${name}.yaml`));
    const text = readFileSync(join(folder, `${name}.yaml`), 'utf8');
    writeFileSync(join(folder, `${name}.yaml`), changes[name]?.(text) ?? text);
  }
  try {
    readPolicy(folder, known);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: 'POLICY_INVALID' });
    return (error as HubError).message.split('\n');
  }
}
const put =
  (from: string | RegExp, to: string) =>
  (text: string): string => {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    return changed;
  };

describe('the shipped policy', () => {
  it('holds together, with the labels that ship with it', () => {
    expect(mistakes({})).toEqual([]);
  });
  it('hides Part 2 and psychotherapy notes, and masks mental health and HIV', () => {
    const { hidden, masked } = readPolicy(shipped, labels);
    expect(hidden).toBe((1 << 0) | (1 << 4));
    expect(masked).toBe((1 << 2) | (1 << 3) | (1 << 5));
  });
  it('has the labels of the tests', () => {
    expect(labels).toEqual(shippedLabels);
  });
  it('has one digest for the same files, and another one once a row differs', () => {
    const { digest } = readPolicy(shipped, shippedLabels);
    mistakes({});
    expect(readPolicy(folder, shippedLabels).digest).toBe(digest);
    mistakes({ rules: put('when: always', 'when: related') });
    expect(readPolicy(folder, shippedLabels).digest).not.toBe(digest);
  });
});

describe('a mistake', () => {
  const lineOf = (name: string, text: string): number =>
    readFileSync(join(folder, `${name}.yaml`), 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1;

  it('in a name: a role, a purpose, a label, a class, a condition or a capability that is not there', () => {
    expect(mistakes({ rules: put('roles: [ADVOCATE, MANAGER]', 'roles: [ADVOCAT, MANAGER]') })).toEqual([
      `policy/rules.yaml:${lineOf('rules', 'ADVOCAT,')} rules[0].roles[0]: expected a role of roles.yaml, found 'ADVOCAT'`,
    ]);
    expect(mistakes({ rules: put('purposes: [HCOMPL]', 'purposes: [HCOMP]') })).toEqual([
      expect.stringMatching(/^policy\/rules\.yaml:\d+ rules\[6\]\.purposes\[0\]: expected a purpose of purposes\.yaml, found 'HCOMP'$/),
    ]);
    expect(mistakes({ roles: put('purposes: [HSYSADMIN]', 'purposes: [SYSADMIN]') })).toEqual([
      expect.stringMatching(/^policy\/roles\.yaml:\d+ roles\[5\]\.purposes\[0\]: expected a purpose of purposes\.yaml, found 'SYSADMIN'$/),
    ]);
    expect(mistakes({ rules: put('label: MH', 'label: MHX') })).toEqual([
      expect.stringMatching(/sensitivity\[2\]\.label: expected a label of labels\.yaml, found 'MHX'$/),
      "policy/rules.yaml sensitivity: expected a row for the label 'MH', found none",
    ]);
    expect(mistakes({ rules: put('classes: [IDENTITY]', 'classes: [IDENTITI]') })).toEqual([
      expect.stringMatching(/^policy\/rules\.yaml:\d+ rules\[0\]\.classes\[0\]: expected .*IDENTITY.*found 'IDENTITI'/),
    ]);
    expect(mistakes({ rules: put('when: facility', 'when: nearby') })).toEqual([
      expect.stringMatching(/rules\[2\]\.when: expected .*always.*found 'nearby'/),
    ]);
    expect(mistakes({ roles: put('MANAGE_SOURCES', 'MANAGE_SORCES') })).toEqual([
      expect.stringMatching(/roles\[5\]\.capabilities\[0\]: expected .*found 'MANAGE_SORCES'/),
    ]);
    expect(mistakes({ purposes: put('parent: HOPERAT', 'parent: HOPER') })).toEqual([
      expect.stringMatching(/purposes\[1\]\.parent: expected a purpose of this file, found 'HOPER'/),
    ]);
  });

  it('of something that stands twice', () => {
    expect(mistakes({ rules: put('id: context.facility', 'id: context.related') })).toEqual([
      expect.stringMatching(/rules\[2\]\.id: expected an id of its own, found 'context\.related' twice/),
    ]);
    expect(mistakes({ roles: put('role: ANALYST', 'role: ADVOCATE') })).toEqual([
      expect.stringMatching(/roles\[4\]\.role: expected a role of its own, found 'ADVOCATE' twice/),
    ]);
    expect(mistakes({ purposes: put('code: HLEGAL', 'code: HCOMPL') })).toEqual([
      expect.stringMatching(/purposes\[4\]\.code: expected a code of its own, found 'HCOMPL' twice/),
    ]);
    expect(mistakes({ rules: (text) => `${text}  - { label: PART2, treatment: show }\n` })).toEqual([
      expect.stringMatching(/sensitivity\[9\]\.label: expected a label of its own, found 'PART2' twice/),
    ]);
  });

  it('of something that is missing: a label without a treatment, a class without a rule, a field, a file', () => {
    expect(mistakes({}, [...shippedLabels, { name: 'SEX', bit: 9 }])).toEqual([
      "policy/rules.yaml sensitivity: expected a row for the label 'SEX', found none",
    ]);
    expect(mistakes({ rules: (text) => text.replaceAll('COVERAGE, ', '') })).toEqual([
      'policy/rules.yaml rules: expected a rule for the class COVERAGE, found none',
    ]);
    expect(mistakes({ rules: put(/ {4}when: facility\n/, '') })).toEqual([
      expect.stringMatching(/^policy\/rules\.yaml:\d+ rules\[2\]\.when: expected /),
    ]);
    expect(() => readPolicy(join(folder, 'nowhere'), shippedLabels)).toThrow(
      'policy/purposes.yaml: expected a file that can be read, found none',
    );
  });

  it('of form: a key that is not known, a text that is no YAML', () => {
    expect(mistakes({ rules: put('when: always', 'whenn: always\n    when: always') })).toEqual([
      expect.stringMatching(/^policy\/rules\.yaml:\d+ rules\[0\]\.whenn: /),
    ]);
    expect(mistakes({ roles: (text) => `${text}\n\t- [` })[0]).toMatch(/^policy\/roles\.yaml:\d+: expected YAML/);
  });

  it('comes with all the others, a line each', () => {
    const lines = mistakes({
      rules: (text) =>
        text
          .replace('roles: [ADVOCATE, MANAGER]', 'roles: [A, B]')
          .replace('purposes: [HCOMPL]', 'purposes: [C]')
          .replace('label: HIV', 'label: D'),
    });
    expect(lines.map((line) => /'(\w+)'/.exec(line)?.[1])).toEqual(['A', 'B', 'C', 'D', 'HIV']);
  });
});

describe('a mistake in what consents mean', () => {
  it('stops the start too: a class without types, a purpose below one that is not there, a label that nobody knows', () => {
    expect(mistakes({ consent: put('  - { class: COVERAGE,', '  - { class: BILLING,') })).toEqual([
      expect.stringMatching(/^policy\/consent\.yaml:\d+ classes\[6\]\.class: 'BILLING' stands twice$/),
      expect.stringMatching(/classes: expected a row for COVERAGE, found none/),
    ]);
    expect(mistakes({ consent: put('parent: COVERAGE', 'parent: COVERAGES') })).toEqual([
      expect.stringMatching(/purposes\[\d+\]\.parent: expected a purpose that stands above, found 'COVERAGES'/),
    ]);
    expect(mistakes({ consent: put('labels: [SUD, PART2]', 'labels: [SUDD]') })).toEqual([
      expect.stringMatching(/sensitivity\[1\]\.labels: expected a label of labels\.yaml, found 'SUDD'/),
    ]);
  });
});
