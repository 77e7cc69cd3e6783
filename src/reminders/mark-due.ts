/** What the passing of time does by itself, polled on the business clock: reminders that are due are sent, clocks that ran
 *  out are missed. Set-based, a thousand rows at a time; safe to run twice, and by several workers at once. Today a reminder
 *  is sent by being shown (IN_APP). `next_due_at` of a case does not change here: a missed clock is still owed. */
import type { Pool } from 'pg';

export interface Marked {
  readonly sent: number;
  readonly missed: number;
}

const batch = 1_000;

/** @param pool a worker's
 *  @param now of the business clock */
export async function markDueReminders(pool: Pool, now: Date): Promise<Marked> {
  return { sent: await inBatches(pool, sendDue, now), missed: await inBatches(pool, missRunOut, now) };
}

async function inBatches(pool: Pool, statement: string, now: Date): Promise<number> {
  let all = 0;
  for (;;) {
    const { rows } = await pool.query<{ count: number }>(statement, [now, batch]);
    const count = rows[0]?.count ?? 0;
    all += count;
    if (count === 0) return all;
  }
}

const sendDue = `
  with due as (
    select id from reminder where status in ('SCHEDULED', 'SNOOZED') and due_at <= $1 order by due_at, id limit $2 for update skip locked),
  sent as (update reminder r set status = 'SENT', sent_at = $1 from due where r.id = due.id returning 1)
  select count(*)::int as count from sent`;

/** Cases are locked before their deadlines, as an act does, and a case that somebody is working on waits for the next poll.
 *  The last instant is still in time. The line of history is dated when the clock ran out, not when a worker looked. */
const missRunOut = `
  with late as (
    select id, case_id from deadline
    where (status = 'RUNNING' and due_at < $1) or (status = 'EXTENDED' and extended_to < $1) order by due_at, id limit $2),
  held as (select c.id from case_file c where c.id in (select case_id from late) order by c.id for no key update skip locked),
  missed as (
    update deadline d set status = 'MISSED' from late
    where d.id = late.id and d.case_id in (select id from held) and coalesce(d.extended_to, d.due_at) < $1 and d.status in ('RUNNING', 'EXTENDED')
    returning d.case_id, d.rule, d.label_mask, coalesce(d.extended_to, d.due_at) as ended_at),
  told as (
    insert into case_event (case_id, at, what, after, label_mask)
    select case_id, ended_at, 'DEADLINE_MISSED', jsonb_build_object('deadlines', jsonb_build_array(rule)), label_mask from missed order by ended_at, rule)
  select count(*)::int as count from missed`;
