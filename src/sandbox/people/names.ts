/** Invented people: every given and family name carries the marker `Zz-`, so that a synthetic name can be
 *  told from a real one wherever it turns up, and hunted for where no name may be. */
import type { Dice } from './random.js';

const marker = 'Zz-';
const women = [
  'Maria',
  'Elena',
  'Joanna',
  'Ruth',
  'Inés',
  'Zoë',
  'Amara',
  'Thuy',
  'Fatima',
  'Grace',
  'Hana',
  'Sofía',
  'Carol',
  'Denise',
  'Björk',
  'Nadia',
  'Paula',
  'Renée',
  'Abigail',
  'Wanda',
  'Lucía',
  'Irene',
  'Mei',
  'Tamsin',
] as const;
const men = [
  'Daniel',
  'José',
  'Samuel',
  'Walter',
  'André',
  'Minh',
  'Omar',
  'Peter',
  'Luis',
  'Henrik',
  'Raúl',
  'Thomas',
  'Kwame',
  'Victor',
  'Jürgen',
  'Adam',
  'Martín',
  'Leon',
  'Isaac',
  'Douglas',
  'Tomás',
  'Yusuf',
  'Wei',
  'Gareth',
] as const;
const families = [
  'Lopez',
  'Muñoz',
  'Okafor',
  'Brandt',
  'Nguyen',
  'Quimby',
  'Ferreira',
  'Haddad',
  'Ångström',
  'Delacroix',
  'Whitlock',
  'García',
  'Petrov',
  'Marchetti',
  'Tanaka',
  'Oyelaran',
  'Kowalczyk',
  'Ibáñez',
  'Thistlewood',
  'Mbeki',
  'Castañeda',
  'Farrow',
  'Lindqvist',
  'Warsame',
  'Núñez',
  'Pemberton',
  'Zhao',
  'Calloway',
  'Söderberg',
  'Rivera',
  'Underhill',
  'Espinoza',
  'Vance',
  'Achebe',
  'Larkspur',
  'Domínguez',
  'Ostrander',
  'Pham',
  'Greaves',
  'Salazar',
] as const;
const streets = [
  'Juniper Lane',
  'Harbor Street',
  'Second Avenue',
  'Millrace Road',
  'Cedar Court',
  'Old Ferry Road',
  'Larch Way',
  'Prospect Terrace',
] as const;
const towns = [
  ['Lakeside', '01990'],
  ['Northgate', '01991'],
  ['Ferry Point', '01992'],
  ['Millbrook', '01993'],
] as const;

export interface PersonName {
  readonly given: string;
  readonly family: string;
}
export interface Home {
  readonly line: string;
  readonly city: string;
  readonly state: string;
  readonly postalCode: string;
}

export function namePerson(dice: Dice, sex: 'female' | 'male'): PersonName {
  return { given: marker + dice.pick(sex === 'female' ? women : men), family: marker + dice.pick(families) };
}

export function housePerson(dice: Dice): Home {
  const [city, postalCode] = dice.pick(towns);
  return { line: `${dice.between(1, 990)} ${dice.pick(streets)}`, city, state: 'MA', postalCode };
}

/** As a system spells it that keeps no accents: `Zz-Muñoz` is `Zz-Munoz`. */
export function withoutAccents(name: PersonName): PersonName {
  const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '');
  return { given: plain(name.given), family: plain(name.family) };
}

/** As a system writes it that shouts family names; the marker stays as it is. */
export function withLoudFamily(name: PersonName): PersonName {
  return { given: name.given, family: marker + name.family.slice(marker.length).toUpperCase() };
}

/** Under a name taken in marriage, or one letter off: spellings that only a matcher would join. */
export function spelledDifferently(dice: Dice, name: PersonName): PersonName {
  if (dice.chance(0.5)) return { given: name.given, family: `${name.family}-${dice.pick(families)}` };
  return { given: withoutAccents(name).given.replace(/(.)(.)$/, '$2$1'), family: name.family };
}
