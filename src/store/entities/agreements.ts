/** What the hospital and a patient have between them: consents as the sources keep them, restrictions that the hospital
 *  agreed to, and where the patient wants to be reached. They hang on a patient record as facts do. */
import { defineEntity, p } from '@mikro-orm/core';
import { instant, mask, rowId, text, textList, uid, whole, yesNo } from './columns.js';
import { DirectoryUser } from './directory.js';
import { provenance } from './facts.js';
import { PatientRecord } from './person.js';

export const ConsentProvision = defineEntity({
  name: 'ConsentProvisionRow',
  tableName: 'consent_provision',
  properties: {
    ...provenance(),
    patientRecord: p.manyToOne(PatientRecord),
    position: whole(),
    parent: whole().nullable(),
    status: text().nullable(),
    scope: text().nullable(),
    consentedAt: instant().nullable(),
    denies: yesNo(),
    startAt: instant().nullable(),
    endAt: instant().nullable(),
    actorRefs: textList(),
    purposes: textList(),
    actions: textList(),
    classes: textList(),
    securityLabels: textList(),
    vague: yesNo(),
  },
  uniques: [{ properties: ['sourceId', 'sourceKey', 'position'] }],
  indexes: [{ properties: ['patientRecord'] }],
});

/** 45 CFR 164.522(a). */
export const Restriction = defineEntity({
  name: 'Restriction',
  tableName: 'restriction',
  properties: {
    id: rowId(),
    uid: uid(),
    patientRecord: p.manyToOne(PatientRecord),
    recipient: p.enum(['HEALTH_PLAN', 'NAMED', 'VIEWERS']),
    recipientName: text().nullable(),
    phiClasses: textList(),
    startAt: instant(),
    endAt: instant().nullable(),
    reason: text(),
    agreedBy: p.manyToOne(DirectoryUser).fieldName('agreed_by'),
    agreedAt: instant(),
    endedBy: p.manyToOne(DirectoryUser).fieldName('ended_by').nullable(),
    endReason: text().nullable(),
    idempotencyKey: text().nullable(),
    requestHash: text().nullable(),
    labelMask: mask().nullable(),
  },
  uniques: [{ properties: ['agreedBy', 'idempotencyKey'] }],
  indexes: [{ properties: ['patientRecord'] }],
});

/** 45 CFR 164.522(b). */
export const ConfidentialContact = defineEntity({
  name: 'ConfidentialContact',
  tableName: 'confidential_contact',
  properties: {
    id: rowId(),
    uid: uid(),
    patientRecord: p.manyToOne(PatientRecord),
    kind: text(),
    value: text(),
    use: text().nullable(),
    recordedBy: p.manyToOne(DirectoryUser).fieldName('recorded_by'),
    recordedAt: instant(),
    endedAt: instant().nullable(),
    idempotencyKey: text().nullable(),
    requestHash: text().nullable(),
    labelMask: mask().nullable(),
  },
  uniques: [{ properties: ['recordedBy', 'idempotencyKey'] }],
  indexes: [{ properties: ['patientRecord'] }],
});
