/** The EHR's Patient: the fullest of the three, with US Core's race and ethnicity, the interpreter extension and
 *  HL7's patient-preferenceType and patient-disability; a confidential number carries DS4P's inline label. */
import { inHospitalZone, momentOn } from '../people/calendar.js';
import type { Person } from '../people.js';
import { coding, concept, hl7, identifier, metaOf, reference, systems, type JsonObject, type Resource } from './resource.js';

const usCore = 'http://hl7.org/fhir/us/core/StructureDefinition';
const core = 'http://hl7.org/fhir/StructureDefinition';
const languageWords: Record<string, string> = { en: 'English', es: 'Spanish', vi: 'Vietnamese', zh: 'Chinese', ar: 'Arabic', so: 'Somali' };

/** US Core's pair of a coded category and its words. */
function category(name: 'race' | 'ethnicity', code: string, words: string): JsonObject {
  return {
    url: `${usCore}/us-core-${name}`,
    extension: [
      { url: 'ombCategory', valueCoding: coding('urn:oid:2.16.840.1.113883.6.238', code, words) },
      { url: 'text', valueString: words },
    ],
  };
}

function extensions(person: Person): JsonObject[] {
  return [
    category('race', ...person.race),
    person.hispanic ? category('ethnicity', '2135-2', 'Hispanic or Latino') : category('ethnicity', '2186-5', 'Not Hispanic or Latino'),
    ...(person.interpreterNeeded ? [{ url: `${core}/patient-interpreterRequired`, valueBoolean: true }] : []),
    ...(person.alerts.some((text) => text.startsWith('Hard of hearing'))
      ? [{ url: `${core}/patient-disability`, valueCodeableConcept: { text: 'Hard of hearing' } }]
      : []),
    ...person.preferences.map((text) => ({ url: `${core}/patient-preferenceType`, valueCodeableConcept: { text } })),
  ];
}

const inlineLabelUrl = 'http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label';
const restricted: JsonObject = { extension: [{ url: inlineLabelUrl, valueCoding: coding(hl7('v3-Confidentiality'), 'R') }] };

export function communicationOf(person: Person): JsonObject[] {
  return [{ language: concept('urn:ietf:bcp:47', person.language, languageWords[person.language]), preferred: true }];
}

export function addressOf(person: Person): JsonObject[] {
  const { line, city, state, postalCode } = person.home;
  return [{ use: 'home', line: [line], city, state, postalCode, country: 'US' }];
}

export function ehrPatient(person: Person, today: string): Resource {
  const { ehr } = person.names;
  return {
    resourceType: 'Patient',
    id: `pat-${person.index + 1}`,
    meta: metaOf(momentOn(today, -1 - (person.index % 400), 480 + (person.index % 500)), { version: 1 + (person.index % 4) }),
    extension: extensions(person),
    identifier: [identifier(systems.mrn, person.mrn, 'MR'), ...(person.ssn ? [identifier(systems.ssn, person.ssn, 'SS')] : [])],
    active: true,
    name: [{ use: 'official', family: ehr.family, given: [ehr.given], text: `${ehr.given} ${ehr.family}` }],
    telecom: [
      { system: 'phone', value: person.phone, use: 'home', rank: 2 },
      { system: 'phone', value: person.mobile, use: 'mobile', rank: 1, ...(person.confidentialMobile ? restricted : {}) },
      { system: 'email', value: person.email },
    ],
    gender: person.sex,
    birthDate: person.bornOn,
    ...(person.deceasedAt ? { deceasedDateTime: inHospitalZone(person.deceasedAt) } : {}),
    address: addressOf(person),
    communication: communicationOf(person),
    generalPractitioner: [reference('Practitioner', `prac-${person.physician.index + 1}`)],
    managingOrganization: reference('Organization', 'org-hospital'),
  };
}
