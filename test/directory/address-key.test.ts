/** When two ways of writing an address mean the same house. Expected by hand, from USPS Publication 28. */
import { describe, expect, it } from '@jest/globals';
import { addressKey } from '../../src/directory/index.js';

const home = '12 North Oak Street, Apt 3, Zz-Springfield, MA 02139, US';

describe('an address is the same', () => {
  it.each([
    ['a system that shouts', '12 NORTH OAK STREET, APT 3, ZZ-SPRINGFIELD, MA 02139, US'],
    ['one that writes short', '12 N. Oak St., #3, Zz-Springfield, MA 02139'],
    ['one that writes in full', '12 North Oak Street, Apartment 3, Zz-Springfield, MA 02139, United States'],
    ['one with a long postal code', '12 N Oak St Apt #3, Zz-Springfield, MA 02139-1234, USA'],
    ['one with accents', '12 North Óak Street, Apt 3, Zz-Springfield, MA 02139'],
  ])('in the words of %s', (_, address) => expect(addressKey(address)).toBe(addressKey(home)));

  it('with a British postal code, with its blank or without', () =>
    expect(addressKey('4 Zz Road, Leeds, LS1 4AP')).toBe(addressKey('4 Zz Rd, Leeds LS14AP')));
});

describe('an address is another', () => {
  it.each([
    ['next door', '14 North Oak Street, Apt 3, Zz-Springfield, MA 02139'],
    ['on another floor', '12 North Oak Street, Apt 4, Zz-Springfield, MA 02139'],
    ['in another street', '12 South Oak Street, Apt 3, Zz-Springfield, MA 02139'],
    ['in another town', '12 North Oak Street, Apt 3, Zz-Springfield, IL 62701'],
  ])('%s', (_, address) => {
    expect(addressKey(address)).toMatch(/^[0-9a-f]{64}$/);
    expect(addressKey(address)).not.toBe(addressKey(home));
  });
});

it.each([['Zz-Springfield, MA 02139'], ['Zz-Springfield'], ['12 North Oak Street'], ['General Delivery, Zz-Springfield, MA 02139'], ['']])(
  'what names no house is no address: %s',
  (address) => expect(addressKey(address)).toBeNull(),
);
