/** A reminder as shown with its case. */
import { onCase } from '../cases/index.js';
import { column, id, instant, one, shape } from '../kernel/index.js';

export const reminderShape = shape('Reminder', {
  table: 'reminder',
  tag: 'rem',
  ...onCase('NARRATIVE'),
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
