/** Encounters, appointments, conditions and care teams: which column a record's value goes to. */
import type { AppointmentRecord, CareTeamRecord, ConditionRecord, EncounterRecord } from '../../records/index.js';
import { coding, instant, ref, refs, text, whileSame, whileUnnamed, whole, yesNo } from './columns.js';
import { fact } from './fact.js';
import { keyText, listText } from './values.js';

type Encounter = EncounterRecord;
type Appointment = AppointmentRecord;
type Condition = ConditionRecord;
type CareTeam = CareTeamRecord;

export const encounters = fact('encounter', {
  table: 'encounter',
  patient: (record) => record.patient,
  labels: 'own and added',
  pendingWhile: whileUnnamed('location_ref', 'organization_ref'),
  columns: {
    identifiers: {
      type: 'text[]',
      of: ({ identifiers }) => listText(identifiers.map(({ system, value }) => keyText('identifiers', `${system}|${value}`))),
    },
    status: text((record) => record.status),
    class: text((record) => record.class),
    virtual: yesNo((record) => record.virtual),
    ...coding<Encounter, 'type'>('type', (record) => record.type),
    ...coding<Encounter, 'reason'>('reason', (record) => record.reason),
    start_at: instant('start', (record) => record.start),
    end_at: instant('end', (record) => record.end),
    location_ref: ref((record) => record.location),
    organization_ref: ref((record) => record.organization),
    practitioner_refs: refs((record) => record.practitioners),
  },
});

export const appointments = fact('appointment', {
  table: 'appointment',
  patient: (record) => record.patient,
  labels: 'own and added',
  pendingWhile: whileUnnamed('location_ref', 'organization_ref'),
  columns: {
    status: text((record) => record.status),
    start_at: instant('start', (record) => record.start),
    end_at: instant('end', (record) => record.end),
    minutes: whole('minutes', (record) => record.minutes),
    booked_at: instant('bookedAt', (record) => record.bookedAt),
    virtual: yesNo((record) => record.virtual),
    ...coding<Appointment, 'service'>('service', (record) => record.serviceType),
    ...coding<Appointment, 'reason'>('reason', (record) => record.reason),
    location_ref: ref((record) => record.location),
    organization_ref: ref((record) => record.organization),
    practitioner_refs: refs((record) => record.practitioners),
    cancellation_reason: text((record) => record.cancellationReason),
  },
  onUpdate: { reschedules: 't.reschedules + (t.start_at <> excluded.start_at is true)::int' },
});

export const conditions = fact('condition', {
  table: 'condition',
  patient: (record) => record.patient,
  labels: 'own and added',
  pendingWhile: 'i.encounter_ref is not null',
  columns: {
    encounter_ref: ref((record) => record.encounter),
    code_system: text<Condition>((record) => record.code?.system ?? null),
    code: text<Condition>((record) => record.code?.code ?? null),
    code_display: text<Condition>((record) => record.code?.display ?? null),
    clinical_status: text((record) => record.clinicalStatus),
    onset_at: instant('onset', (record) => record.onset),
    abatement_at: instant('abatement', (record) => record.abatement),
  },
  onUpdate: whileSame('encounter_id', 'encounter_ref'),
});

const member = (record: CareTeam, at: number) => record.members[at];

export const careTeamMembers = fact('careTeam', {
  table: 'care_team_member',
  patient: (record) => record.patient,
  labels: 'own and added',
  pendingWhile: whileUnnamed('organization_ref'),
  rows: (record) => record.members.length,
  columns: {
    position: whole('position', (_, at) => at),
    member_ref: ref((record, at) => member(record, at)?.member ?? null),
    name: text((record, at) => member(record, at)?.name ?? null),
    role: text((record, at) => member(record, at)?.role ?? null),
    organization_ref: ref((record, at) => member(record, at)?.organization ?? null),
  },
});
