/** What a role may see for a purpose: unknown means no, and a rule for one purpose is none for another. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { join } from 'node:path';
import { planFor, readLabelRules, readPolicy, type Policy } from '../../src/access/index.js';
import { packageRoot, phiClasses } from '../../src/kernel/index.js';

const folder = join(packageRoot, 'schema/policy');
const policy = readPolicy(folder, readLabelRules(join(folder, 'labels.yaml')).labels);
const allowed = [...policy.roles].flatMap(([role, { purposes }]) => [...purposes].map((purpose) => ({ role, purpose })));
const pending = 1 << 30;

describe('a plan', () => {
  it('is made for the roles and purposes that the policy knows, and for nobody else', () => {
    const word = fc.oneof(fc.constantFrom(...policy.roles.keys(), ...policy.purposes), fc.string());
    fc.assert(
      fc.property(word, word, (role, purpose) => {
        if (allowed.some((known) => known.role === role && known.purpose === purpose))
          expect(planFor(policy, { role, purpose }, 1)).toMatchObject({ role, purpose, generation: 1 });
        else expect(() => planFor(policy, { role, purpose }, 1)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
      }),
      { numRuns: 500 },
    );
  });

  it('says of every class: always, under conditions, or never with a reason; never more than the rules say', () => {
    for (const { role, purpose } of allowed) {
      const plan = planFor(policy, { role, purpose }, 1);
      for (const phi of phiClasses) {
        const rules = policy.rules.filter(
          (rule) => rule.when !== 'aggregate' && rule.classes.includes(phi) && rule.roles.includes(role) && rule.purposes.includes(purpose),
        );
        const decision = plan.decide(phi);
        if (decision.may === 'always') expect(rules.map(({ when }) => when)).toContain('always');
        if (decision.may === 'when') expect(new Set(decision.conditions)).toEqual(new Set(rules.map(({ when }) => when)));
        if (decision.may === 'never') expect(rules).toEqual([]);
      }
    }
  });

  it('tells a role without a rule that it is the role, and one with a rule for another purpose that it is the purpose', () => {
    expect(planFor(policy, { role: 'ANALYST', purpose: 'HQUALIMP' }, 1).decide('IDENTITY')).toEqual({
      may: 'never',
      withheld: { reason: 'ROLE', rule: 'default.deny', remedy: expect.any(String) },
    });
    expect(planFor(policy, { role: 'MANAGER', purpose: 'HQUALIMP' }, 1).decide('IDENTITY')).toEqual({
      may: 'never',
      withheld: { reason: 'PURPOSE', rule: 'identity.office', remedy: 'Ask under HOPERAT or PATADMIN.' },
    });
    expect(planFor(policy, { role: 'ADVOCATE', purpose: 'HOPERAT' }, 1).decide('CLINICAL')).toEqual({
      may: 'when',
      conditions: ['related'],
      otherwise: { reason: 'RELATIONSHIP', rule: 'context.related', remedy: 'Take over the case, or open one for this patient.' },
    });
    expect(planFor(policy, { role: 'ADVOCATE', purpose: 'HOPERAT' }, 1).decide('IDENTITY')).toEqual({ may: 'always' });
  });

  it('lets a class be counted that it never shows: rows are withheld from the role, and the remedy says where the counts are', () => {
    const analyst = planFor(policy, { role: 'ANALYST', purpose: 'HQUALIMP' }, 1);
    expect(analyst.decide('NARRATIVE')).toEqual({
      may: 'never',
      withheld: { reason: 'ROLE', rule: 'trends.quality', remedy: expect.stringContaining('trends') },
    });
    expect(analyst.mayCount('NARRATIVE')).toEqual({ may: true, rule: 'trends.quality' });
    expect(analyst.mayCount('IDENTITY')).toMatchObject({ may: false, withheld: { reason: 'ROLE', rule: 'default.deny' } });
    expect(planFor(policy, { role: 'MANAGER', purpose: 'HOPERAT' }, 1).mayCount('CLINICAL')).toEqual({
      may: false,
      withheld: { reason: 'PURPOSE', rule: 'trends.quality', remedy: 'Ask under HQUALIMP.' },
    });
    expect(planFor(policy, { role: 'MANAGER', purpose: 'HQUALIMP' }, 1).decide('CLINICAL')).toMatchObject({
      withheld: { reason: 'PURPOSE', rule: 'context.manager' },
    });
  });

  it('lets be found by a value only whom a rule says, for the purpose it says', () => {
    const may = (role: string, purpose: string) =>
      (['identifier', 'phone'] as const).map((by) => planFor(policy, { role, purpose }, 1).mayMatch(by));
    expect(may('ADVOCATE', 'HOPERAT')).toEqual([{ may: true, rule: 'match.office' }, { may: true, rule: 'match.office' }]); // prettier-ignore
    expect(may('RESPONDER', 'HOPERAT')).toEqual([
      { may: true, rule: 'match.department' },
      { may: false, withheld: { reason: 'ROLE', rule: 'default.deny', remedy: expect.any(String) } },
    ]);
    expect(may('MANAGER', 'HQUALIMP')[1]).toEqual({
      may: false,
      withheld: { reason: 'PURPOSE', rule: 'match.office', remedy: 'Ask under HOPERAT or PATADMIN.' },
    });
  });

  it('grants the capabilities of its role, and no other word', () => {
    const analyst = planFor(policy, { role: 'ANALYST', purpose: 'HQUALIMP' }, 1);
    expect(['READ_AGGREGATES', 'READ_CASES', 'READ_IDENTITY', 'constructor', ''].map((word) => analyst.may(word))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('hides rows of which the labels are not known yet, from everybody, whatever the policy hides', () => {
    const lenient: Policy = { ...policy, hidden: 0, masked: 0 };
    for (const { role, purpose } of allowed) {
      expect(planFor(policy, { role, purpose }, 1).hidden).toBe(policy.hidden | pending);
      expect(planFor(lenient, { role, purpose }, 1).hidden).toBe(pending);
    }
  });

  it('names no sensitivity in what a masked row says of itself', () => {
    const { maskedRows, labels } = planFor(policy, { role: 'ADVOCATE', purpose: 'HOPERAT' }, 1);
    expect(maskedRows).toEqual({ reason: 'SENSITIVITY', rule: 'sensitivity.masked', remedy: 'Ask the privacy officer.' });
    for (const { id } of policy.rules) expect(labels.filter(({ name }) => id.toUpperCase().includes(name))).toEqual([]);
  });
});
