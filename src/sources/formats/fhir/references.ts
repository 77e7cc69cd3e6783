/** Who is meant. FHIR refers in six ways; the records know two: `Type/id`, and `Type?identifier=system|value` where the
 *  source refers by identifier. A Bundle's `urn:uuid:` is looked up among its entries; a contained resource is called
 *  by its own identifier. A reference to another server stays an absolute URL: it must never hit a local id by chance. */
import type { Reference } from '../../../records/index.js';
import { object, objects, text, type Json } from './fields.js';

/** What a Bundle knows of its entries: the key that each fullUrl stands for, and the server they come from. */
export interface Surroundings {
  readonly keyOf: ReadonlyMap<string, string>;
  /** Base URLs that mean this source; empty where nothing is known, and then any absolute URL is taken as local. */
  readonly bases: ReadonlySet<string>;
}
export const alone: Surroundings = { keyOf: new Map(), bases: new Set() };

const typeName = /^[A-Z][A-Za-z]+$/;
const relative = /^[A-Z][A-Za-z]+\/[^/?#\s]+$/;
const lastSegments = /^(.*?)\/?([A-Za-z]+)\/([^/?#\s]+?)(?:\/_history\/[^/?#\s]+)?$/;

/** The base of an absolute URL of a resource, and the key it ends in. */
export function splitUrl(url: string): { base: string; key: string } | null {
  const found = lastSegments.exec(url);
  return found && typeName.test(found[2] as string) ? { base: found[1] as string, key: `${found[2]}/${found[3]}` } : null;
}

/** `Type?identifier=system|value`; null without a system: the number alone could be anybody's. */
export function referenceTo(type: string, identifier: Json | null): Reference | null {
  const [system, value] = [text(identifier?.['system']), text(identifier?.['value'])];
  return system === null || value === null ? null : `${type}?identifier=${system}|${value}`;
}

export class References {
  private readonly containedById: ReadonlyMap<string, Json>;
  constructor(
    resource: Json,
    private readonly surroundings: Surroundings,
  ) {
    const contained = resource['contained'];
    this.containedById = contained === undefined ? none : new Map(objects(contained).map((one) => [text(one['id']) ?? '', one]));
  }

  /** `expected` is the type that the field calls for where the reference itself does not say. */
  to(value: unknown, expected: string): Reference | null {
    const reference = object(value);
    if (reference === null) return null;
    const said = text(reference['type']);
    const type = said !== null && typeName.test(said) ? said : expected;
    const literal = text(reference['reference']);
    return (literal === null ? null : this.literal(literal, type)) ?? referenceTo(type, object(reference['identifier']));
  }

  /** A reference only where it is to one of these types. */
  toOneOf(value: unknown, types: readonly string[]): Reference | null {
    const reference = this.to(value, types[0] as string);
    return reference !== null && types.some((type) => reference.startsWith(type) && /^[/?]/.test(reference.slice(type.length)))
      ? reference
      : null;
  }

  /** The same for a field that may name several types: where the reference itself does not say which, it is not guessed. */
  toKnown(value: unknown, type: string): Reference | null {
    const reference = this.to(value, 'Resource');
    return reference !== null && reference.startsWith(type) && /^[/?]/.test(reference.slice(type.length)) ? reference : null;
  }

  /** The contained resource that is meant, if it is one. */
  contained(value: unknown): Json | null {
    const literal = text(object(value)?.['reference']);
    return literal?.startsWith('#') === true ? (this.containedById.get(literal.slice(1)) ?? null) : null;
  }

  /** What the source calls the one it refers to: its display, the name of the contained resource, or an identifier
   *  without a system, which is a word more than a number: CMS calls itself `CMS` this way. */
  named(value: unknown): string | null {
    const reference = object(value);
    if (reference === null) return null;
    const contained = this.contained(reference);
    const identifier = object(reference['identifier']);
    const word = identifier !== null && text(identifier['system']) === null ? text(identifier['value']) : null;
    return text(reference['display']) ?? (contained ? text(contained['name']) : null) ?? word;
  }

  private literal(literal: string, type: string): Reference | null {
    if (relative.test(literal)) return literal;
    if (literal.startsWith('#')) {
      const contained = this.containedById.get(literal.slice(1));
      if (contained === undefined) return null;
      const identifiers = objects(contained['identifier']);
      return referenceTo(
        text(contained['resourceType']) ?? type,
        identifiers.find((one) => text(one['system']) !== null) ?? identifiers[0] ?? null,
      );
    }
    const known = this.surroundings.keyOf.get(literal);
    if (known !== undefined) return known;
    // A urn that no entry answers to: outside its Bundle (NDJSON made from one) it stands for the id.
    if (literal.startsWith('urn:')) return `${type}/${literal.slice(literal.lastIndexOf(':') + 1)}`;
    if (literal.includes('?')) return conditional(literal, type);
    const found = lastSegments.exec(literal);
    if (!found) return /[\s/]/.test(literal) ? null : `${type}/${literal}`;
    const [, base = '', named = '', id = ''] = found;
    const absolute = /^https?:/i.test(literal);
    if (absolute && this.surroundings.bases.size > 0 && !this.surroundings.bases.has(base)) return literal;
    return `${typeName.test(named) ? named : type}/${id}`;
  }
}

const none: ReadonlyMap<string, Json> = new Map();

/** `Practitioner?identifier=system|value`, percent-encoded or not, whatever other criteria stand beside it. */
function conditional(literal: string, expected: string): Reference | null {
  const mark = literal.indexOf('?');
  const type = literal.slice(literal.lastIndexOf('/', mark) + 1, mark);
  const criterion = literal
    .slice(mark + 1)
    .split('&')
    .find((one) => one.startsWith('identifier='));
  if (criterion === undefined) return null;
  return `${typeName.test(type) ? type : expected}?identifier=${decoded(criterion.slice('identifier='.length))}`;
}

function decoded(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
