/** What the privacy officer keeps: the accounting of disclosures (45 CFR 164.528) and reviews of access. */
import { defineEntity, p } from '@mikro-orm/core';
import { day, index, instant, rowId, text, textList, uid, whole, bigNumber } from './columns.js';
import { DirectoryUser } from './directory.js';
import { PatientRecord } from './person.js';

const recorded = () => ({
  recordedAt: instant(),
  recordedBy: p.manyToOne(DirectoryUser).nullable().fieldName('recorded_by'),
  idempotencyKey: text().nullable(),
  requestHash: text().nullable(),
});

export const Disclosure = defineEntity({
  name: 'Disclosure',
  tableName: 'disclosure',
  properties: {
    id: rowId(),
    uid: uid(),
    patientRecord: p.manyToOne(PatientRecord),
    at: instant(),
    recipient: text(),
    description: text(),
    purpose: text(),
    ...recorded(),
  },
  indexes: [index('disclosure_patient_record_id_at_idx', 'disclosure (patient_record_id, at)')],
  uniques: [{ properties: ['recordedBy', 'idempotencyKey'] }],
});

export const AccountingSuspension = defineEntity({
  name: 'AccountingSuspension',
  tableName: 'accounting_suspension',
  properties: {
    id: rowId(),
    uid: uid(),
    patientRecord: p.manyToOne(PatientRecord),
    recipient: text(),
    statement: text(),
    statedBy: text(),
    statedAt: instant(),
    until: instant(),
    ...recorded(),
  },
  indexes: [index('accounting_suspension_patient_record_id_idx', 'accounting_suspension (patient_record_id)')],
  uniques: [{ properties: ['recordedBy', 'idempotencyKey'] }],
  checks: [
    {
      name: 'accounting_suspension_statement_check',
      expression: `statement in ('WRITTEN', 'ORAL')`,
      property: 'statement',
    },
  ],
});

export const AccessDay = defineEntity({
  name: 'AccessDay',
  tableName: 'access_day',
  properties: { userUid: p.uuid().primary(), role: text().primary(), day: day().primary(), patients: whole() },
  indexes: [index('access_day_role_day_idx', 'access_day (role, day)')],
});

export const AccessLook = defineEntity({
  name: 'AccessLook',
  tableName: 'access_look',
  properties: { userUid: p.uuid().primary(), personUid: p.uuid().primary(), day: day().primary(), role: text(), reads: whole() },
  indexes: [index('access_look_user_uid_day_idx', 'access_look (user_uid, day)'), index('access_look_day_idx', 'access_look (day)')],
});

export const SnoopingCursor = defineEntity({
  name: 'SnoopingCursor',
  tableName: 'snooping_cursor',
  properties: { search: text().primary(), seq: bigNumber() },
});

export const AccessReview = defineEntity({
  name: 'AccessReview',
  tableName: 'access_review',
  properties: {
    id: rowId(),
    uid: uid(),
    rule: text(),
    subject: text(),
    userUid: p.uuid(),
    personUid: p.uuid().nullable(),
    firstAt: instant(),
    lastAt: instant(),
    entries: whole(),
    evidence: textList(),
    openedAt: instant(),
    dueAt: instant(),
    state: text(),
    reviewedBy: p.manyToOne(DirectoryUser).nullable().fieldName('reviewed_by'),
    reviewedAt: instant().nullable(),
    note: text().nullable(),
  },
  indexes: [index('access_review_opened_at_idx', 'access_review (opened_at desc)')],
  uniques: [{ properties: ['rule', 'userUid', 'subject'] }],
  checks: [
    {
      name: 'access_review_state_check',
      expression: `state in ('OPEN', 'JUSTIFIED', 'NOT_JUSTIFIED')`,
      property: 'state',
    },
  ],
});
