/** Where queries enter what the privacy officer reviews. */
import { connection, uuidOf, type RootField } from '../kernel/index.js';
import { grantRoots } from './grant-shape.js';
import { firstOfItsKind } from './shape.js';

const requires = 'REVIEW_ACCESS';
const uuidWith = (tag: string) => (id: unknown) => uuidOf(typeof id === 'string' ? id : null, tag);

/** The person asked for, under every id that they ever had, if this viewer may know of them. */
const everyIdOf = (
  uuid: string,
): string => `select a.uid from person p join person a on coalesce(a.alias_of, a.id) = coalesce(p.alias_of, p.id)
  where p.uid = ${uuid} and exists (select 1 from person_link seen where seen.person_id = coalesce(p.alias_of, p.id))`;
const recordsOf = (
  uuid: string,
): string => `select l.patient_record_id from person p join person_link l on l.person_id = coalesce(p.alias_of, p.id)
  where p.uid = ${uuid} and l.assurance = 'CERTAIN'`;

/** Entries lie by the month in which they were appended, which is that of their time but for a moment: a day is enough. */
const since = `$.at >= :value and $.month >= date_trunc('month', :value - interval '1 day')`;
const until = `$.at <= :value and $.month <= date_trunc('month', :value + interval '1 day')`;

export const accessRoots = {
  ...grantRoots,
  auditTrail: {
    field: connection('AuditEntry', {
      on: 'true',
      orders: { default: { key: '$.seq', cast: 'bigint', descending: true } },
      arguments: {
        patientId: { sql: `$.person_uid in (${everyIdOf(':value')})`, cast: 'uuid', prepare: uuidWith('pat') },
        userId: { sql: '$.user_uid = :value', cast: 'uuid', prepare: uuidWith('usr') },
        from: { sql: since, cast: 'timestamptz' },
        to: { sql: until, cast: 'timestamptz' },
      },
    }),
    requires,
  },
  disclosures: {
    field: connection('Disclosure', {
      on: firstOfItsKind,
      orders: { default: { key: '$.at', cast: 'timestamptz', descending: false } },
      arguments: {
        patientId: { sql: `$.patient_record_id in (${recordsOf(':value')})`, cast: 'uuid', prepare: uuidWith('pat') },
        // They decide which one is the first of its kind (`given`).
        from: { sql: '$.at >= :value', cast: 'timestamptz' },
        to: { sql: '$.at <= :value', cast: 'timestamptz' },
      },
    }),
    requires,
    given: ({ from, to }) => ({ since: from ?? null, until: to ?? null }),
  },
  accessReviews: {
    field: connection('AccessReview', {
      on: 'true',
      orders: { default: { key: '$.opened_at', cast: 'timestamptz', descending: true } },
      arguments: {
        state: { sql: '$.state = :value', cast: 'text' },
        userId: { sql: '$.user_uid = :value', cast: 'uuid', prepare: uuidWith('usr') },
        patientId: { sql: `$.person_uid in (${everyIdOf(':value')})`, cast: 'uuid', prepare: uuidWith('pat') },
      },
    }),
    requires,
  },
} satisfies Record<string, RootField>;
