/** break-glass.yaml and relation.yaml hold together with roles and rules, or stop the start with a line for each mistake. */
import { describe, expect, it } from '@jest/globals';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { planFor, readLabelRules, readPolicy } from '../../src/access/index.js';
import { packageRoot, phiClasses, type HubError } from '../../src/kernel/index.js';
import { emptyFolder } from '../support/empty-folder.js';

const shipped = join(packageRoot, 'schema/policy');
const labels = readLabelRules(join(shipped, 'labels.yaml')).labels;
type File = 'break-glass' | 'relation' | 'rules' | 'roles';

/** The shipped policy with changes; or the lines that it is refused with. */
function changed(changes: Partial<Record<File, [from: string | RegExp, to: string]>>) {
  const folder = emptyFolder();
  cpSync(shipped, folder, { recursive: true });
  for (const [name, [from, to]] of Object.entries(changes)) {
    const path = join(folder, `${name}.yaml`);
    const text = readFileSync(path, 'utf8');
    expect([name, text.replace(from, to) === text]).toEqual([name, false]);
    writeFileSync(path, text.replace(from, to));
  }
  return readPolicy(folder, labels);
}
function mistakes(changes: Parameters<typeof changed>[0]): string[] {
  try {
    changed(changes);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: 'POLICY_INVALID' });
    return (error as HubError).message.split('\n').map((line) => line.replace(/:\d+ /, ' '));
  }
}

describe('the shipped policy', () => {
  const policy = readPolicy(shipped, labels);

  it('opens by a broken glass what a relation opens, to the same role for the same purpose, and never the identity of somebody unknown', () => {
    for (const [role, { purposes, capabilities }] of policy.roles)
      for (const purpose of purposes) {
        const plan = planFor(policy, { role, purpose }, 1);
        for (const phi of phiClasses) {
          const decision = plan.decide(phi);
          const conditions = decision.may === 'when' ? decision.conditions : [];
          if (conditions.includes('glass'))
            expect([role, phi, conditions.includes('related'), capabilities.has('BREAK_GLASS')]).toEqual([role, phi, true, true]);
        }
      }
  });

  it('ends the access of a closed case at once', () => {
    expect(policy.daysAfterClosing).toBe(0);
  });
});

describe('a mistake', () => {
  it('in a rule: more than a relation would give, or to a role that may not break the glass', () => {
    expect(mistakes({ rules: [/(id: context\.glass[^]*?classes: \[)/, '$1IDENTITY, '] })).toEqual([
      "policy/rules.yaml rules[7].when: expected no 'glass' of 'context.glass' for ADVOCATE, HOPERAT and IDENTITY, found that 'identity.office' always allows it",
      "policy/rules.yaml rules[7].classes[0]: expected a class that a rule with when: related gives to ADVOCATE for the same purposes, found 'IDENTITY'",
      "policy/rules.yaml rules[7].classes[0]: expected a class that a rule with when: related gives to MANAGER for the same purposes, found 'IDENTITY'",
    ]);
    expect(
      mistakes({ rules: [/(id: context\.glass\n {4}roles: \[ADVOCATE, MANAGER\]\n {4}purposes: \[HOPERAT, PATADMIN)/, '$1, HQUALIMP'] }),
    ).toHaveLength(3); // ADVOCATE may not claim it, and no relation gives that much for it to either role
    expect(mistakes({ roles: ['READ_BILLING, BREAK_GLASS]\n  - role: MANAGER', 'READ_BILLING]\n  - role: MANAGER'] })).toEqual([
      "policy/rules.yaml rules[7].roles[0]: expected a role with the capability BREAK_GLASS, found 'ADVOCATE'",
    ]);
  });

  it('in what is never opened: it is exactly what is hidden, and an agreed restriction', () => {
    expect(mistakes({ 'break-glass': ['label: PART2', 'label: MH'] })).toEqual([
      "policy/break-glass.yaml neverOpens[0].label: expected a label that rules.yaml hides, found 'MH'",
      "policy/break-glass.yaml neverOpens: expected a row for 'PART2', which rules.yaml hides, found none",
    ]);
    expect(mistakes({ rules: ['label: PSYTHPN, treatment: hide', 'label: PSYTHPN, treatment: show'] })).toEqual([
      "policy/break-glass.yaml neverOpens[1].label: expected a label that rules.yaml hides, found 'PSYTHPN'",
    ]);
    expect(mistakes({ 'break-glass': [/ {2}- \{ restriction: [^\n]*\n/, ''] })).toEqual([
      'policy/break-glass.yaml neverOpens: expected a row for the restriction AGREED, found none',
    ]);
  });

  it('in who is told: nobody at once, a role that is not there, an order that is not that of time, an id twice', () => {
    expect(mistakes({ 'break-glass': ['when: at-once', 'when: { hoursOverdue: 0 }'] })).toEqual([
      'policy/break-glass.yaml tells: expected a row at-once, so that somebody knows of it, found none',
    ]);
    expect(mistakes({ 'break-glass': ['roles: [MANAGER]', 'roles: [MANAGR]'] })).toEqual([
      "policy/break-glass.yaml tells[2].roles[0]: expected a role of roles.yaml, found 'MANAGR'",
    ]);
    expect(mistakes({ 'break-glass': ['roles: [MANAGER]', 'roles: []'] })).toEqual([
      'policy/break-glass.yaml tells[2].roles: expected a role, found none',
    ]);
    expect(mistakes({ 'break-glass': ['hoursOverdue: 0', 'hoursOverdue: 25'] })).toEqual([
      'policy/break-glass.yaml tells[2].when: expected rows in the order of time, found one that comes before the row above',
    ]);
    expect(mistakes({ 'break-glass': ['id: glass.escalated', 'id: glass.overdue'] })).toEqual([
      "policy/break-glass.yaml tells[2].id: expected an id of its own, found 'glass.overdue' twice",
    ]);
  });

  it.each([
    [
      'minutes: { default: 60, most: 240 }',
      'minutes: { default: 60, most: 30 }',
      "minutes.default: expected 30 (most) or less, found '60'",
    ],
    [
      'minutes: { default: 60, most: 240 }',
      'minutes: { default: 60, most: 9999 }',
      "minutes.most: expected a whole number from 1 to 1440, found '9999'",
    ],
    ['reason: { least: 15 }', 'reason: { least: 0 }', "reason.least: expected a whole number from 1 to 500, found '0'"],
    ['review: { withinHours: 24 }', 'review: { within: 24 }', 'review.withinHours: expected a whole number from 1 to 720, found nothing'],
    ['when: at-once', 'when: soon', 'tells[0].when: expected at-once, or hoursOverdue'],
  ])('in a figure or a word: %s', (from, to, says) => {
    expect(mistakes({ 'break-glass': [from, to] })[0]).toBe(`policy/break-glass.yaml ${says}`);
  });

  it('in the days after closing', () => {
    expect(mistakes({ relation: ['days: 0', 'days: -1'] })).toEqual([
      "policy/relation.yaml afterClosing.days: expected a whole number from 0 to 365, found '-1'",
    ]);
    expect(mistakes({ relation: ['days: 0', 'days: soon'] })[0]).toMatch(/expected a whole number from 0 to 365, found 'soon'/);
  });
});

it('a changed figure is a changed policy: it has another digest, and so another generation', () => {
  const { digest } = readPolicy(shipped, labels);
  expect(changed({ 'break-glass': ['most: 240', 'most: 120'] }).digest).not.toBe(digest);
  const longer = changed({ relation: ['days: 0', 'days: 7'] });
  expect([longer.digest === digest, longer.daysAfterClosing]).toEqual([false, 7]);
});

it('levels rise with each row that is told after the review was due', () => {
  expect(readPolicy(shipped, labels).glass.tells.map(({ id, level, hoursOverdue }) => [id, level, hoursOverdue])).toEqual([
    ['glass.broken', 0, null],
    ['glass.overdue', 1, 0],
    ['glass.escalated', 2, 24],
  ]);
});
