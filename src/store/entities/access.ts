/** The policy in force, the business clock, tokens in use and the audit chain. Single rows have the key `true`. Months of the
 *  trail are the migration's and the database's own (make_audit_month). */
import { defineEntity, p } from '@mikro-orm/core';
import { bigNumber, bytes, day, index, instant, json, rowId, text, textList, whole, yesNo } from './columns.js';

const theOnlyRow = () => yesNo().primary().default(true);
const onlyOne = (table: string) => [{ name: `${table}_one_check`, expression: 'one', property: 'one' }];

export const PolicyState = defineEntity({
  name: 'PolicyState',
  tableName: 'policy_state',
  properties: {
    one: theOnlyRow(),
    generation: whole(),
    digest: text(),
    appliedAt: instant(),
    startDigest: text().nullable(),
    refusedAt: instant().nullable(),
    refusedBy: text().nullable(),
    refusal: text().nullable(),
  },
  checks: onlyOne('policy_state'),
});

export const PolicyGeneration = defineEntity({
  name: 'PolicyGeneration',
  tableName: 'policy_generation',
  properties: {
    generation: whole().primary().autoincrement(false),
    digest: text(),
    files: json(),
    appliedAt: instant(),
    appliedBy: text(),
  },
});

export const RelabelRange = defineEntity({
  name: 'RelabelRange',
  tableName: 'relabel_range',
  properties: {
    generation: whole().primary(),
    tableName: text().primary(),
    fromId: bigNumber().primary().autoincrement(false),
    toId: bigNumber(),
    doneAt: instant().nullable(),
  },
});

export const BusinessClock = defineEntity({
  name: 'BusinessClock',
  tableName: 'business_clock',
  properties: { one: theOnlyRow(), offsetMs: bigNumber().defaultRaw('0') },
  checks: onlyOne('business_clock'),
});

export const TokenUse = defineEntity({
  name: 'TokenUse',
  tableName: 'token_use',
  properties: { tokenKey: text().primary(), seenAt: instant().index() },
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

/** What tells the gateways that something changed: ids only (migration 0011). */
export const ChangeNote = defineEntity({
  name: 'ChangeNote',
  tableName: 'change_note',
  properties: {
    id: rowId(),
    writtenBy: p.string().columnType('xid8').defaultRaw('pg_current_xact_id()'),
    writtenAt: instant().defaultRaw('now()'),
    what: text(),
  },
  indexes: [{ name: 'change_note_written_at_idx', properties: ['writtenAt'] }],
  checks: [
    {
      name: 'change_note_what_check',
      property: 'what',
      expression: `what ~ '^(case|reminder|run) [0-9a-f-]{36}( [0-9,-]+){0,2}$'::text`,
    },
  ],
});
