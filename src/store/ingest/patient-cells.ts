/** A patient record's columns, and the two forms by which people are searched: the name without accents or case, and
 *  telephone numbers as bare digits. Pure. */
import type { ContactPoint, PatientRecord } from '../../records/index.js';
import type { Cell } from './text-array.js';
import { dayText, instantText, jsonText, keyText, listText, yesNoText } from './values.js';

export const patientColumns = [
  ['name', 'text'],
  ['family', 'text'],
  ['given', 'text'],
  ['name_search', 'text'],
  ['birth_date', 'date'],
  ['deceased_at', 'timestamptz'],
  ['sex', 'text'],
  ['language', 'text'],
  ['interpreter_needed', 'boolean'],
  ['identifiers', 'jsonb'],
  ['contact_points', 'jsonb'],
  ['address', 'text'],
  ['preferences', 'text[]'],
  ['alerts', 'text[]'],
] as const;

export function patientCells(record: PatientRecord): Cell[] {
  record.identifiers.forEach(({ system, value }) => keyText('identifiers', `${system}|${value}`));
  return [
    record.name,
    record.family,
    record.given,
    searchName(record),
    dayText('birthDate', record.birthDate),
    instantText('deceasedAt', record.deceasedAt),
    record.sex,
    record.language,
    yesNoText(record.interpreterNeeded),
    jsonText(record.identifiers),
    jsonText(record.contactPoints),
    record.address,
    listText(record.preferences),
    listText(record.alerts),
  ];
}

const longestName = 200;

/** `family given` as people look for them: each part of a double name is a word, and so is what stands behind an apostrophe,
 *  so that Smith-Jones is found by either name, and O'Brien by obrien and by brien. */
export function searchName({ family, given, name }: Pick<PatientRecord, 'family' | 'given' | 'name'>): string | null {
  const whole = [family, given].filter((part) => part !== null).join(' ') || name;
  if (whole === null) return null;
  return searchWords(whole.replace(/(\S*)['\u2019\u02bc](\S{3,})/gu, '$1$2 $2'))
    .join(' ')
    .slice(0, longestName);
}

/** Small letters, without accents, hyphens or apostrophes: a name as it is kept, and as it is asked for. */
export function searchWords(name: string): string[] {
  const plain = name.normalize('NFD').replace(/[\p{M}'\u2019\u02bc]/gu, '').toLowerCase(); // prettier-ignore
  return plain.split(/[\s,\p{Pd}]+/u).filter(Boolean);
}

/** The digits of each telephone number, without extension; North American numbers as their last ten. */
export function phoneDigits(points: readonly ContactPoint[]): string[] {
  const phones = points.filter(({ kind }) => /phone|sms|mobile|cell/i.test(kind));
  const digits = phones.map(({ value }) => value.replace(/(ext|x).*$/i, '').replace(/\D/g, ''));
  return [...new Set(digits.map(northAmerican).filter((each) => each.length >= 3 && each.length <= 20))];
}

const northAmerican = (digits: string): string => (/^1\d{10}$/.test(digits) ? digits.slice(1) : digits);
