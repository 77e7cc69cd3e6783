/** Codes and their words. A code that the hub does not know is kept as it is; a concept that has only words is its own
 *  code, so that nothing that was said gets lost. */
import type { Coding } from '../../../records/index.js';
import { object, objects, text, type Json } from './fields.js';

function codingFrom(coding: Json, words: string | null): Coding | null {
  const code = text(coding['code']);
  return code === null ? null : { system: text(coding['system']), code, display: text(coding['display']) ?? words };
}

/** The coding that a person chose, else the first, of a CodeableConcept or of the first of a list of them. */
export function codingOf(value: unknown): Coding | null {
  const concept = Array.isArray(value) ? object(value[0]) : object(value);
  if (concept === null) return null;
  const words = text(concept['text']);
  const codings = objects(concept['coding']);
  const chosen =
    codings.length > 1
      ? (codings.find((one) => one['userSelected'] === true) ?? codings.find((one) => text(one['code']) !== null))
      : codings[0];
  const coding = chosen ? codingFrom(chosen, words) : null;
  if (coding !== null) return coding;
  const said = words ?? (chosen ? text(chosen['display']) : null);
  return said === null ? null : { system: null, code: said, display: said };
}

/** What to call a concept. */
export function wordsOf(value: unknown): string | null {
  const concept = Array.isArray(value) ? object(value[0]) : object(value);
  if (concept === null) return null;
  const words = text(concept['text']);
  if (words !== null) return words;
  const coding = codingOf(concept);
  return coding === null ? null : (coding.display ?? coding.code);
}

/** The code of a concept in one code system; codings that name no system count, as HL7's own examples have it. */
export function codeIn(value: unknown, system: string): string | null {
  let unsaid: string | null = null;
  for (const concept of objects(value)) {
    for (const coding of objects(concept['coding'])) {
      if (coding['system'] === system) return text(coding['code']);
      if (coding['system'] === undefined) unsaid ??= text(coding['code']);
    }
  }
  return unsaid;
}

/** Every code that a label rule may look at, as `system|code`: of meta.security, and of what the mapping hands in
 *  (CodeableConcepts or Codings, single or in lists, nested or not). */
export function labelCodesOf(resource: Json, ...sources: readonly unknown[]): string[] {
  const found: string[] = [];
  const add = (coding: Json): void => {
    const code = text(coding['code']);
    if (code === null) return;
    const label = `${text(coding['system']) ?? ''}|${code}`;
    if (!found.includes(label)) found.push(label);
  };
  for (const coding of objects(object(resource['meta'])?.['security'])) add(coding);
  for (const source of sources) {
    if (source === undefined || source === null) continue;
    for (const concept of Array.isArray(source) ? source.flat() : [source]) {
      const one = object(concept);
      if (one === null) continue;
      if (one['coding'] === undefined) add(one);
      else for (const coding of objects(one['coding'])) add(coding);
    }
  }
  return found;
}
