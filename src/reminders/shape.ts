/** A reminder as shown with its case; and on its own, when it falls due: then only to whoever may read the case's narrative. */
import { column, id, instant, one, shape } from '../kernel/index.js';

const reminderShape = shape('Reminder', {
  table: 'reminder',
  tag: 'rem',
  fields: {
    id: id('rem'),
    case: one('Case', { on: '$.id = ^.case_id' }),
    rule: column('rule'),
    reason: column('reason', { phi: 'NARRATIVE' }),
    dueAt: instant('due_at'),
    status: column('status'),
    recipient: one('User', { on: '$.id = ^.recipient_id' }),
    channel: column('channel'),
    sentAt: instant('sent_at'),
    escalationLevel: column('escalation_level'),
  },
});

const ofCase = (sql: string): string => `(select ${sql} from case_file c where c.id = $.case_id)`;

/** What a subscription tells of a reminder. */
const reminderEventShape = shape('ReminderEvent', {
  table: 'reminder',
  conditions: {
    related: ofCase(
      `c.assigned_to = :user or exists (select 1 from case_department cd where cd.case_id = c.id and cd.department_id = any(:departments))`,
    ),
    facility: ofCase('c.facility_id = :facility'),
  },
  touches: {
    as: 'case',
    case: ofCase('c.uid'),
    person: `(select p.uid from case_file c join person_link l on l.patient_record_id = c.patient_record_id and l.assurance = 'CERTAIN'
      join person p on p.id = l.person_id where c.id = $.case_id)`,
    gate: 'NARRATIVE',
  },
  fields: { reminderId: id('rem'), reminder: one('Reminder', { on: '$.id = ^.id', gate: 'NARRATIVE' }) },
});

export const reminderShapes = [reminderShape, reminderEventShape];
