/** What falls due on a case, and the reminders that are made of it. */
import { defineEntity, p } from '@mikro-orm/core';
import { CaseFile } from './case.js';
import { instant, mask, rowId, text, uid, whole, yesNo } from './columns.js';
import { DirectoryUser } from './directory.js';

export const Deadline = defineEntity({
  name: 'Deadline',
  tableName: 'deadline',
  properties: {
    id: rowId(),
    uid: uid(),
    case: p.manyToOne(CaseFile).deleteRule('cascade'),
    rule: text(),
    step: text(),
    citation: text().nullable(),
    regulatory: yesNo(),
    startedAt: instant(),
    dueAt: instant(),
    metAt: instant().nullable(),
    status: p.enum(['RUNNING', 'MET', 'MISSED', 'EXTENDED', 'WITHDRAWN']),
    extendedTo: instant().nullable(),
    labelMask: mask().default(0),
  },
  uniques: [{ properties: ['case', 'rule', 'step', 'startedAt'] }],
  indexes: [{ properties: ['dueAt'], where: `status = 'RUNNING'::text` }],
});

export const Reminder = defineEntity({
  name: 'Reminder',
  tableName: 'reminder',
  properties: {
    id: rowId(),
    uid: uid(),
    case: p.manyToOne(CaseFile).deleteRule('cascade'),
    rule: text(),
    subject: text(),
    reason: text().nullable(),
    dueAt: instant(),
    status: p.enum(['SCHEDULED', 'SENT', 'SNOOZED', 'DONE', 'CANCELLED', 'FAILED']),
    recipient: p.manyToOne(DirectoryUser).nullable(),
    channel: text().default('IN_APP'),
    sentAt: instant().nullable(),
    escalationLevel: whole().default(0),
    labelMask: mask().default(0),
  },
  uniques: [{ properties: ['case', 'rule', 'subject'] }],
  indexes: [{ properties: ['dueAt'], where: `status = any (array['SCHEDULED'::text, 'SNOOZED'::text])` }],
});
