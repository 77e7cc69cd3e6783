/** Who asks, and break-glass access as it is shown. A grant is seen by who broke the glass and by who reviews: row-level
 *  security shows nobody else that it exists. The reason is a person's own words about a patient and is shown with the name. */
import { column, connection, id, instant, many, one, shape, type RootField } from '../kernel/index.js';

const identity = { phi: 'IDENTITY' } as const;
/** After a merge the old person is the surviving one. */
const person = '(select coalesce(p.alias_of, p.id) from person p where p.id = $.person_id)';
const overdue = '($.reviewed_at is null and $.review_due_at < now())';

export const accessGrantShape = shape('AccessGrant', {
  table: 'access_grant',
  tag: 'grant',
  isRecordOfAccess: true,
  touches: { as: 'person', person: `(select s.uid from person s where s.id = ${person})` },
  alone: { requires: null },
  fields: {
    id: id('grant'),
    user: one('User', { on: '$.id = ^.user_id' }),
    patient: one('Patient', { on: `$.id = ${person.replaceAll('$.', '^.')}`, ...identity }),
    reason: column('reason', identity),
    grantedAt: instant('granted_at'),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
    revokedBy: one('User', { on: '$.id = ^.revoked_by' }),
    reviewDueAt: instant('review_due_at'),
    reviewedAt: instant('reviewed_at'),
    reviewedBy: one('User', { on: '$.id = ^.reviewed_by' }),
    note: column('review_note', identity),
    overdue: column(overdue),
  },
});

/** What the token says, and what the policy makes of it. */
export const viewerShape = shape('Viewer', {
  table: 'directory_user',
  fields: {
    user: one('User', { on: '$.id = ^.id' }),
    role: column(':role'),
    purpose: column(':purpose'),
    may: column(':capabilities'),
    breakGlass: many('AccessGrant', {
      on: '$.user_id = ^.id and $.revoked_at is null and $.expires_at > now()',
      order: '$.granted_at desc, $.uid',
    }),
  },
});

export const grantRoots = {
  me: { field: one('Viewer', { on: '$.id = :user' }), requires: null },
  accessGrants: {
    field: connection('AccessGrant', {
      on: 'true',
      orders: { default: { key: '$.granted_at', cast: 'timestamptz', descending: true } },
      arguments: {
        reviewed: { sql: '($.reviewed_at is not null) = :value', cast: 'boolean' },
        overdue: { sql: `${overdue} = :value`, cast: 'boolean' },
      },
    }),
    requires: 'REVIEW_ACCESS',
  },
} satisfies Record<string, RootField>;
