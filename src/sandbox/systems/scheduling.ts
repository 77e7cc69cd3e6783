/** The scheduling system's part: bookings, under patient numbers of its own. A moved booking is the same Appointment
 *  in a later version, with a count of its moves; who cancelled and why is coded. Instants are in UTC here. */
import { dayFrom, inUtc, momentOn, plusDays, plusMinutes, type Moment } from '../people/calendar.js';
import { clinicians, departmentList } from '../people/places.js';
import type { Booking } from '../people/visits.js';
import type { Person } from '../people.js';
import { addressOf, communicationOf } from './ehr-patient.js';
import {
  bookingNumber,
  concept,
  conceptOf,
  hl7,
  identifier,
  metaOf,
  reference,
  systems,
  type JsonObject,
  type Resource,
} from './resource.js';

const rescheduleCountUrl = 'http://example.org/fhir/StructureDefinition/appointment-reschedule-count';
const virtualServiceUrl = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.virtualService';

const staffId = (index: number): string => `staff-${index + 1}`;
const siteId = (key: string): string => `site-${key.toLowerCase()}`;

/** Staff, sites, a Schedule per clinician, and three weeks of free and busy Slots. */
export function* schedulingPlaces(today: string): Generator<Resource> {
  const meta = metaOf(momentOn(today, -1500, 0));
  for (const home of departmentList)
    yield { resourceType: 'Location', id: siteId(home.key), meta, status: 'active', name: home.scheduling };
  for (const one of clinicians) {
    const actor = reference('Practitioner', staffId(one.index), `${one.name.family}, ${one.name.given}`);
    yield {
      resourceType: 'Practitioner',
      id: staffId(one.index),
      meta,
      active: true,
      identifier: [identifier(systems.npi, one.npi, 'NPI')],
      name: [{ family: one.name.family, given: [one.name.given] }],
    };
    yield {
      resourceType: 'Schedule',
      id: `sched-${one.index + 1}`,
      meta: metaOf(momentOn(today, -1, 60)),
      active: true,
      actor: [actor, reference('Location', siteId(one.department.key))],
      planningHorizon: { start: dayFrom(today, 0), end: dayFrom(today, 75) },
    };
    for (let turn = 0; turn < 45; turn++) {
      const startAt = momentOn(today, 1 + Math.floor(turn / 3), 540 + (turn % 3) * 120);
      yield {
        resourceType: 'Slot',
        id: `slot-${one.index + 1}-${turn + 1}`,
        meta: metaOf(momentOn(today, -1, 60)),
        schedule: reference('Schedule', `sched-${one.index + 1}`),
        status: (turn + one.index) % 3 === 0 ? 'busy' : 'free',
        start: inUtc(startAt),
        end: inUtc(plusMinutes(startAt, 30)),
      };
    }
  }
}

function patient(person: Person, today: string): Resource {
  const { scheduling } = person.names;
  return {
    resourceType: 'Patient',
    id: `p${person.schedulingNumber}`,
    meta: metaOf(momentOn(today, -2 - (person.index % 300), 700)),
    identifier: [
      identifier(systems.schedulingPatient, person.schedulingNumber, 'PI'),
      ...(person.linked.scheduling ? [identifier(systems.mrn, person.mrn, 'MR')] : []),
    ],
    name: [{ family: scheduling.family, given: [scheduling.given] }],
    telecom: [{ system: 'phone', value: person.mobile.replace(/[()]/g, '').replace(' ', '-'), use: 'mobile' }],
    gender: person.sex,
    birthDate: person.schedulingBornOn,
    address: addressOf(person),
    communication: communicationOf(person),
  };
}

function participants(person: Person, booking: Booking): JsonObject[] {
  const { clinician, department } = booking;
  const status = booking.status === 'cancelled' ? 'declined' : 'accepted';
  return [
    { actor: reference('Patient', `p${person.schedulingNumber}`), required: 'required', status },
    {
      actor: reference('Practitioner', staffId(clinician.index), `${clinician.name.family}, ${clinician.name.given}`),
      required: 'required',
      status: 'accepted',
    },
    { actor: reference('Location', siteId(department.key), department.scheduling), required: 'required', status: 'accepted' },
  ];
}

function appointment(person: Person, booking: Booking, now: Moment): Resource {
  const settledAt =
    booking.status === 'booked'
      ? plusDays(booking.bookedAt, booking.reschedules)
      : booking.status === 'cancelled'
        ? plusDays(booking.startAt, -1)
        : plusMinutes(booking.startAt, booking.minutes);
  const changed = booking.status === 'booked' ? 0 : 1;
  const extension: JsonObject[] = [
    ...(booking.reschedules > 0 ? [{ url: rescheduleCountUrl, valueInteger: booking.reschedules }] : []),
    ...(booking.virtual
      ? [{ url: virtualServiceUrl, extension: [{ url: 'channelType', valueCoding: { code: 'video', display: 'Video call' } }] }]
      : []),
  ];
  return {
    resourceType: 'Appointment',
    id: `apt-${person.index + 1}-${booking.sequence + 1}`,
    meta: metaOf(Math.min(settledAt, now), { version: 1 + booking.reschedules + changed }),
    ...(extension.length > 0 ? { extension } : {}),
    identifier: [identifier(systems.booking, bookingNumber(person.schedulingNumber, booking.sequence))],
    status: booking.status,
    ...(booking.cancellation ? { cancelationReason: concept(hl7('appointment-cancellation-reason'), ...booking.cancellation) } : {}),
    serviceType: [conceptOf(booking.service)],
    reasonCode: [conceptOf(booking.reason)],
    start: inUtc(booking.startAt),
    end: inUtc(plusMinutes(booking.startAt, booking.minutes)),
    minutesDuration: booking.minutes,
    created: inUtc(booking.bookedAt),
    participant: participants(person, booking),
  };
}

export function* schedulingRecords(person: Person, today: string): Generator<Resource> {
  const now = momentOn(today, 0, 12 * 60);
  yield patient(person, today);
  for (const booking of person.bookings) yield appointment(person, booking, now);
}
