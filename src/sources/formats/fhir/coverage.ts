/** Coverage: who insures the patient. Synthea and CMS put it inside the ExplanationOfBenefit; see insurers.ts. */
import { codingOf, labelCodesOf } from './coding.js';
import { object, objects, text, type Json } from './fields.js';
import { dateOf } from './instants.js';
import { identifiersOf } from './naming.js';
import { patientOf, type Mapping } from './reading.js';

const takenBack: readonly string[] = ['entered-in-error', 'cancelled'];

const memberIdOf = (coverage: Json): string | null =>
  text(coverage['subscriberId']) ?? identifiersOf(coverage['identifier']).find((one) => one.type === 'MB')?.value ?? null;

export const readCoverage: Mapping = (reading) => {
  const { resource, key, sourceUpdatedAt, references } = reading;
  if (takenBack.includes(text(resource['status']) ?? '')) return 'deleted';
  const [payor] = objects(resource['payor']);
  const period = object(resource['period']);
  return [
    {
      kind: 'coverage',
      key,
      sourceUpdatedAt,
      labelCodes: labelCodesOf(resource, resource['type']),
      patient: patientOf(reading, 'beneficiary'),
      payor: references.named(payor),
      payorOrganization: references.toOneOf(payor, ['Organization']),
      type: codingOf(resource['type']),
      memberId: memberIdOf(resource),
      start: dateOf(period?.['start']),
      end: dateOf(period?.['end']),
    },
  ];
};
