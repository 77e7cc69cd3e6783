/** Where queries enter the cases. Filters are given only for what the viewer may see: a filter on a withheld field would tell
 *  what is in it, so it matches only rows where the field is shown. */
import { connection, one, type RootField } from '../kernel/index.js';

const narrative = 'NARRATIVE' as const;

export const caseRoots = {
  case: { field: one('Case', { on: '$.uid = :uid' }), requires: 'READ_CASES', byId: { argument: 'id', tag: 'case' } },
  cases: {
    field: connection('Case', {
      on: 'true',
      orders: {
        default: { key: `coalesce($.next_due_at, 'infinity')`, cast: 'timestamptz', descending: false },
        NEXT_DEADLINE: { key: `coalesce($.next_due_at, 'infinity')`, cast: 'timestamptz', descending: false },
      },
      arguments: {
        'filter.statuses': { sql: '$.status = any(:value)', cast: 'text[]' },
        'filter.kinds': { sql: '$.kind = any(:value)', cast: 'text[]', phi: narrative },
        'filter.mine': { sql: '$.assigned_to = :user' },
        'filter.overdue': { sql: '$.next_due_at < now() + (select make_interval(secs => b.offset_ms / 1000.0) from business_clock b)' },
      },
    }),
    requires: 'READ_CASES',
  },
} satisfies Record<string, RootField>;
