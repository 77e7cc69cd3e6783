/** The rules themselves, on facts written by hand. */
import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { readSnoopingRules, type SnoopingRule } from '../../src/access/snooping-rules.js';
import { lacksRelation, suspicionsOf, unusualVolume, type Look } from '../../src/access/snooping.js';
import { addressKey } from '../../src/directory/index.js';
import { packageRoot } from '../../src/kernel/index.js';

const rules = readSnoopingRules(join(packageRoot, 'schema/policy/snooping.yaml'));
const ruleOf = <F extends SnoopingRule['finds']>(finds: F) => rules.rules.find((rule) => rule.finds === finds) as SnoopingRule<F>;
const clean: Look = {
  userName: 'Zz-Ana Zz-López',
  familyNames: ['Zz-Okoro'],
  userAddressKey: addressKey('12 Zz Oak Street, Apt 3, Springfield, MA 02139'),
  addresses: ['14 Zz Oak Street, Springfield, MA 02139, US'],
  alerts: [],
  related: false,
  relatedByOthers: false,
  reads: 1,
  underBreakGlass: false,
};
const found = (look: Partial<Look>): string[] => suspicionsOf({ ...clean, ...look }, rules).map(({ rule }) => rule);

describe('a look at a patient', () => {
  it('of another name, once, is none', () => expect(found({})).toEqual([]));
  it.each([['Zz-Lopez'], ['ZZ-LOPEZ'], ['Maria Zz-Lopez'], ['ZZ-LÓPEZ']])('named %s has the surname of Zz-López', (name) =>
    expect(found({ familyNames: ['Zz-Other', name] })).toEqual(['snooping.own-name']),
  );
  it('of the own name is none where somebody else gave the viewer the case', () =>
    expect(found({ familyNames: ['Zz-Lopez'], related: true, relatedByOthers: true })).toEqual([]));
  it('of the own name is one where the viewer opened the case', () =>
    expect(found({ familyNames: ['Zz-Lopez'], related: true })).toEqual(['snooping.own-name']));
  it('at the own address is one, however it is written, unless others gave the case', () => {
    const addresses = ['9 Zz Elm St, Springfield, MA 02139', '12 ZZ OAK ST #3, SPRINGFIELD, MA 02139-0001, US'];
    expect(found({ addresses })).toEqual(['snooping.own-address']);
    expect(found({ addresses, related: true })).toEqual(['snooping.own-address']);
    expect(found({ addresses, related: true, relatedByOthers: true })).toEqual([]);
  });
  it('is none for the address where the directory does not say where the viewer lives, or the patient has none', () => {
    const addresses = ['12 Zz Oak Street, Apt 3, Springfield, MA 02139'];
    expect(found({ addresses, userAddressKey: null })).toEqual([]);
    expect(found({ addresses: ['Springfield, MA 02139'], userAddressKey: null })).toEqual([]);
    expect(found({ addresses: [] })).toEqual([]);
  });
  it('who is flagged is one unless others gave the case', () => {
    expect(found({ alerts: ['vip: donor'] })).toEqual(['snooping.flagged-patient']);
    expect(found({ alerts: ['Allergic to vipers'] })).toEqual([]);
    expect(found({ alerts: ['VIP'], relatedByOthers: true })).toEqual([]);
  });
  it('under broken glass is always looked at', () =>
    expect(found({ underBreakGlass: true, relatedByOthers: true })).toEqual(['snooping.break-glass']));
});

describe('a missing relation', () => {
  const rule = ruleOf('NO_RELATION');
  it('counts from the third look, and only where nothing ever joined the two', () => {
    expect(lacksRelation({ ...clean, reads: 2 }, rule)).toBeNull();
    expect(lacksRelation({ ...clean, reads: 3 }, rule)).toMatchObject({
      rule: 'snooping.no-relation',
      evidence: ['3 looks within 7 days', expect.any(String)],
    });
    expect(lacksRelation({ ...clean, reads: 30, related: true }, rule)).toBeNull();
  });
});

describe('a day', () => {
  const rule = ruleOf('UNUSUAL_VOLUME');
  const usual = [8, 9, 10, 11, 12, 10];
  it.each([
    ['below the least, whatever the history', 24, usual, usual, false],
    ['thrice the own usual and twice the busy of the role', 40, usual, usual, true],
    ['usual for the viewer', 40, [38, 40, 41, 39, 42], usual, false],
    ['usual for the role', 40, usual, [38, 40, 41, 39, 42], false],
    ['of somebody new, by the role alone', 40, [], usual, true],
    ['of somebody new in a role without history: nobody can say', 400, [], [3], false],
  ])('%s', (_, patients, own, role, expected) => {
    expect(unusualVolume({ patients, own, role }, rule) !== null).toBe(expected);
  });
});
