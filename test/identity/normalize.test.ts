/** When two systems agree on who somebody is. Expected by hand. */
import { describe, it, expect } from '@jest/globals';
import { compare, normalName } from '../../src/identity/normalize.js';

const person = (family: string | null, given: string | null, birthDate: string | null = '1970-01-31') => ({ family, given, birthDate });

describe('two records of one person', () => {
  it.each([
    ['the same words', person('Zz-Lopez', 'Zz-Ana'), person('Zz-Lopez', 'Zz-Ana')],
    ['a system that shouts', person('Zz-LOPEZ', 'ZZ-ANA'), person('Zz-Lopez', 'Zz-Ana')],
    ['a system without accents', person('Zz-Muñoz', 'Zz-José'), person('Zz-Munoz', 'Zz-Jose')],
    ['letters that no accent explains', person('Zz-Łukasik-Strauß', 'Zz-Søren'), person('Zz-Lukasik Strauss', 'Zz-Soren')],
    ['a decomposed accent', person('Zz-Nun\u0303ez', 'Zz-Ana'), person('Zz-Núñez', 'Zz-Ana')],
    ['given names in another order', person('Zz-Lopez', 'Zz-Ana Maria'), person('Zz-Lopez', 'Maria Zz-Ana')],
    ['a hyphen between given names', person('Zz-Dubois', 'Zz-Jean-Luc'), person('Zz-Dubois', 'Zz-Jean Luc')],
    ['a hyphen, a blank or nothing in a family name', person('Zz-Smith-Jones', 'Zz-Ana'), person('Zz-SmithJones', 'Zz-Ana')],
    ['apostrophes of either kind', person("Zz-O'Brien", 'Zz-Ana'), person('Zz-O’BRIEN', 'Zz-Ana')],
    ['a system that cuts the marker off', person('Lopez', 'Ana'), person('Zz-Lopez', 'Zz-Ana')],
  ])('agree: %s', (_title, left, right) => {
    expect(compare(left, right)).toBe('agree');
    expect(compare(right, left)).toBe('agree');
  });

  it.each([
    ['another birth date', person('Zz-Lopez', 'Zz-Ana'), person('Zz-Lopez', 'Zz-Ana', '1980-01-31')],
    ['another family name', person('Zz-Lopez', 'Zz-Ana'), person('Zz-Lopes', 'Zz-Ana')],
    ['other given names', person('Zz-Lopez', 'Zz-Ana Maria'), person('Zz-Lopez', 'Zz-Ana Luisa')],
    ['another birth date, though a name is missing', person(null, 'Zz-Ana'), person('Zz-Lopez', 'Zz-Ana', '1980-01-31')],
  ])('contradict: %s', (_title, left, right) => {
    expect(compare(left, right)).toBe('contradict');
    expect(compare(right, left)).toBe('contradict');
  });

  it.each([
    ['a second given name on one side only', person('Zz-Lopez', 'Zz-Ana'), person('Zz-Lopez', 'Zz-Ana Maria')],
    ['a birth date on one side only', person('Zz-Lopez', 'Zz-Ana', null), person('Zz-Lopez', 'Zz-Ana')],
    ['no family name', person(null, 'Zz-Ana'), person('Zz-Lopez', 'Zz-Ana')],
    ['nothing at all', person(null, null, null), person(null, null, null)],
  ])('neither: %s', (_title, left, right) => {
    expect(compare(left, right)).toBe('unsure');
    expect(compare(right, left)).toBe('unsure');
  });

  it('has no name to compare where only marks are left of it', () => {
    expect(normalName({ family: '-', given: "'" })).toBeNull();
  });
});
