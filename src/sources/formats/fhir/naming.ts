/** Names, addresses, telephones and identifiers: FHIR's datatypes for people, cut to what the records hold. */
import type { ContactPoint, Identifier } from '../../../records/index.js';
import { codeIn, codingOf } from './coding.js';
import { extensionsOf, extensionValue, object, objects, text, texts, type Json } from './fields.js';

/** Which of several names to call somebody by; names that are over come last. */
const nameRank: Readonly<Record<string, number>> = { official: 0, usual: 1, temp: 3, nickname: 4, anonymous: 5, maiden: 7, old: 8 };
const unrankedName = 2;
const over = 10;

const isOver = (element: Json): boolean => text(object(element['period'])?.['end']) !== null;
const rankOf = (name: Json): number => (nameRank[text(name['use']) ?? ''] ?? unrankedName) + (isOver(name) ? over : 0);

export interface PersonName {
  readonly family: string | null;
  readonly given: string | null;
  readonly prefix: string | null;
  readonly text: string | null;
}

export function nameOf(value: unknown): PersonName | null {
  const names = objects(value);
  const [first, ...others] = names;
  if (first === undefined) return null;
  const best = others.reduce((chosen, one) => (rankOf(one) < rankOf(chosen) ? one : chosen), first);
  const joined = (field: string): string | null => texts(best[field]).join(' ') || null;
  return { family: text(best['family']), given: joined('given'), prefix: joined('prefix'), text: text(best['text']) };
}

export const fullName = (name: PersonName): string | null =>
  [name.given, name.family].filter((part) => part !== null).join(' ') || name.text;

export function identifiersOf(value: unknown): Identifier[] {
  const found: Identifier[] = [];
  for (const one of objects(value)) {
    const [system, number] = [text(one['system']), text(one['value'])];
    // Without a system a number means nothing outside the page it was printed on: it could match anybody's.
    if (system !== null && number !== null)
      found.push({
        system,
        value: number,
        type: one['type'] === undefined ? null : (codeIn(one['type'], identifierType) ?? codingOf(one['type'])?.code ?? null),
      });
  }
  return found;
}
const identifierType = 'http://terminology.hl7.org/CodeSystem/v2-0203';

/** HL7 DS4P's way of labelling one element. */
const inlineLabel = 'http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label';
const restricted: readonly string[] = ['R', 'V'];
const isConfidential = (element: Json): boolean =>
  extensionsOf(element, inlineLabel).some((label) => restricted.includes(text(object(extensionValue(label))?.['code']) ?? ''));

/** In the order in which the person wants them tried, where the source ranks them. */
export function contactPointsOf(value: unknown): ContactPoint[] {
  const rank = (point: Json): number => (typeof point['rank'] === 'number' ? point['rank'] : Number.MAX_SAFE_INTEGER);
  const points = objects(value).filter((point) => text(point['value']) !== null);
  const ranked = points.some((point) => point['rank'] !== undefined) ? [...points].sort((left, right) => rank(left) - rank(right)) : points;
  return ranked.map((point) => ({
    kind: text(point['system']) ?? 'other',
    value: text(point['value']) as string,
    use: text(point['use']) ?? (isOver(point) ? 'old' : null),
    confidential: isConfidential(point),
  }));
}

/** Addresses to which the person asked to be written instead; a letter goes there as a call goes to a confidential number. */
export const confidentialAddresses = (value: unknown): ContactPoint[] =>
  objects(value)
    .filter((address) => isConfidential(address) && !isOver(address))
    .flatMap((address) => {
      const line = lineOf(address);
      return line === null ? [] : [{ kind: 'postal', value: line, use: text(address['use']), confidential: true }];
    });

/** The address in force, in one line. A confidential one is no address for everybody: it is a contact point. */
export function addressLine(value: unknown): string | null {
  const rank = (address: Json): number =>
    (address['use'] === 'home' ? 0 : address['use'] === 'old' || address['use'] === 'billing' ? 2 : 1) + (isOver(address) ? over : 0);
  const [first, ...others] = objects(value).filter((address) => !isConfidential(address));
  if (first === undefined) return null;
  return lineOf(others.reduce((chosen, one) => (rank(one) < rank(chosen) ? one : chosen), first));
}

function lineOf(best: Json): string | null {
  const place = [text(best['state']), text(best['postalCode'])].filter((part) => part !== null).join(' ');
  const parts = [...texts(best['line']), text(best['city']), place || null, text(best['country'])].filter((part) => part !== null);
  return parts.join(', ') || text(best['text']);
}
