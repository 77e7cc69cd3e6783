/** Encounter: a visit. Location and department are references here; the directory turns them into ours. */
import type { EncounterRecord, Reference } from '../../../records/index.js';
import { codingOf, labelCodesOf } from './coding.js';
import { object, objects, text, type Json } from './fields.js';
import { instantOf } from './instants.js';
import { identifiersOf } from './naming.js';
import { patientOf, type Reading } from './reading.js';

/** v3-ActCode's class of a visit by video or telephone. */
const virtualClass = 'VR';
export const staffTypes: readonly string[] = ['Practitioner', 'PractitionerRole'];

/** Where the patient is, or was last: the active place, else the last that was entered. */
function placeOf(encounter: Json): unknown {
  const places = objects(encounter['location']);
  return (places.find((one) => one['status'] === 'active') ?? places.at(-1))?.['location'];
}

export function readEncounter(reading: Reading): EncounterRecord[] {
  const { resource, key, sourceUpdatedAt, references } = reading;
  const visitClass = object(resource['class']);
  const period = object(resource['period']);
  const practitioners: Reference[] = [];
  for (const participant of objects(resource['participant'])) {
    const staff = references.toOneOf(participant['individual'], staffTypes);
    if (staff !== null && !practitioners.includes(staff)) practitioners.push(staff);
  }
  return [
    {
      kind: 'encounter',
      key,
      sourceUpdatedAt,
      labelCodes: labelCodesOf(resource, visitClass, resource['type'], resource['serviceType'], resource['reasonCode']),
      patient: patientOf(reading, 'subject'),
      identifiers: identifiersOf(resource['identifier']),
      status: text(resource['status']),
      class: text(visitClass?.['code']),
      virtual: visitClass?.['code'] === virtualClass,
      type: codingOf(resource['type']),
      reason: codingOf(resource['reasonCode']),
      start: instantOf(period?.['start']),
      end: instantOf(period?.['end']),
      location: references.toOneOf(placeOf(resource), ['Location']),
      organization: references.toOneOf(resource['serviceProvider'], ['Organization']),
      practitioners,
    },
  ];
}
