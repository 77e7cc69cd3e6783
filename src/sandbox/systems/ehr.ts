/** The EHR's part of the story: who the person is, their visits, problems and care team, and a few types that
 *  no rule of the hub needs (Observation, Immunization), so that leaving out can be seen and counted. */
import { dayFrom, dayOf, inHospitalZone, momentOn, plusDays, type Moment } from '../people/calendar.js';
import { clinicians, departmentList, type Clinician } from '../people/places.js';
import type { Sensitivity } from '../people/terms.js';
import type { Problem, Visit } from '../people/visits.js';
import type { Person } from '../people.js';
import { ehrPatient } from './ehr-patient.js';
import {
  bookingNumber,
  coding,
  concept,
  conceptOf,
  hl7,
  identifier,
  logicalReference,
  metaOf,
  reference,
  systems,
  visitNumber,
  type JsonObject,
  type Resource,
} from './resource.js';

const staffId = (clinician: Clinician): string => `prac-${clinician.index + 1}`;
const nameOf = (clinician: Clinician): string => `${clinician.name.given} ${clinician.name.family}, MD`;
const patientId = (person: Person): string => `pat-${person.index + 1}`;

const securityCode: Record<Sensitivity, string> = { PSY: 'PSY', HIV: 'HIV', SUD: 'SUD' };
function labels(row: { sensitivity?: Sensitivity; labelled: boolean }, part2 = false): JsonObject[] {
  if (!row.labelled || !row.sensitivity) return [];
  const codes = part2 ? ['ETHUD', 'SUD'] : [securityCode[row.sensitivity]];
  return [coding(hl7('v3-Confidentiality'), 'R'), ...codes.map((code) => coding(hl7('v3-ActCode'), code))];
}

/** Organizations, Locations and Practitioners: the hospital itself, once. */
export function* ehrPlaces(today: string): Generator<Resource> {
  const meta = metaOf(momentOn(today, -1500, 0));
  yield {
    resourceType: 'Organization',
    id: 'org-hospital',
    meta,
    active: true,
    type: [concept(hl7('organization-type'), 'prov', 'Hospital')],
    name: 'Lakeside General Hospital',
  };
  for (const home of departmentList) {
    yield {
      resourceType: 'Organization',
      id: `org-${home.code.toLowerCase()}`,
      meta,
      active: true,
      identifier: [{ system: systems.department, value: home.code }],
      type: [concept(hl7('organization-type'), home.part2 ? 'prov' : 'dept', home.part2 ? 'Substance use program' : 'Department')],
      name: home.ehr,
      partOf: reference('Organization', 'org-hospital'),
    };
    yield {
      resourceType: 'Location',
      id: `loc-${home.code.toLowerCase()}`,
      meta,
      status: 'active',
      name: home.room,
      mode: 'instance',
      managingOrganization: reference('Organization', `org-${home.code.toLowerCase()}`, home.ehr),
    };
  }
  for (const one of clinicians) {
    yield {
      resourceType: 'Practitioner',
      id: staffId(one),
      meta,
      active: true,
      identifier: [identifier(systems.npi, one.npi, 'NPI')],
      name: [{ use: 'official', family: one.name.family, given: [one.name.given], suffix: ['MD'] }],
    };
  }
}

const classNames = { AMB: 'ambulatory', EMER: 'emergency', IMP: 'inpatient', VR: 'virtual' } as const;

function encounter(person: Person, visit: Visit, now: Moment): Resource {
  const { department, clinician } = visit;
  const code = department.code.toLowerCase();
  const booking = person.bookings.find(({ forVisit }) => forVisit === visit.sequence);
  const updatedAt = Math.min(visit.status === 'planned' ? plusDays(now, -2) : plusDays(visit.endAt, 1), now);
  return {
    resourceType: 'Encounter',
    id: `enc-${person.index + 1}-${visit.sequence + 1}`,
    meta: metaOf(updatedAt, { version: visit.status === 'planned' ? 1 : 2, security: labels(visit, department.part2) }),
    identifier: [identifier(systems.visit, visitNumber(person.mrn, visit.sequence), 'VN')],
    status: visit.status,
    class: coding(hl7('v3-ActCode'), visit.kind, classNames[visit.kind]),
    type: [conceptOf(visit.type)],
    subject: reference('Patient', patientId(person), `${person.names.ehr.given} ${person.names.ehr.family}`),
    participant: [
      {
        type: [concept(hl7('v3-ParticipationType'), 'ATND', 'attender')],
        individual: reference('Practitioner', staffId(clinician), nameOf(clinician)),
      },
    ],
    ...(booking
      ? { appointment: [logicalReference('Appointment', systems.booking, bookingNumber(person.schedulingNumber, booking.sequence))] }
      : {}),
    period: {
      start: inHospitalZone(visit.startAt),
      ...(visit.status === 'finished' || visit.status === 'entered-in-error' ? { end: inHospitalZone(visit.endAt) } : {}),
    },
    reasonCode: [conceptOf(visit.reason)],
    ...(visit.kind === 'VR' ? {} : { location: [{ location: reference('Location', `loc-${code}`, department.room) }] }),
    serviceProvider: reference('Organization', `org-${code}`, department.ehr),
  };
}

function condition(person: Person, problem: Problem, now: Moment): Resource {
  const updatedAt = Math.min(problem.abatedAt ?? plusDays(problem.onsetAt, 1), now);
  return {
    resourceType: 'Condition',
    id: `cond-${person.index + 1}-${problem.sequence + 1}`,
    meta: metaOf(updatedAt, { version: problem.abatedAt ? 2 : 1, security: labels(problem) }),
    clinicalStatus: concept(hl7('condition-clinical'), problem.status),
    verificationStatus: concept(hl7('condition-ver-status'), 'confirmed'),
    category: [concept(hl7('condition-category'), 'problem-list-item', 'Problem list')],
    code: conceptOf(problem.term),
    subject: reference('Patient', patientId(person)),
    onsetDateTime: dayOf(problem.onsetAt),
    ...(problem.abatedAt ? { abatementDateTime: dayOf(problem.abatedAt) } : {}),
    recordedDate: dayOf(problem.onsetAt),
  };
}

function careTeam(person: Person, today: string): Resource {
  const others = person.visits
    .filter(({ sensitivity, department }) => !sensitivity && !department.part2)
    .slice(-1)
    .map(({ clinician }) => clinician);
  const members = [person.physician, ...others.filter(({ index }) => index !== person.physician.index)];
  return {
    resourceType: 'CareTeam',
    id: `team-${person.index + 1}`,
    meta: metaOf(momentOn(today, -30 - (person.index % 300), 600)),
    status: 'active',
    name: 'Care team',
    subject: reference('Patient', patientId(person)),
    participant: members.map((member, order) => ({
      role: [{ text: order === 0 ? 'Primary care physician' : 'Specialist' }],
      member: reference('Practitioner', staffId(member), nameOf(member)),
      onBehalfOf: reference('Organization', `org-${member.department.code.toLowerCase()}`, member.department.ehr),
    })),
  };
}

function* notNeeded(person: Person, today: string): Generator<Resource> {
  const meta = metaOf(momentOn(today, -60 - (person.index % 900), 620));
  const subject = reference('Patient', patientId(person));
  if (person.index % 2 === 0) {
    yield {
      resourceType: 'Observation',
      id: `obs-${person.index + 1}`,
      meta,
      status: 'final',
      code: concept('http://loinc.org', '29463-7', 'Body weight'),
      subject,
      effectiveDateTime: dayFrom(today, -60 - (person.index % 900)),
      valueQuantity: { value: 52 + (person.index % 48), unit: 'kg' },
    };
  }
  if (person.index % 3 === 0) {
    yield {
      resourceType: 'Immunization',
      id: `imm-${person.index + 1}`,
      meta,
      status: 'completed',
      vaccineCode: concept('http://hl7.org/fhir/sid/cvx', '140', 'Flu vaccine'),
      patient: subject,
      occurrenceDateTime: dayFrom(today, -60 - (person.index % 900)),
    };
  }
}

/** What staff must know first. */
function* flags(person: Person, today: string): Generator<Resource> {
  for (const [order, text] of person.alerts.entries()) {
    yield {
      resourceType: 'Flag',
      id: `flag-${person.index + 1}-${order + 1}`,
      meta: metaOf(momentOn(today, -20 - (person.index % 200), 640)),
      status: 'active',
      category: [concept(hl7('flag-category'), 'safety')],
      code: { text },
      subject: reference('Patient', patientId(person)),
    };
  }
}

export function* ehrRecords(person: Person, today: string): Generator<Resource> {
  const now = momentOn(today, 0, 12 * 60);
  yield ehrPatient(person, today);
  for (const visit of person.visits) yield encounter(person, visit, now);
  for (const problem of person.problems) yield condition(person, problem, now);
  yield careTeam(person, today);
  yield* flags(person, today);
  yield* notNeeded(person, today);
}
