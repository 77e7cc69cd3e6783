/** A reminder as shown with its case; and on its own, when it falls due: then only to whoever may read the case's narrative. */
import { onCase } from '../cases/index.js';
import { column, id, instant, one, shape } from '../kernel/index.js';

const ofCase = onCase('NARRATIVE');

const reminderShape = shape('Reminder', {
  table: 'reminder',
  tag: 'rem',
  ...ofCase,
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

/** What a subscription tells of a reminder. */
const reminderEventShape = shape('ReminderEvent', {
  table: 'reminder',
  conditions: ofCase.conditionsAlone,
  consents: ofCase.consentsAlone,
  grant: ofCase.grant,
  touches: ofCase.alone.touches,
  // As by its id: a masked case shows nothing of what was said in it.
  fields: {
    reminderId: id('rem'),
    reminder: one('Reminder', { on: `$.id = ^.id and ${ofCase.alone.where}`, gate: 'NARRATIVE' }),
    review: one('ReviewDue', { on: '$.id = ^.id and $.grant_id is not null' }),
  },
});

/** A reminder of a break-glass access that waits for its review is of no case. Its words name nobody; the access itself is shown
 *  by row-level security to who reviews, and to nobody else who is told. */
const reviewDueShape = shape('ReviewDue', {
  table: 'reminder',
  isRecordOfAccess: true,
  fields: { rule: column('rule'), grant: one('AccessGrant', { on: '$.id = ^.grant_id' }) },
});

export const reminderShapes = [reminderShape, reminderEventShape, reviewDueShape];
