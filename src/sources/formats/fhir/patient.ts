/** Patient: who the person is to this source. Nothing is inferred: a partial birth date is no birth date, for two people
 *  may share a month, and identity is decided by it. */
import type { PatientRecord } from '../../../records/index.js';
import { codingOf, labelCodesOf, wordsOf } from './coding.js';
import { extensionsOf, extensionValue, object, objects, text, type Json } from './fields.js';
import { dateOf, instantOf } from './instants.js';
import { addressLine, confidentialAddresses, contactPointsOf, fullName, identifiersOf, nameOf } from './naming.js';
import type { Reading } from './reading.js';

const core = 'http://hl7.org/fhir/StructureDefinition';
const snomedYes = '373066001';
const snomedNo = '373067005';

/** Extensions that say how the person wants to be served, and the word put before each. */
const preferenceExtensions: readonly (readonly [url: string, label: string])[] = [
  [`${core}/patient-preferenceType`, 'Preference'],
  [`${core}/patient-disability`, 'Accommodation'],
  [`${core}/patient-religion`, 'Faith'],
];

function interpreterNeeded(patient: Json): boolean | null {
  const [required] = extensionsOf(patient, `${core}/patient-interpreterRequired`);
  const said = required ? extensionValue(required) : undefined;
  if (typeof said === 'boolean') return said;
  const [needed] = extensionsOf(patient, 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-interpreter-needed');
  const code = needed ? text(object(extensionValue(needed))?.['code']) : null;
  return code === snomedYes ? true : code === snomedNo ? false : null;
}

function languageOf(patient: Json): string | null {
  const spoken = objects(patient['communication']);
  const chosen = spoken.find((one) => one['preferred'] === true) ?? spoken[0];
  return chosen ? (codingOf(chosen['language'])?.code ?? null) : null;
}

function preferencesOf(patient: Json): string[] {
  return preferenceExtensions.flatMap(([url, label]) =>
    extensionsOf(patient, url).flatMap((extension) => {
      const value = extensionValue(extension);
      const words = text(value) ?? wordsOf(value);
      return words === null ? [] : [`${label}: ${words}`];
    }),
  );
}

export function readPatient({ resource, key, sourceUpdatedAt }: Reading): PatientRecord[] {
  const name = nameOf(resource['name']);
  const deceasedAt = instantOf(resource['deceasedDateTime']);
  const deceased = deceasedAt !== null || resource['deceasedBoolean'] === true || text(resource['deceasedDateTime']) !== null;
  return [
    {
      kind: 'patient',
      key,
      sourceUpdatedAt,
      labelCodes: labelCodesOf(resource),
      name: name ? fullName(name) : null,
      family: name?.family ?? null,
      given: name?.given ?? null,
      birthDate: dateOf(resource['birthDate']),
      deceasedAt,
      sex: text(resource['gender']),
      language: languageOf(resource),
      interpreterNeeded: interpreterNeeded(resource),
      identifiers: identifiersOf(resource['identifier']),
      contactPoints: [...contactPointsOf(resource['telecom']), ...confidentialAddresses(resource['address'])],
      address: addressLine(resource['address']),
      preferences: resource['extension'] === undefined ? [] : preferencesOf(resource),
      // `deceasedBoolean` has no date to keep it in, and whoever calls the family must know.
      alerts: deceased && deceasedAt === null ? ['Deceased; the source gives no date'] : [],
    },
  ];
}
