/** A policy that cannot be taken stops the start, each mistake on a line of its own that names file, line and place. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLabelRules, readPolicy, readPolicySet } from '../../src/access/index.js';
import { uncovered } from '../../src/access/uncovered-fields.js';
import { column, id, packageRoot, shape, type HubError } from '../../src/kernel/index.js';
import { labels, shapes } from '../support/gateway.js';

const shipped = join(packageRoot, 'schema/policy');
const shippedLabels = readLabelRules(join(shipped, 'labels.yaml')).labels;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hub-policy-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const files = ['purposes', 'roles', 'rules', 'labels', 'break-glass', 'relation', 'disclosures', 'snooping', 'consent'] as const;
type File = (typeof files)[number];

/** The lines that the shipped policy, changed, is refused with. */
function mistakes(changes: Partial<Record<File, (text: string) => string>>, known = shippedLabels): string[] {
  for (const name of files) {
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
  it('hides Part 2 and psychotherapy notes, and masks mental health, HIV, abuse and what patients asked to keep apart', () => {
    const { hidden, masked } = readPolicy(shipped, labels);
    const bits = (...names: string[]) => names.reduce((mask, name) => mask | (1 << (labels.find((l) => l.name === name)?.bit ?? 31)), 0);
    expect(hidden).toBe(bits('PART2', 'PSYTHPN'));
    expect(masked).toBe(bits('MH', 'PSY', 'HIV', 'COGN', 'DVD', 'EMOTDIS', 'SDV', 'STD', 'MST', 'TBOO'));
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
      `policy/rules.yaml:${lineOf('rules', 'sensitivity:')} sensitivity: expected a row for the label 'MH', found none`,
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
    expect(mistakes({ roles: put('role: INTEGRATION_ENGINEER', 'role: RESPONDER') })).toContainEqual(
      expect.stringMatching(/roles\[5\]\.role: expected a role of its own, found 'RESPONDER' twice/),
    );
    expect(mistakes({ purposes: put('code: HLEGAL', 'code: HCOMPL') })).toEqual([
      expect.stringMatching(/purposes\[4\]\.code: expected a code of its own, found 'HCOMPL' twice/),
    ]);
    expect(mistakes({ rules: (text) => `${text}  - { label: PART2, treatment: show }\n` })).toEqual([
      expect.stringMatching(/sensitivity\[26\]\.label: expected a label of its own, found 'PART2' twice/),
    ]);
  });

  it('of something that is missing: a label without a treatment, a class without a rule, a field, a file', () => {
    expect(mistakes({}, [...shippedLabels, { name: 'ZZX', bit: 29 }])).toEqual([
      expect.stringMatching(/^policy\/rules\.yaml:\d+ sensitivity: expected a row for the label 'ZZX', found none$/),
    ]);
    expect(mistakes({ rules: (text) => text.replaceAll('COVERAGE, ', '') })).toEqual([
      expect.stringMatching(/^policy\/rules\.yaml:\d+ rules: expected a rule for the class COVERAGE, found none$/),
    ]);
    expect(mistakes({ rules: put(/ {4}when: facility\n/, '') })).toEqual([
      expect.stringMatching(/^policy\/rules\.yaml:\d+ rules\[2\]\.when: expected /),
    ]);
    expect(() => readPolicy(join(folder, 'nowhere'), shippedLabels)).toThrow(
      'policy: expected a folder with the policy files, found none that can be read',
    );
  });

  it('of form: a key that is not known, a text that is no YAML', () => {
    expect(mistakes({ rules: put('when: always', 'whenn: always\n    when: always') })).toEqual([
      expect.stringMatching(/^policy\/rules\.yaml:\d+ rules\[0\]\.whenn: /),
    ]);
    expect(mistakes({ roles: (text) => `${text}\n\t- [` })[0]).toMatch(/^policy\/roles\.yaml:\d+: expected YAML/);
  });

  it('of rules that contradict or repeat one another, or promise what nobody gets', () => {
    const only = (change: (text: string) => string): string => {
      const [line = '', ...more] = mistakes({ rules: change });
      expect(more).toEqual([]);
      return line.replace(/^policy\/rules\.yaml:\d+ /, '');
    };
    expect(only(put('when: facility', 'when: related'))).toBe(
      "rules[3].when: expected one rule for MANAGER, HOPERAT and NARRATIVE with 'related', found another one in 'context.facility'",
    );
    expect(mistakes({ rules: put('when: facility', 'when: always') }).map((line) => line.replace(/^policy\/rules\.yaml:\d+ /, ''))).toEqual(
      [
        "rules[3].when: expected no 'related' of 'context.manager' for MANAGER, HOPERAT and NARRATIVE, found that 'context.facility' always allows it",
        "rules[7].when: expected no 'glass' of 'context.glass' for MANAGER, HOPERAT and NARRATIVE, found that 'context.facility' always allows it",
      ],
    );
    expect(only(put('purposes: [HOPERAT, HPAYMT]', 'purposes: [HOPERAT, HCOMPL]'))).toBe(
      "rules[5].purposes[1]: expected a purpose that BILLING_SPECIALIST may claim (HOPERAT, HPAYMT), found 'HCOMPL'",
    );
    expect(only(put('id: identity.office', 'id: identity.hiv'))).toBe(
      "rules[0].id: expected an id that names no sensitivity, found 'identity.hiv'",
    );
    expect(only(put('id: identity.office', 'id: default.deny'))).toBe(
      "rules[0].id: expected an id that the hub does not use itself, found 'default.deny'",
    );
    expect(only(put('by: [identifier]', 'by: [identifier, mrn]'))).toBe("match[1].by[1]: expected identifier | phone, found 'mrn'");
    expect(only(put('roles: [RESPONDER]\n    purposes: [HOPERAT, PATADMIN]\n    by: [identifier]', 'roles: [ADVOCATE]\n    purposes: [HOPERAT]\n    by: [phone]'))).toBe(
      "match[2].by: expected one rule for ADVOCATE, HOPERAT and phone, found another one in 'match.office'",
    ); // prettier-ignore
    expect(only(put('{ label: HIV, treatment: mask, remedy: Ask the privacy officer.', '{ label: HIV, treatment: mask, remedy: Ask the clinic.'))).toBe(
      'sensitivity[4].remedy: expected the remedy of all masked labels, found another, which would tell them apart',
    ); // prettier-ignore
    expect(only(put('label: BH, treatment: show', 'label: BH, treatment: mask, remedy: Ask the privacy officer.'))).toMatch(
      /^sensitivity\[\d+\]: expected a citation where the treatment is mask, found none$/,
    );
    expect(mistakes({ rules: put('    remedy: Ask the privacy officer.\n', '') })).toEqual([
      expect.stringMatching(/rules\[6\]\.remedy: expected text, found nothing$/),
    ]);
    expect(mistakes({ rules: put('classes: [IDENTITY]', 'classes: []') })).toEqual([
      expect.stringMatching(/^policy\/rules\.yaml:\d+ rules\[0\]\.classes: expected at least one, found none$/),
    ]);
  });

  it('of counting or searching that the role has no capability for', () => {
    expect(mistakes({ roles: put('capabilities: [READ_AGGREGATES]', 'capabilities: []') })).toEqual([
      expect.stringMatching(/^policy\/rules\.yaml:\d+ rules\[8\]\.roles\[1\]: expected a role with the capability READ_AGGREGATES, found 'ANALYST'$/),
    ]); // prettier-ignore
    expect(mistakes({ roles: put('[READ_CASES, READ_IDENTITY, REVIEW_ACCESS]', '[READ_CASES, REVIEW_ACCESS]') })).toEqual([
      expect.stringMatching(/ match\[3\]\.roles\[0\]: expected a role with the capability READ_IDENTITY, found 'PRIVACY_OFFICER'$/),
    ]);
  });

  it('of a field of a patient without a class, or of one of which no rule speaks, where the shapes are known', () => {
    const { policy } = readPolicySet(shipped);
    expect(uncovered(policy, shapes)).toEqual([]);
    const added = shape('Encounter', {
      table: 'encounter',
      labelled: { keeps: ['start'] },
      fields: { id: id('enc'), start: column('start_at'), nickname: column('nickname'), genome: column('genome', { phi: 'GENOME' as 'CLINICAL' }) },
    }); // prettier-ignore
    expect(uncovered(policy, [...shapes, added])).toEqual([
      'Encounter.nickname: expected a PHI class in its shape, found none',
      'policy/rules.yaml rules: expected a rule for the class GENOME of Encounter.genome, found none',
    ]);
    expect(() => readPolicySet(shipped, [added])).toThrow('Encounter.nickname: expected a PHI class');
  });

  it('of every file is told at once', () => {
    const texts = readPolicySet(shipped).texts;
    const broken = {
      ...texts,
      'labels.yaml': (texts['labels.yaml'] ?? '').replace('bit: 5\n', 'bit: 4\n'),
      'roles.yaml': (texts['roles.yaml'] ?? '').replace('READ_AGGREGATES', 'READ_AGREGATES'),
      'purposes.yaml': (texts['purposes.yaml'] ?? '').replace('parent: HOPERAT', 'parents: HOPERAT'),
    };
    const lines = (() => {
      try {
        return [readPolicySet(broken)];
      } catch (error) {
        return (error as HubError).message.split('\n');
      }
    })();
    expect(lines.map((line) => /^policy\/(\w+)\.yaml:\d+ /.exec(String(line))?.[1])).toEqual(['labels', 'purposes', 'roles']);
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
    expect(mistakes({ consent: put('labels: [PART2]', 'labels: [PART3]') })).toEqual([
      expect.stringMatching(/sensitivity\[0\]\.labels: expected a label of labels\.yaml, found 'PART3'/),
    ]);
  });
});
