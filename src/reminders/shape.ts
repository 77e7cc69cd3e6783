/** A reminder as shown with its case. */
import { column, id, instant, one, shape } from '../kernel/index.js';
import { recordsOfSamePerson } from '../patients/index.js';

export const reminderShape = shape('Reminder', {
  table: 'reminder',
  tag: 'rem',
  consentsAlone: recordsOfSamePerson('(select c.patient_record_id from case_file c where c.id = $.case_id)'),
  fields: {
    id: id('rem'),
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
