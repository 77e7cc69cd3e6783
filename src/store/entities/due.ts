/** What falls due on a case, and the reminders that are made of it; or of a grant that waits for its review. */
import { defineEntity, p } from '@mikro-orm/core';
import { CaseFile } from './case.js';
import { instant, mask, rowId, text, uid, whole, yesNo } from './columns.js';
import { DirectoryUser } from './directory.js';
import { AccessGrant } from './grant.js';

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
    case: p.manyToOne(CaseFile).nullable().deleteRule('cascade'),
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
    grant: p.manyToOne(AccessGrant).nullable(),
  },
  uniques: [
    { properties: ['case', 'rule', 'subject'] },
    { name: 'reminder_grant_id_rule_subject_unique', properties: ['grant', 'rule', 'subject'] },
  ],
  checks: [{ name: 'reminder_of_one_thing', expression: 'num_nonnulls(case_id, grant_id) = 1' }],
  indexes: [{ properties: ['dueAt'], where: `status = any (array['SCHEDULED'::text, 'SNOOZED'::text])` }],
});
