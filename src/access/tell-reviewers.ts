/** Tells people of grants, in the hub itself: a reminder for each of them, with a level that rises while the review is
 *  overdue. What should be told follows from the grants, the rules and the directory alone: done twice, or by several at
 *  once, it is told once. The words are the rules' and name nobody. */
import type { PoolClient } from 'pg';
import type { BreakGlassRules, Tells } from './break-glass-file.js';

type Client = Pick<PoolClient, 'query'>;
type Rules = Pick<BreakGlassRules, 'tells'>;

/** Never who broke the glass, nor who no longer works here. Sent by being there, at an instant of the real clock. */
const tell = (grants: string): string => `
  insert into reminder (grant_id, rule, subject, reason, due_at, status, recipient_id, sent_at, escalation_level)
  select g.id, $1, 'user:' || u.id, $2, now(), 'SENT', u.id, now(), $3
  from access_grant g join directory_user u on u.role = any($4::text[]) and u.active and u.id <> g.user_id
  where g.reviewed_at is null and ${grants}
  on conflict (grant_id, rule, subject) do nothing`;
const thisOne = tell('g.id = $5::bigint');
const overdue = tell('g.review_due_at + make_interval(hours => $5::int) <= now()');

/** Who is to know of a grant at once. @param client in the transaction that made it */
export async function tellAtOnce(client: Client, { tells }: Rules, grantRow: string): Promise<void> {
  for (const row of tells) if (row.hoursOverdue === null) await told(client, row, { statement: thisOne, which: grantRow });
}

/** Who is to know of reviews that are overdue. @returns how many reminders were written */
export async function tellOverdue(client: Client, { tells }: Rules): Promise<number> {
  let count = 0;
  for (const row of tells) if (row.hoursOverdue !== null) count += await told(client, row, { statement: overdue, which: row.hoursOverdue });
  return count;
}

interface Asked {
  readonly statement: string;
  readonly which: string | number;
}

async function told(client: Client, { id, reason, level, roles }: Tells, { statement, which }: Asked): Promise<number> {
  const { rowCount } = await client.query(statement, [id, reason, level, roles, which]);
  return rowCount ?? 0;
}
