/** What happened and will happen to a patient: encounters, appointments, conditions and the care team. */
import { defineEntity, p } from '@mikro-orm/core';
import { bigNumber, index, instant, mask, rowId, smallNumber, text, textList, uid, whole, yesNo } from './columns.js';
import { PatientRecord } from './person.js';

/** What every fact carries: where it came from, whose it is, and its labels. */
export const provenance = () => ({
  id: rowId(),
  uid: uid(),
  sourceId: smallNumber(),
  sourceKey: text(),
  sourceUpdatedAt: instant().nullable(),
  ingestedAt: instant(),
  labelCodes: textList(),
  ownMask: mask().nullable(),
  labelMask: mask().nullable(),
});

/** The order of a patient's list, newest first, with the mask beside it so that a count need not visit the row. */
export const newestFirst = (table: string, at: string) =>
  index(`${table}_patient_record_id_${at}_id_label_mask_idx`, `${table} (patient_record_id, ${at} desc, id desc) include (label_mask)`);

export const Encounter = defineEntity({
  name: 'Encounter',
  tableName: 'encounter',
  properties: {
    ...provenance(),
    patientRecord: p.manyToOne(PatientRecord),
    identifiers: textList(),
    status: text().nullable(),
    class: text().nullable(),
    virtual: yesNo().nullable(),
    typeSystem: text().nullable(),
    typeCode: text().nullable(),
    typeDisplay: text().nullable(),
    reasonSystem: text().nullable(),
    reasonCode: text().nullable(),
    reasonDisplay: text().nullable(),
    startAt: instant().nullable(),
    endAt: instant().nullable(),
    locationRef: text().nullable(),
    organizationRef: text().nullable(),
    practitionerRefs: textList(),
  },
  uniques: [{ properties: ['sourceId', 'sourceKey'] }],
  indexes: [newestFirst('encounter', 'start_at'), { properties: ['identifiers'], type: 'gin' }],
});

export const Appointment = defineEntity({
  name: 'Appointment',
  tableName: 'appointment',
  properties: {
    ...provenance(),
    patientRecord: p.manyToOne(PatientRecord),
    status: text().nullable(),
    startAt: instant().nullable(),
    endAt: instant().nullable(),
    minutes: whole().nullable(),
    bookedAt: instant().nullable(),
    virtual: yesNo().nullable(),
    serviceSystem: text().nullable(),
    serviceCode: text().nullable(),
    serviceDisplay: text().nullable(),
    reasonSystem: text().nullable(),
    reasonCode: text().nullable(),
    reasonDisplay: text().nullable(),
    locationRef: text().nullable(),
    organizationRef: text().nullable(),
    practitionerRefs: textList(),
    cancellationReason: text().nullable(),
    reschedules: whole().default(0),
  },
  uniques: [{ properties: ['sourceId', 'sourceKey'] }],
  indexes: [newestFirst('appointment', 'start_at')],
});

export const Condition = defineEntity({
  name: 'Condition',
  tableName: 'condition',
  properties: {
    ...provenance(),
    patientRecord: p.manyToOne(PatientRecord),
    encounterRef: text().nullable(),
    encounterId: bigNumber().nullable(),
    codeSystem: text().nullable(),
    code: text().nullable(),
    codeDisplay: text().nullable(),
    clinicalStatus: text().nullable(),
    onsetAt: instant().nullable(),
    abatementAt: instant().nullable(),
  },
  uniques: [{ properties: ['sourceId', 'sourceKey'] }],
  indexes: [newestFirst('condition', 'onset_at'), { properties: ['sourceId', 'encounterRef'] }, { properties: ['encounterId'] }],
});

export const CareTeamMember = defineEntity({
  name: 'CareTeamMember',
  tableName: 'care_team_member',
  properties: {
    ...provenance(),
    patientRecord: p.manyToOne(PatientRecord),
    position: whole(),
    memberRef: text().nullable(),
    name: text().nullable(),
    role: text().nullable(),
    organizationRef: text().nullable(),
  },
  uniques: [{ properties: ['sourceId', 'sourceKey', 'position'] }],
  indexes: [{ properties: ['patientRecord'] }],
});
