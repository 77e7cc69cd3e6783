/** The facts about a person as they are shown: encounters, appointments, conditions, the care team. Each row carries labels;
 *  where one is masked for the viewer only its date, its kind and where it comes from remain. */
import { coding, column, id, instant, shape } from '../kernel/index.js';
import { onRecord } from './on-record.js';
import { recordsOfSamePerson } from './consents.js';
import { provenance, sourceJoin } from './provenance.js';

/** What the source's own name for a place is called here; a place that no map names is shown by its own name, and said so. */
const placeJoin = {
  columns: {
    location: '(select n.name from source_name n where n.source_id = $.source_id and n.ref = $.location_ref)',
    department: `coalesce(
      (select d.name from source_name n join department d on d.id = n.department_id where n.source_id = $.source_id and n.ref = $.location_ref),
      (select d.name from source_name n join department d on d.id = n.department_id where n.source_id = $.source_id and n.ref = $.organization_ref),
      (select n.name || ' (not mapped)' from source_name n where n.source_id = $.source_id and n.ref = coalesce($.organization_ref, $.location_ref)))`,
    // One by one, by key: the planner would rather read every name that the sources have sent.
    practitioners: `array(select n.name from unnest($.practitioner_refs) with ordinality u(ref, at)
      cross join lateral (select n.name from source_name n where n.source_id = $.source_id and n.ref = u.ref offset 0) n where n.name is not null order by u.at)`,
  },
};
const labels = column(':labels', { phi: 'CLINICAL' });

export const encounterShape = shape('Encounter', {
  table: 'encounter',
  tag: 'enc',
  ...onRecord('CLINICAL'),
  labelled: { keeps: ['id', 'start', 'provenance'] },
  joins: { source: sourceJoin, place: placeJoin },
  timeline: { kind: 'ENCOUNTER', at: '$.start_at', title: `coalesce($.type_display, $.class, 'Visit')`, detail: '$.reason_display' },
  fields: {
    id: id('enc'),
    status: column('status', { phi: 'CLINICAL' }),
    class: column('class', { phi: 'CLINICAL' }),
    virtual: column('virtual', { phi: 'CLINICAL' }),
    type: coding('type', { phi: 'CLINICAL' }),
    reason: coding('reason', { phi: 'CLINICAL' }),
    start: instant('start_at', { phi: 'CLINICAL' }),
    end: instant('end_at', { phi: 'CLINICAL' }),
    location: column('$@place.location', { phi: 'CLINICAL' }),
    department: column('$@place.department', { phi: 'CLINICAL' }),
    practitioners: column('$@place.practitioners', { phi: 'CLINICAL' }),
    labels,
    provenance,
  },
});

export const appointmentShape = shape('Appointment', {
  table: 'appointment',
  tag: 'apt',
  ...onRecord('SCHEDULING'),
  labelled: { keeps: ['id', 'start', 'provenance'] },
  joins: { source: sourceJoin, place: placeJoin },
  timeline: {
    kind: 'APPOINTMENT',
    at: '$.start_at',
    title: `coalesce($.service_display, 'Appointment')`,
    detail: `concat_ws(': ', $.status, $.cancellation_reason)`,
  },
  fields: {
    id: id('apt'),
    status: column('status', { phi: 'SCHEDULING' }),
    start: instant('start_at', { phi: 'SCHEDULING' }),
    end: instant('end_at', { phi: 'SCHEDULING' }),
    minutes: column('minutes', { phi: 'SCHEDULING' }),
    bookedAt: instant('booked_at', { phi: 'SCHEDULING' }),
    virtual: column('virtual', { phi: 'SCHEDULING' }),
    serviceType: coding('service', { phi: 'SCHEDULING' }),
    reason: coding('reason', { phi: 'CLINICAL' }),
    location: column('$@place.location', { phi: 'SCHEDULING' }),
    department: column('$@place.department', { phi: 'SCHEDULING' }),
    practitioners: column('$@place.practitioners', { phi: 'SCHEDULING' }),
    cancellationReason: column('cancellation_reason', { phi: 'SCHEDULING' }),
    reschedules: column('reschedules', { phi: 'SCHEDULING' }),
    labels,
    provenance,
  },
});

export const conditionShape = shape('Condition', {
  table: 'condition',
  tag: 'cnd',
  ...onRecord('CLINICAL'),
  labelled: { keeps: ['id', 'onset', 'provenance'] },
  joins: { source: sourceJoin },
  timeline: { kind: 'CONDITION', at: '$.onset_at', title: `coalesce($.code_display, $.code, 'Condition')`, detail: '$.clinical_status' },
  fields: {
    id: id('cnd'),
    code: {
      is: 'object',
      phi: 'CLINICAL',
      when: '$.code is not null',
      fields: { system: column('code_system'), code: column('code'), display: column('code_display') },
    },
    clinicalStatus: column('clinical_status', { phi: 'CLINICAL' }),
    onset: instant('onset_at', { phi: 'CLINICAL' }),
    abatement: instant('abatement_at', { phi: 'CLINICAL' }),
    labels,
    provenance,
  },
});

export const careTeamMemberShape = shape('CareTeamMember', {
  table: 'care_team_member',
  labelled: { keeps: [] },
  consentsAlone: recordsOfSamePerson('$.patient_record_id'),
  joins: {
    called: {
      columns: {
        name: 'coalesce($.name, (select n.name from source_name n where n.source_id = $.source_id and n.ref = $.member_ref))',
        organization: '(select n.name from source_name n where n.source_id = $.source_id and n.ref = $.organization_ref)',
      },
    },
  },
  fields: {
    name: column('$@called.name', { phi: 'CLINICAL' }),
    role: column('role', { phi: 'CLINICAL' }),
    organization: column('$@called.organization', { phi: 'CLINICAL' }),
  },
});
