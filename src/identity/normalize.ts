/** What two systems would agree on if they meant the same person: names without case, accents, blanks, hyphens and
 *  apostrophes, given names in any order. Pure. Equal keys agree; anything beyond that (nicknames, typing errors, a name
 *  taken in marriage) is for scoring, not for this file. */

export interface Demographics {
  readonly family: string | null;
  readonly given: string | null;
  readonly birthDate: string | null;
}

export interface NormalName {
  readonly family: string;
  /** Sorted, each once. */
  readonly given: readonly string[];
}

/** Letters that Unicode does not take apart into a letter and a mark. */
const plainLetters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
  ħ: 'h',
  ŋ: 'n',
};
/** Invented people carry this before their names; systems that cut it off still mean the same. */
const marker = /^zz[-‐‑\s]+/;

/** Null where a part is missing: such a name agrees with none and contradicts none. */
export function normalName({ family, given }: Pick<Demographics, 'family' | 'given'>): NormalName | null {
  const familyKey = nameWords(family).join('');
  const givenWords = [...new Set(nameWords(given))].sort();
  return familyKey && givenWords.length > 0 ? { family: familyKey, given: givenWords } : null;
}

/** The words of a name as systems would agree on them, in the order given. */
export function nameWords(text: string | null): string[] {
  const plain = (text ?? '')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[ßæœøđðłþıħŋ]/g, (letter) => plainLetters[letter] ?? letter);
  return plain
    .split(/\s+(?=zz[-‐‑])/) // the marker may stand before each given name
    .flatMap((part) =>
      part
        .trim()
        .replace(marker, '')
        .split(/[\s\-‐‑–_,.;/]+/),
    )
    .map((word) => word.replace(/[^\p{L}\p{N}]/gu, ''))
    .filter((word) => word !== '');
}

export type Comparison = 'agree' | 'contradict' | 'unsure';

/** Whether two records may be of one person. Only "agree" links: it is equality, so that agreement carries over from
 *  pair to pair and the order of arrival cannot matter. A name that lacks only some of the other's given names is no
 *  contradiction, and no agreement either. */
export function compare(left: Demographics, right: Demographics): Comparison {
  const [a, b] = [normalName(left), normalName(right)];
  if (left.birthDate && right.birthDate && left.birthDate !== right.birthDate) return 'contradict';
  if (a && b && (a.family !== b.family || !oneHoldsOther(a.given, b.given))) return 'contradict';
  if (!a || !b || !left.birthDate || !right.birthDate) return 'unsure';
  return a.given.length === b.given.length ? 'agree' : 'unsure';
}

function oneHoldsOther(left: readonly string[], right: readonly string[]): boolean {
  const [fewer, more] = left.length <= right.length ? [left, right] : [right, left];
  return fewer.every((word) => more.includes(word));
}
