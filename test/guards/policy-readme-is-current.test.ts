/** schema/policy/README.md says what the rules decide: made from them, checked in, and every decision is in it. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describePolicy, planFor, readPolicySet } from '../../src/access/index.js';
import { packageRoot, phiClasses } from '../../src/kernel/index.js';

const folder = join(packageRoot, 'schema/policy');
const set = readPolicySet(folder);
const readme = readFileSync(join(folder, 'README.md'), 'utf8');

describe('schema/policy/README.md', () => {
  it('is what the rules make: after a change, write it anew with `npm run hub -- policy readme`', () => {
    expect(readme).toBe(describePolicy(set));
  });

  it('has a line for each role, class and purpose, which says what the plan decides, with the rule and how to ask', () => {
    for (const [role, { purposes }] of set.policy.roles) {
      const section = readme.split(`\n## ${role}\n`)[1]?.split('\n## ')[0] ?? '';
      for (const purpose of purposes) {
        const plan = planFor(set.policy, { role, purpose }, 1);
        for (const phi of phiClasses) {
          const lines = section.split('\n').filter((line) => line.startsWith(`| ${phi} |`) && line.split(' | ')[1]?.split(', ').includes(purpose));
          expect([role, purpose, phi, lines.length]).toEqual([role, purpose, phi, 1]);
          const [line = ''] = lines;
          const decision = plan.decide(phi);
          if (decision.may === 'always') expect(line).toContain('**always**');
          if (decision.may === 'when') for (const part of [decision.otherwise.rule, decision.otherwise.remedy ?? '']) expect(line).toContain(part);
          if (decision.may === 'never') {
            for (const part of [decision.withheld.rule, decision.withheld.reason, decision.withheld.remedy ?? '']) expect(line).toContain(part);
            expect(/\| (never|counted only, never shown as a row) \|/.test(line)).toBe(true);
          }
        }
      }
    }
  }); // prettier-ignore

  it('names every rule, every search and every label with what becomes of it', () => {
    for (const { id } of [...set.policy.rules, ...set.policy.match]) expect(readme).toContain(`| \`${id}\` |`);
    for (const { label, treatment } of set.policy.sensitivity)
      expect(readme).toMatch(
        new RegExp(`\\n\\| ${label} \\|[^\\n]*\\| ${{ hide: 'hidden', mask: 'masked', show: 'shown' }[treatment]} \\|`),
      );
  });
});
