/** Practitioner, PractitionerRole, Organization, Location: what a reference is called. */
import type { NamedRecord } from '../../../records/index.js';
import { object, text, texts, type Json } from './fields.js';
import { fullName, identifiersOf, nameOf } from './naming.js';
import { labelCodesOf } from './coding.js';
import type { Mapping, Reading } from './reading.js';

/** Staff are known by their title. */
function staffName(practitioner: Json | null): string | null {
  const name = practitioner ? nameOf(practitioner['name']) : null;
  if (name === null) return null;
  const plain = fullName(name);
  return name.prefix !== null && plain !== null && plain !== name.text ? `${name.prefix} ${plain}` : plain;
}

/** A number of the person's private life identifies no colleague. */
const isPrivate = (type: string | null, system: string): boolean => type === 'SS' || system === 'http://hl7.org/fhir/sid/us-ssn';

function named({ resource, type, key, sourceUpdatedAt }: Reading, namedKind: NamedRecord['namedKind'], name: string | null): NamedRecord[] {
  const aliases = identifiersOf(resource['identifier'])
    .filter((one) => !isPrivate(one.type, one.system))
    .map((one) => `${type}?identifier=${one.system}|${one.value}`);
  return [{ kind: 'named', key, sourceUpdatedAt, labelCodes: labelCodesOf(resource, resource['type']), namedKind, name, aliases }];
}

export const readPractitioner: Mapping = (reading) => named(reading, 'practitioner', staffName(reading.resource));
export const readOrganization: Mapping = (reading) =>
  named(reading, 'organization', text(reading.resource['name']) ?? texts(reading.resource['alias'])[0] ?? null);
export const readLocation: Mapping = (reading) =>
  named(reading, 'location', text(reading.resource['name']) ?? text(reading.resource['description']));

/** Somebody in a post: called what the source displays for the person, else by the contained practitioner's name. */
export const readPractitionerRole: Mapping = (reading) => {
  const { resource, references } = reading;
  const display = text(object(resource['practitioner'])?.['display']);
  return named(reading, 'practitioner', display ?? staffName(references.contained(resource['practitioner'])));
};
