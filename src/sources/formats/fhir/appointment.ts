/** Appointment: a booking. R4 keeps patient, staff and place in one list of participants. */
import type { AppointmentRecord, Reference } from '../../../records/index.js';
import { codeIn, codingOf, labelCodesOf, wordsOf } from './coding.js';
import { extensionsOf, object, objects, text, type Json } from './fields.js';
import { instantOf } from './instants.js';
import type { Reading } from './reading.js';
import { Unreadable } from './unreadable.js';

/** R5's Appointment.virtualService, as HL7 lets R4 carry it. */
const virtualService = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.virtualService';
const actCode = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

/** The patient among the participants. NHS booking sends one participant as a bare `urn:uuid:` without any type: where
 *  nobody else can be the patient, an actor of no known type is. */
function patientAmong({ resource, references }: Reading): Reference {
  const actors = objects(resource['participant']).map((participant) => object(participant['actor']));
  const named = actors.map((actor) => references.toOneOf(actor, ['Unknown', 'Patient'])).filter((actor) => actor !== null);
  const patient = named.find((actor) => actor.startsWith('Patient')) ?? null;
  if (patient !== null) return patient;
  const [only, ...others] = named;
  if (only === undefined || others.length > 0) throw new Unreadable('NO_SUBJECT', 'no participant of the Appointment is a Patient');
  return only.replace(/^Unknown/, 'Patient');
}

function minutesOf(appointment: Json, start: string | null, end: string | null): number | null {
  const said = appointment['minutesDuration'];
  if (typeof said === 'number' && Number.isInteger(said) && said >= 0 && said < 1_000_000) return said;
  const minutes = start !== null && end !== null ? Math.round((Date.parse(end) - Date.parse(start)) / 60_000) : -1;
  return minutes >= 0 ? minutes : null;
}

export function readAppointment(reading: Reading): AppointmentRecord[] {
  const { resource, key, sourceUpdatedAt, references } = reading;
  const start = instantOf(resource['start']);
  const end = instantOf(resource['end']);
  const practitioners: Reference[] = [];
  let location: Reference | null = null;
  for (const participant of objects(resource['participant'])) {
    const staff = references.toOneOf(participant['actor'], ['Unknown', 'Practitioner', 'PractitionerRole']);
    if (staff !== null && staff.startsWith('Practitioner') && !practitioners.includes(staff)) practitioners.push(staff);
    const place = references.toOneOf(participant['actor'], ['Unknown', 'Location']);
    if (place !== null && place.startsWith('Location')) location ??= place;
  }
  return [
    {
      kind: 'appointment',
      key,
      sourceUpdatedAt,
      labelCodes: labelCodesOf(
        resource,
        resource['serviceCategory'],
        resource['serviceType'],
        resource['specialty'],
        resource['appointmentType'],
        resource['reasonCode'],
      ),
      patient: patientAmong(reading),
      status: text(resource['status']),
      start,
      end,
      minutes: minutesOf(resource, start, end),
      bookedAt: instantOf(resource['created']),
      virtual: extensionsOf(resource, virtualService).length > 0 || codeIn(resource['appointmentType'], actCode) === 'VR',
      serviceType: codingOf(resource['serviceType']) ?? codingOf(resource['appointmentType']),
      reason: codingOf(resource['reasonCode']),
      location,
      organization: null,
      practitioners,
      cancellationReason: wordsOf(resource['cancelationReason']),
    },
  ];
}
