/** What the privacy officer sees: the trail, the accounting of disclosures, reviews of access. Whom an entry is about obeys the
 *  plan as everywhere, and being shown it is audited like any other look at a patient. */
import { column, id, instant, one, shape } from '../kernel/index.js';
import { accessGrantShape, viewerShape } from './grant-shape.js';

const identity = { phi: 'IDENTITY' } as const;

/** The person of today: after a merge an entry still has the id of its time. */
const personNow = (uid: string): string => `$.id = (select coalesce(p.alias_of, p.id) from person p where p.uid = ^.${uid})`;
const userOf = (uid: string): string => `$.uid = ^.${uid}`;
const firstFrom = (words: readonly string[], value: string, otherwise: string): string =>
  `case when ${value} in (${words.map((word) => `'${word}'`).join(', ')}) then ${value} else ${otherwise} end`;

/** HL7 v3-ActReason, as the API knows them. Whoever came with another was refused at the door. */
export const purposesOfUse = [
  'HOPERAT', 'PATADMIN', 'HCOMPL', 'HQUALIMP', 'HLEGAL', 'HPAYMT', 'COVERAGE', 'TREAT', 'PATRQT', 'HSYSADMIN',
] as const; // prettier-ignore

const auditEntryShape = shape('AuditEntry', {
  table: 'audit_entry',
  tag: 'aud',
  isRecordOfAccess: true,
  alone: { requires: 'REVIEW_ACCESS' },
  touches: { as: 'person', person: '$.person_uid', gate: 'IDENTITY' },
  fields: {
    id: id('aud'),
    at: instant('at'),
    user: one('User', { on: userOf('user_uid') }),
    system: column('system'),
    // A role that nobody has was made up, and refused at the door.
    role: column('(select u.role from directory_user u where u.role = $.role limit 1)'),
    purpose: column(firstFrom(purposesOfUse, '$.purpose', `'HSYSADMIN'`)),
    action: column('action'),
    operation: column('operation'),
    patient: one('Patient', { on: personNow('person_uid'), ...identity }),
    case: one('Case', { on: '$.uid = ^.case_uid' }),
    phiClasses: column('to_json($.phi_classes)'),
    outcome: column('outcome'),
    withheldFields: column('to_json($.withheld_fields)'),
  },
});

/** Disclosures of one person to one recipient for one purpose, within the time asked for and six years: 164.528(b)(3). */
const ofOneKind = `select o.* from disclosure o
  where o.patient_record_id in (select other.patient_record_id from person_link mine join person_link other on other.person_id = mine.person_id
      where mine.patient_record_id = $.patient_record_id and mine.assurance = 'CERTAIN' and other.assurance = 'CERTAIN')
    and lower(o.recipient) = lower($.recipient) and lower(o.purpose) = lower($.purpose)
    and o.at >= greatest(:since, now() - interval '6 years') and o.at <= coalesce(:until, 'infinity')`;
/** The first of its kind within that time stands for all of them. */
export const firstOfItsKind = `$.at >= greatest(:since, now() - interval '6 years') and $.at <= coalesce(:until, 'infinity')
  and not exists (select 1 from (${ofOneKind}) earlier where (earlier.at, earlier.id) < ($.at, $.id))`;

const disclosureShape = shape('Disclosure', {
  table: 'disclosure',
  tag: 'dis',
  isRecordOfAccess: true,
  alone: { requires: 'REVIEW_ACCESS' },
  touches: {
    as: 'person',
    person: `(select p.uid from person_link l join person p on p.id = l.person_id where l.patient_record_id = $.patient_record_id and l.assurance = 'CERTAIN')`,
    gate: 'IDENTITY',
  },
  joins: { repeats: { from: `(${ofOneKind}) o`, columns: { times: 'count(*)', last_at: 'max(o.at)' } } },
  fields: {
    id: id('dis'),
    at: instant('at'),
    recipient: column('recipient', identity),
    description: column('description', identity),
    purpose: column('purpose', identity),
    times: column('greatest($@repeats.times, 1)::int'),
    lastAt: instant('coalesce($@repeats.last_at, $.at)'),
    suspendedUntil: instant(
      `(select max(s.until) from accounting_suspension s where lower(s.recipient) = lower($.recipient) and s.until > now()
        and s.patient_record_id in (select other.patient_record_id from person_link mine join person_link other on other.person_id = mine.person_id
          where mine.patient_record_id = $.patient_record_id and mine.assurance = 'CERTAIN' and other.assurance = 'CERTAIN'))`,
    ),
  },
});

const accessReviewShape = shape('AccessReview', {
  table: 'access_review',
  tag: 'rev',
  isRecordOfAccess: true,
  alone: { requires: 'REVIEW_ACCESS' },
  touches: { as: 'person', person: '$.person_uid', gate: 'IDENTITY' },
  fields: {
    id: id('rev'),
    rule: column('rule'),
    state: column('state'),
    user: one('User', { on: userOf('user_uid') }),
    patient: one('Patient', { on: personNow('person_uid'), ...identity }),
    firstAt: instant('first_at'),
    lastAt: instant('last_at'),
    entries: column('entries'),
    evidence: column('to_json($.evidence)'),
    openedAt: instant('opened_at'),
    dueAt: instant('due_at'),
    overdue: column(`($.state = 'OPEN' and $.due_at < now())`),
    reviewedBy: one('User', { on: '$.id = ^.reviewed_by' }),
    reviewedAt: instant('reviewed_at'),
    note: column('note'),
  },
});

export const accessShapes = [viewerShape, accessGrantShape, auditEntryShape, disclosureShape, accessReviewShape];
