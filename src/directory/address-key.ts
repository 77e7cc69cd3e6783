/** By what two systems agree that somebody lives at an address: a hash of its words without case, accents, punctuation and the
 *  short forms of the postal services (USPS Publication 28, appendices C1 and C2). The directory keeps no address of its people
 *  but this. Whoever holds a list of all addresses can still find one by trying. Another flat of the same house is another address. Pure. */
import { createHash } from 'node:crypto';

const inFull: Readonly<Record<string, string>> = {
  st: 'street', ave: 'avenue', av: 'avenue', rd: 'road', dr: 'drive', ln: 'lane', blvd: 'boulevard', ct: 'court', pl: 'place',
  sq: 'square', ter: 'terrace', pkwy: 'parkway', hwy: 'highway', cir: 'circle', trl: 'trail',
  n: 'north', s: 'south', e: 'east', w: 'west', ne: 'northeast', nw: 'northwest', se: 'southeast', sw: 'southwest',
  apt: 'unit', apartment: 'unit', flat: 'unit', ste: 'unit', suite: 'unit',
}; // prettier-ignore
/** Systems of one country mostly leave it out. */
const ownCountry = / (?:us|usa|united states|united states of america)$/;
const postalCode = /\b(\d{5})(?: \d{4})?$|\b([a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2})$/;

/** Null where it is no address of a house: a town alone would be everybody's. */
export function addressKey(address: string): string | null {
  const plain = wordsOf(address).join(' ').replace(ownCountry, '');
  const code = postalCode.exec(plain);
  const house = code ? plain.slice(0, code.index) : '';
  if (!code || !/\d/.test(house)) return null;
  const place = `${house}${(code[1] ?? code[2] ?? '').replace(' ', '')}`;
  return createHash('sha256').update(place).digest('hex');
}

const wordsOf = (address: string): string[] =>
  address
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}|['’]/gu, '')
    .replaceAll('#', ' unit ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => inFull[word] ?? word)
    .filter((word, at, words) => word !== 'unit' || words[at - 1] !== 'unit');
