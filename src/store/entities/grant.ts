/** Break-glass access, and the requests that made it. */
import { defineEntity, p } from '@mikro-orm/core';
import { index, instant, rowId, text, uid } from './columns.js';
import { DirectoryUser } from './directory.js';
import { Person } from './person.js';

export const AccessGrant = defineEntity({
  name: 'AccessGrant',
  tableName: 'access_grant',
  properties: {
    id: rowId(),
    uid: uid(),
    user: p.manyToOne(DirectoryUser),
    role: text(),
    purpose: text(),
    person: p.manyToOne(Person),
    recordIds: p.array<string>().columnType('bigint[]'),
    reason: text(),
    grantedAt: instant(),
    expiresAt: instant(),
    endedAt: instant().nullable(),
    revokedAt: instant().nullable(),
    revokedBy: p.manyToOne(DirectoryUser).nullable().fieldName('revoked_by'),
    revokeNote: text().nullable(),
    reviewDueAt: instant(),
    reviewedAt: instant().nullable(),
    reviewedBy: p.manyToOne(DirectoryUser).nullable().fieldName('reviewed_by'),
    reviewNote: text().nullable(),
  },
  indexes: [
    index('access_grant_user_id_expires_at_idx', 'access_grant (user_id, expires_at) where revoked_at is null'),
    index('access_grant_granted_at_uid_idx', 'access_grant (granted_at desc, uid desc)'),
    index('access_grant_review_due_at_idx', 'access_grant (review_due_at) where reviewed_at is null'),
    index('access_grant_not_ended_idx', 'access_grant (expires_at) where ended_at is null and revoked_at is null'),
  ],
  checks: [
    { name: 'access_grant_for_a_while', expression: 'expires_at > granted_at' },
    { name: 'access_grant_reviewed_by_another', expression: 'reviewed_by <> user_id' },
  ],
});

export const GrantRequest = defineEntity({
  name: 'GrantRequest',
  tableName: 'grant_request',
  properties: {
    user: p.manyToOne(DirectoryUser).primary(),
    operation: text().primary(),
    key: text().primary(),
    requestHash: text(),
    grant: p.manyToOne(AccessGrant),
    message: text(),
    createdAt: instant(),
  },
});
