/** Persons, the sources' patient records, and which record belongs to whom. Linking is one row: nothing is merged away. */
import { defineEntity, p } from '@mikro-orm/core';
import { day, fraction, index, instant, jsonList, mask, rowId, text, textList, uid, yesNo } from './columns.js';
import { Source } from './source.js';

export const Person = defineEntity({
  name: 'Person',
  tableName: 'person',
  properties: {
    id: rowId(),
    uid: uid(),
    /** After a merge the old person answers under this one; ids are never reused. (Typed as unknown: the type would
     *  refer to itself.) */
    aliasOf: (): unknown => p.manyToOne(Person).nullable().fieldName('alias_of'),
    createdAt: instant().defaultRaw('now()'),
  },
});

export const PatientRecord = defineEntity({
  name: 'PatientRecordRow',
  tableName: 'patient_record',
  properties: {
    id: rowId(),
    uid: uid(),
    source: p.manyToOne(Source),
    sourceKey: text(),
    sourceUpdatedAt: instant().nullable(),
    ingestedAt: instant(),
    stub: yesNo().default(false),
    name: text().nullable(),
    family: text().nullable(),
    given: text().nullable(),
    nameSearch: text().nullable(),
    birthDate: day().nullable(),
    deceasedAt: instant().nullable(),
    sex: text().nullable(),
    language: text().nullable(),
    interpreterNeeded: yesNo().nullable(),
    identifiers: jsonList(),
    contactPoints: jsonList(),
    address: text().nullable(),
    preferences: textList(),
    alerts: textList(),
    labelCodes: textList(),
    ownMask: mask().nullable(),
    labelMask: mask().nullable(),
  },
  uniques: [{ properties: ['source', 'sourceKey'] }],
  indexes: [
    { properties: ['birthDate'] },
    index('patient_record_name_idx', "patient_record using gin ((' ' || name_search) public.gin_trgm_ops)"),
  ],
});

export const PatientIdentifier = defineEntity({
  name: 'PatientIdentifier',
  tableName: 'patient_identifier',
  properties: {
    patientRecord: p.manyToOne(PatientRecord).primary().deleteRule('cascade'),
    system: text().primary(),
    value: text().primary(),
    type: text().nullable(),
    labelMask: mask().nullable(),
  },
  indexes: [{ properties: ['value', 'system'] }],
});

export const PatientPhone = defineEntity({
  name: 'PatientPhone',
  tableName: 'patient_phone',
  properties: {
    patientRecord: p.manyToOne(PatientRecord).primary().deleteRule('cascade'),
    digits: text().primary(),
    labelMask: mask().nullable(),
  },
  indexes: [{ properties: ['digits'] }],
});

export const PersonLink = defineEntity({
  name: 'PersonLink',
  tableName: 'person_link',
  properties: {
    patientRecord: p.oneToOne(PatientRecord).primary().deleteRule('cascade'),
    person: p.manyToOne(Person),
    assurance: p.enum(['CERTAIN', 'PROBABLE', 'POSSIBLE']),
    score: fraction().nullable(),
    evidence: textList(),
    linkedBy: text(),
    linkedAt: instant(),
    labelMask: mask().nullable(),
  },
  indexes: [index('person_link_person_idx', 'person_link (person_id, patient_record_id) include (label_mask, assurance)')],
});

export const LinkConflict = defineEntity({
  name: 'LinkConflict',
  tableName: 'link_conflict',
  properties: {
    id: rowId(),
    patientRecord: p.manyToOne(PatientRecord).deleteRule('cascade'),
    otherRecord: p.manyToOne(PatientRecord).deleteRule('cascade'),
    system: text(),
    reason: text(),
    seenAt: instant(),
  },
  uniques: [{ properties: ['patientRecord', 'otherRecord', 'system'] }],
});
