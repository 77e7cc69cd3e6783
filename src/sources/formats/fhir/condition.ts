/** Condition: a problem or diagnosis. What the source took back (entered in error, refuted) is no fact of the patient. */
import { codeIn, codingOf, labelCodesOf } from './coding.js';
import { object } from './fields.js';
import { instantOf } from './instants.js';
import { patientOf, type Mapping } from './reading.js';

const verification = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';
const clinical = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
const takenBack: readonly string[] = ['entered-in-error', 'refuted'];

export const readCondition: Mapping = (reading) => {
  const { resource, key, sourceUpdatedAt, references } = reading;
  if (takenBack.includes(codeIn(resource['verificationStatus'], verification) ?? '')) return 'deleted';
  return [
    {
      kind: 'condition',
      key,
      sourceUpdatedAt,
      labelCodes: labelCodesOf(resource, resource['code'], resource['category']),
      patient: patientOf(reading, 'subject'),
      encounter: references.toOneOf(resource['encounter'], ['Encounter']),
      code: codingOf(resource['code']),
      clinicalStatus: codeIn(resource['clinicalStatus'], clinical),
      onset: instantOf(resource['onsetDateTime'] ?? object(resource['onsetPeriod'])?.['start']),
      abatement: instantOf(resource['abatementDateTime'] ?? object(resource['abatementPeriod'])?.['end']),
    },
  ];
};
