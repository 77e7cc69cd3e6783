/** The policy in force, the business clock and the audit chain. Single rows have the key `true`. Months of the trail are the
 *  migration's and the database's own (make_audit_month). */
import { defineEntity, p } from '@mikro-orm/core';
import { bigNumber, bytes, day, index, instant, text, textList, whole, yesNo } from './columns.js';

const theOnlyRow = () => yesNo().primary().default(true);
const onlyOne = (table: string) => [{ name: `${table}_one_check`, expression: 'one', property: 'one' }];

export const PolicyState = defineEntity({
  name: 'PolicyState',
  tableName: 'policy_state',
  properties: { one: theOnlyRow(), generation: whole(), digest: text(), appliedAt: instant() },
  checks: onlyOne('policy_state'),
});

export const BusinessClock = defineEntity({
  name: 'BusinessClock',
  tableName: 'business_clock',
  properties: { one: theOnlyRow(), offsetMs: bigNumber().defaultRaw('0') },
  checks: onlyOne('business_clock'),
});

export const AuditEntry = defineEntity({
  name: 'AuditEntry',
  tableName: 'audit_entry',
  properties: {
    seq: bigNumber().primary().autoincrement(false),
    month: day().primary(),
    uid: p.uuid(),
    at: instant(),
    requestId: text(),
    userUid: p.uuid().nullable(),
    system: text().nullable(),
    role: text().nullable(),
    purpose: text(),
    tokenId: text().nullable(),
    action: text(),
    operation: text().nullable(),
    personUid: p.uuid().nullable(),
    caseUid: p.uuid().nullable(),
    phiClasses: textList(),
    outcome: text(),
    withheldFields: textList(),
    grantUid: p.uuid().nullable(),
    hash: bytes(),
  },
  indexes: [
    index('audit_entry_person_uid_seq_idx', 'audit_entry (person_uid, seq desc)'),
    index('audit_entry_user_uid_seq_idx', 'audit_entry (user_uid, seq desc)'),
  ],
  uniques: [{ name: 'audit_entry_uid_month_unique', properties: ['uid', 'month'] }],
});

export const AuditHead = defineEntity({
  name: 'AuditHead',
  tableName: 'audit_head',
  properties: { one: theOnlyRow(), seq: bigNumber(), hash: bytes(), month: day(), firstFormTo: bigNumber() },
  checks: onlyOne('audit_head'),
});
