/** What Claim, ExplanationOfBenefit and ClaimResponse say in the same words: kind, dates, visit, diagnoses. */
import type { ClaimKind, Coding, DateText, Reference } from '../../../records/index.js';
import { codeIn, codingOf, labelCodesOf } from './coding.js';
import { object, objects, type Json } from './fields.js';
import { dateOf } from './instants.js';
import type { Reading } from './reading.js';

const claimType = 'http://terminology.hl7.org/CodeSystem/claim-type';
const kinds: Readonly<Record<string, ClaimKind>> = {
  institutional: 'INSTITUTIONAL',
  professional: 'PROFESSIONAL',
  pharmacy: 'PHARMACY',
  oral: 'ORAL',
  vision: 'VISION',
};

export const kindOf = (resource: Json): ClaimKind => kinds[codeIn(resource['type'], claimType)?.toLowerCase() ?? ''] ?? 'OTHER';

/** HL7's own coding where there is one (CMS sends three, its own first). */
export function typeOf(resource: Json): Coding | null {
  const type = object(resource['type']);
  const standard = objects(type?.['coding']).find((one) => one['system'] === claimType);
  return codingOf(standard ? { ...type, coding: [standard] } : type);
}

/** A preauthorization or predetermination asks about care that has not been given and bills nothing: not taken. */
export const isBilled = (resource: Json): boolean => resource['use'] === undefined || resource['use'] === 'claim';

export function servicedOf(resource: Json): { servicedFrom: DateText | null; servicedTo: DateText | null } {
  const period = object(resource['billablePeriod']);
  const from = dateOf(period?.['start']);
  const to = dateOf(period?.['end']);
  if (from !== null || to !== null) return { servicedFrom: from, servicedTo: to };
  const days = objects(resource['item'])
    .flatMap((item) => [
      dateOf(item['servicedDate']),
      dateOf(object(item['servicedPeriod'])?.['start']),
      dateOf(object(item['servicedPeriod'])?.['end']),
    ])
    .filter((day) => day !== null)
    .sort();
  return { servicedFrom: days[0] ?? null, servicedTo: days.at(-1) ?? null };
}

/** The first visit that a line names. */
export function encounterOf({ resource, references }: Reading): Reference | null {
  for (const item of objects(resource['item'])) {
    for (const visit of objects(item['encounter'])) {
      const encounter = references.toOneOf(visit, ['Encounter']);
      if (encounter !== null) return encounter;
    }
  }
  return null;
}

/** Who bills and where the care was given, as far as they are places that a rule may know by name; staff are not. */
export function placesOf({ resource, references }: Reading): { provider: Reference | null; facility: Reference | null } {
  const provider = references.toKnown(resource['provider'] ?? resource['requestor'], 'Organization');
  const places = [resource['facility'], ...objects(resource['item']).map((item) => item['locationReference'])];
  const facility = places.map((place) => references.toOneOf(place, ['Location'])).find((place) => place !== null);
  return { provider, facility: facility ?? null };
}

/** Conditions of their own that the claim is for. A contained one lends its codes instead. */
export function conditionsOf({ resource, references }: Reading): Reference[] {
  const found: Reference[] = [];
  for (const diagnosis of objects(resource['diagnosis'])) {
    const reference = diagnosis['diagnosisReference'];
    if (reference === undefined || references.contained(reference)) continue;
    const condition = references.toOneOf(reference, ['Condition']);
    if (condition !== null && !found.includes(condition)) found.push(condition);
  }
  return found;
}

/** A procedure, a billed service or drug and the kind of place betray as much as a diagnosis: all their codes are there for the
 *  label rules. */
export function claimLabelCodes({ resource, references }: Reading): string[] {
  const diagnoses = objects(resource['diagnosis']);
  return labelCodesOf(
    resource,
    resource['type'],
    resource['subType'],
    diagnoses.map((one) => one['diagnosisCodeableConcept'] ?? references.contained(one['diagnosisReference'])?.['code']),
    objects(resource['procedure']).map((one) => one['procedureCodeableConcept']),
    objects(resource['item']).flatMap((item) => [
      ...[item['productOrService'], item['revenue'], item['locationCodeableConcept']],
      ...objects(item['modifier']),
      ...objects(item['programCode']),
      ...objects(item['detail']).map((detail) => detail['productOrService']),
    ]),
  );
}
