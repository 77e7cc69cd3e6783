/** A complaint case and all that belongs to one. A child knows its case; a case never lists its children. */
import { defineEntity, p } from '@mikro-orm/core';
import { bigNumber, index, instant, json, jsonList, mask, rowId, text, uid, whole, yesNo } from './columns.js';
import { Department, DirectoryUser, Facility } from './directory.js';
import { PatientRecord } from './person.js';

/** The order of a case's list, newest first. */
const newestInCase = (table: string) => index(`${table}_case_id_at_id_idx`, `${table} (case_id, at desc, id desc)`);

export const CaseFile = defineEntity({
  name: 'CaseFile',
  tableName: 'case_file',
  properties: {
    id: rowId(),
    uid: uid(),
    number: text().unique(),
    kind: text(),
    status: text(),
    version: whole().default(1),
    facility: p.manyToOne(Facility),
    classification: text(),
    channel: text(),
    receivedAt: instant(),
    openedAt: instant(),
    openedBy: p.manyToOne(DirectoryUser).nullable().fieldName('opened_by'),
    acknowledgedAt: instant().nullable(),
    closedAt: instant().nullable(),
    summary: text(),
    narrative: text().nullable(),
    severity: whole().nullable(),
    patientRecord: p.manyToOne(PatientRecord).nullable(),
    assignedTo: p.manyToOne(DirectoryUser).nullable().fieldName('assigned_to'),
    escalationLevel: whole().default(0),
    requestsResponse: yesNo().nullable(),
    resolvedOnTheSpot: yesNo().nullable(),
    complainantName: text().nullable(),
    complainantRelationship: text().nullable(),
    complainantAuthorized: yesNo().nullable(),
    complainantAuthority: text().nullable(),
    complainantContactPoints: jsonList(),
    nextDueAt: instant().nullable(),
    ownMask: mask().default(0),
    labelMask: mask().default(0),
    /** When it was closed by the real clock; kept by a trigger. */
    accessEndedAt: instant().nullable(),
  },
  indexes: [
    index('case_file_assigned_to_next_due_at_id_label_mask_idx', 'case_file (assigned_to, next_due_at, id) include (label_mask)'),
    index('case_file_worklist_idx', "case_file ((coalesce(next_due_at, 'infinity'::timestamptz)), uid) include (label_mask)"),
    index('case_file_patient_record_id_received_at_id_idx', 'case_file (patient_record_id, received_at desc, id desc)'),
  ],
});

export const CaseDepartment = defineEntity({
  name: 'CaseDepartment',
  tableName: 'case_department',
  properties: {
    case: p.manyToOne(CaseFile).primary().deleteRule('cascade'),
    department: p.manyToOne(Department).primary(),
    position: whole().default(0),
  },
  indexes: [{ properties: ['department', 'case'] }],
});

export const CaseIssue = defineEntity({
  name: 'CaseIssue',
  tableName: 'case_issue',
  properties: {
    id: rowId(),
    uid: uid(),
    case: p.manyToOne(CaseFile).deleteRule('cascade'),
    domain: text(),
    category: text(),
    subcategory: text().nullable(),
    severity: whole().nullable(),
    harm: whole().nullable(),
    stage: text().nullable(),
    department: p.manyToOne(Department).nullable(),
    codedBy: p.manyToOne(DirectoryUser).nullable().fieldName('coded_by'),
    codedAt: instant(),
    labelMask: mask().default(0),
  },
  indexes: [{ properties: ['case'] }],
});

export const CaseSubject = defineEntity({
  name: 'CaseSubject',
  tableName: 'case_subject',
  properties: {
    case: p.manyToOne(CaseFile).primary().deleteRule('cascade'),
    subjectKind: p.enum(['encounter', 'appointment', 'claim']).primary(),
    subjectId: bigNumber().primary(),
  },
});

export const Interaction = defineEntity({
  name: 'Interaction',
  tableName: 'interaction',
  properties: {
    id: rowId(),
    uid: uid(),
    case: p.manyToOne(CaseFile).deleteRule('cascade'),
    at: instant(),
    channel: text(),
    direction: text(),
    withWhom: text().nullable(),
    byUser: p.manyToOne(DirectoryUser).nullable().fieldName('by_user'),
    note: text(),
    countsAsResponse: yesNo(),
    labelMask: mask().default(0),
  },
  indexes: [newestInCase('interaction')],
});

export const CaseEvent = defineEntity({
  name: 'CaseEvent',
  tableName: 'case_event',
  properties: {
    id: rowId(),
    uid: uid(),
    case: p.manyToOne(CaseFile).deleteRule('cascade'),
    at: instant(),
    byUser: p.manyToOne(DirectoryUser).nullable().fieldName('by_user'),
    what: text(),
    before: json().nullable(),
    after: json().nullable(),
    labelMask: mask().default(0),
  },
  indexes: [newestInCase('case_event')],
});

export const Idempotency = defineEntity({
  name: 'Idempotency',
  tableName: 'idempotency',
  properties: {
    user: p.manyToOne(DirectoryUser).primary(),
    operation: text().primary(),
    key: text().primary(),
    requestHash: text(),
    case: p.manyToOne(CaseFile),
    subjectUid: p.uuid().nullable(),
    createdAt: instant(),
  },
});
