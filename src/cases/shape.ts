/** What a case shows and where it lies. Another's case shows its number, status, version, facility and deadlines; all else
 *  is its narrative, and needs a relation to the case: held by the viewer, or in one of the viewer's departments. */
import { glassBrokenFor, grantUidFor, personOfRecord, sharesCase } from '../access/index.js';
import { column, connection, id, instant, many, one, shape } from '../kernel/index.js';
import { onCase } from './on-case.js';
import { recordsOfSamePerson } from '../patients/index.js';

const narrative = { phi: 'NARRATIVE' } as const;
const person = personOfRecord('$.patient_record_id');

export const caseShape = shape('Case', {
  table: 'case_file',
  tag: 'case',
  labelled: { keeps: ['id', 'number', 'status', 'version', 'facility', 'deadlines', 'nextDeadline'] },
  // A case that is closed is still read by who holds it: it is the office's own file. Its patient is not (access/relation.ts).
  conditions: { related: sharesCase('$'), facility: '$.facility_id = :facility', glass: glassBrokenFor(person) },
  grant: grantUidFor(person),
  alone: { requires: 'READ_CASES' },
  // A case about nobody is bound by nobody's consent.
  consents: recordsOfSamePerson('$.patient_record_id'),
  touches: {
    as: 'case',
    person:
      "(select p.uid from person_link l join person p on p.id = l.person_id where l.patient_record_id = $.patient_record_id and l.assurance = 'CERTAIN')",
    gate: 'NARRATIVE',
  },
  timeline: { kind: 'CASE_OPENED', at: '$.received_at', title: `$.number || ' ' || $.kind`, detail: '$.summary' },
  fields: {
    id: id('case'),
    number: column('number'),
    status: column('status'),
    version: column('version'),
    facility: one('Facility', { on: '$.id = ^.facility_id' }),
    kind: column('kind', narrative),
    classification: column('classification', narrative),
    channel: column('channel', narrative),
    receivedAt: instant('received_at', narrative),
    closedAt: instant('closed_at', narrative),
    summary: column('summary', narrative),
    narrative: column('narrative', narrative),
    severity: column('severity', narrative),
    escalationLevel: column('escalation_level', narrative),
    assignedTo: one('User', { on: '$.id = ^.assigned_to', ...narrative }),
    departments: many('Department', {
      from: '(select d.*, cd.position from department d join case_department cd on cd.department_id = d.id where cd.case_id = ^.id)',
      on: 'true',
      order: '$.position, $.name',
      gate: 'NARRATIVE',
    }),
    issues: many('Issue', { on: '$.case_id = ^.id', order: '$.coded_at, $.id', gate: 'NARRATIVE' }),
    complainant: one('Complainant', {
      from: '(select ^.complainant_name as name, ^.complainant_relationship as relationship, ^.complainant_authorized as authorized, ^.complainant_authority as authority, ^.complainant_contact_points as contact_points)',
      on: '$.relationship is not null',
      ...narrative,
    }),
    patient: one('Patient', {
      on: `$.id = (select l.person_id from person_link l where l.patient_record_id = ^.patient_record_id and l.assurance = 'CERTAIN')`,
      samePerson: true,
      ...narrative,
    }),
    deadlines: many('Deadline', { on: '$.case_id = ^.id', order: '$.due_at, $.id' }),
    nextDeadline: one('Deadline', {
      on: `$.case_id = ^.id and $.met_at is null and $.status in ('RUNNING', 'EXTENDED', 'MISSED')`,
      order: 'coalesce($.extended_to, $.due_at), $.id',
    }),
    interactions: connection('Interaction', {
      on: '$.case_id = ^.id',
      orders: { default: { key: '$.at', cast: 'timestamptz', descending: true } },
      gate: 'NARRATIVE',
    }),
    reminders: many('Reminder', { on: '$.case_id = ^.id', order: '$.due_at, $.id', gate: 'NARRATIVE' }),
  },
});

/** What a subscription tells of a case: which one, and the case as the viewer may see it. */
export const caseEventShape = shape('CaseEvent', {
  table: 'case_file',
  fields: { caseId: id('case'), case: one('Case', { on: '$.id = ^.id' }) },
});

export const issueShape = shape('Issue', {
  table: 'case_issue',
  tag: 'iss',
  ...onCase('NARRATIVE'),
  fields: {
    id: id('iss'),
    domain: column('domain'),
    category: column('category'),
    subcategory: column('subcategory'),
    severity: column('severity'),
    harm: column('harm'),
    stage: column('stage'),
    department: one('Department', { on: '$.id = ^.department_id' }),
    codedBy: one('User', { on: '$.id = ^.coded_by' }),
    codedAt: instant('coded_at'),
  },
});

export const complainantShape = shape('Complainant', {
  table: 'case_file',
  fields: {
    name: column('name', narrative),
    relationship: column('relationship', narrative),
    authorized: column('authorized', narrative),
    authority: column('authority', narrative),
    contactPoints: many('ContactPoint', {
      from: '(select p.* from jsonb_to_recordset(^.contact_points) p(kind text, value text, use text, confidential boolean))',
      on: 'true',
      ...narrative,
    }),
  },
});

export const deadlineShape = shape('Deadline', {
  table: 'deadline',
  tag: 'dln',
  ...onCase(null),
  fields: {
    id: id('dln'),
    rule: column('rule'),
    step: column('step'),
    citation: column('citation'),
    regulatory: column('regulatory'),
    startedAt: instant('started_at'),
    dueAt: instant('due_at'),
    metAt: instant('met_at'),
    status: column('status'),
    extendedTo: instant('extended_to'),
  },
});

export const interactionShape = shape('Interaction', {
  table: 'interaction',
  tag: 'int',
  labelled: { keeps: ['id', 'at', 'channel', 'direction', 'countsAsResponse'] },
  ...onCase('NARRATIVE'),
  fields: {
    id: id('int'),
    at: instant('at'),
    channel: column('channel'),
    direction: column('direction'),
    with: column('with_whom', narrative),
    by: one('User', { on: '$.id = ^.by_user' }),
    note: column('note', narrative),
    countsAsResponse: column('counts_as_response'),
  },
});

export const caseShapes = [caseShape, caseEventShape, complainantShape, deadlineShape, interactionShape, issueShape];
