/** CareTeam: who looks after the patient. Synthea lists the patient as a member of their own team; that is left out. */
import { labelCodesOf, wordsOf } from './coding.js';
import { objects } from './fields.js';
import { patientOf, type Mapping } from './reading.js';

export const readCareTeam: Mapping = (reading) => {
  const { resource, key, sourceUpdatedAt, references } = reading;
  if (resource['status'] === 'entered-in-error') return 'deleted';
  const patient = patientOf(reading, 'subject');
  const members = objects(resource['participant']).map((participant) => ({
    member: references.to(participant['member'], 'Practitioner'),
    name: references.named(participant['member']),
    role: wordsOf(participant['role']),
    organization: references.toOneOf(participant['onBehalfOf'], ['Organization']),
  }));
  return [
    {
      kind: 'careTeam',
      key,
      sourceUpdatedAt,
      labelCodes: labelCodesOf(resource, resource['category'], resource['reasonCode']),
      patient,
      members: members.filter((one) => one.member !== patient && (one.member !== null || one.name !== null || one.role !== null)),
    },
  ];
};
