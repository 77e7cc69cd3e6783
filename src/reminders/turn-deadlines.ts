/** Turns the deadlines of a range of cases into reminders for whoever holds them now. What should be there follows from
 *  deadlines, holder and rules alone, so any order and any number of runs leave the same set. One read, one upsert, one
 *  withdrawal, whatever the number of cases. */
import type { Pool, PoolClient } from 'pg';
import type { Calendars } from '../cases/index.js';
import type { RowId } from '../kernel/index.js';
import { inTransaction } from '../store/index.js';
import { remindAt } from './remind-at.js';
import type { ReminderRules } from './reminder-rules.js';

export interface CaseRange {
  readonly fromId: RowId;
  /** Counted too; at most 1,000 ids in all. */
  readonly toId: RowId;
}
export interface ReminderKnowledge {
  readonly rules: ReminderRules;
  readonly calendars: Calendars;
}
export interface Turned {
  /** New, moved or called back. */
  readonly scheduled: number;
  readonly cancelled: number;
}

/** @param pool a worker's */
export function turnDeadlinesIntoReminders(pool: Pool, { fromId, toId }: CaseRange, known: ReminderKnowledge): Promise<Turned> {
  return inTransaction(pool, async (client) => {
    const owed = await owedDeadlines(client, { fromId, toId });
    const wanted = JSON.stringify(owed.flatMap((deadline) => reminderOf(deadline, known)));
    return { scheduled: await schedule(client, wanted), cancelled: await withdraw(client, { fromId, toId, wanted }) };
  });
}

interface OwedDeadline {
  readonly id: string;
  readonly caseId: string;
  readonly step: string;
  readonly citation: string | null;
  readonly startedAt: Date;
  readonly endsAt: Date;
  readonly timeZone: string;
  readonly jurisdiction: string;
  readonly recipientId: string | null;
  readonly labelMask: number;
}

/** The cases are locked first, as an act does: two runs, or a run and an act, cannot write what the other has outdated.
 *  A deadline that ran out and is not done is still owed, and so is its reminder. */
async function owedDeadlines(client: PoolClient, { fromId, toId }: CaseRange): Promise<OwedDeadline[]> {
  await client.query('select 1 from case_file where id between $1 and $2 order by id for no key update', [fromId, toId]);
  const { rows } = await client.query<OwedDeadline>(
    `select d.id, d.case_id as "caseId", d.step, d.citation, d.started_at as "startedAt", coalesce(d.extended_to, d.due_at) as "endsAt",
            f.time_zone as "timeZone", f.jurisdiction, c.assigned_to as "recipientId", c.label_mask as "labelMask"
     from deadline d join case_file c on c.id = d.case_id join facility f on f.id = c.facility_id
     where d.case_id between $1 and $2 and d.status in ('RUNNING', 'EXTENDED', 'MISSED') and d.met_at is null`,
    [fromId, toId],
  );
  return rows;
}

function reminderOf(deadline: OwedDeadline, { rules, calendars }: ReminderKnowledge): object[] {
  const rule = rules.get(deadline.step);
  if (!rule) return [];
  return [
    {
      case_id: deadline.caseId,
      rule: rule.id,
      subject: `deadline:${deadline.id}`,
      reason: rule.reason.replace('{citation}', () => deadline.citation ?? 'no citation'),
      due_at: remindAt(deadline, rule.when, calendars.of(deadline.jurisdiction)),
      recipient_id: deadline.recipientId,
      label_mask: deadline.labelMask,
    },
  ];
}

const wantedRows = `jsonb_to_recordset($1) as w(case_id bigint, rule text, subject text, reason text, due_at timestamptz, recipient_id bigint, label_mask int)`;

/** What was snoozed keeps the time that a person chose. What was sent is sent again only to a new holder, or for a date that
 *  came to lie later than the sending. */
const kept = `(reminder.status = 'SNOOZED' or (reminder.status = 'SENT'
  and reminder.recipient_id is not distinct from excluded.recipient_id and excluded.due_at <= reminder.sent_at))`;

/** What is done stays done; a row that is as it should be is not written. */
async function schedule(client: PoolClient, wanted: string): Promise<number> {
  const { rowCount } = await client.query(
    `insert into reminder (case_id, rule, subject, reason, due_at, status, recipient_id, label_mask)
     select w.case_id, w.rule, w.subject, w.reason, w.due_at, 'SCHEDULED', w.recipient_id, w.label_mask from ${wantedRows} order by w.case_id, w.rule, w.subject
     on conflict (case_id, rule, subject) do update set
       reason = excluded.reason, recipient_id = excluded.recipient_id, label_mask = excluded.label_mask,
       due_at = case when ${kept} then reminder.due_at else excluded.due_at end,
       status = case when ${kept} then reminder.status else 'SCHEDULED' end,
       sent_at = case when ${kept} then reminder.sent_at end
     where reminder.status not in ('DONE', 'FAILED')
       and ((reminder.reason, reminder.recipient_id, reminder.label_mask) is distinct from (excluded.reason, excluded.recipient_id, excluded.label_mask)
         or (not ${kept} and (reminder.status, reminder.due_at) is distinct from ('SCHEDULED', excluded.due_at)))`,
    [wanted],
  );
  return rowCount ?? 0;
}

/** Reminders of deadlines that were met or withdrawn, or of a rule that is no more. What was sent stays as it was. */
async function withdraw(client: PoolClient, { fromId, toId, wanted }: CaseRange & { wanted: string }): Promise<number> {
  const { rowCount } = await client.query(
    `update reminder r set status = 'CANCELLED'
     where r.case_id between $2 and $3 and r.status in ('SCHEDULED', 'SNOOZED') and r.subject like 'deadline:%'
       and not exists (select 1 from ${wantedRows} where w.case_id = r.case_id and w.rule = r.rule and w.subject = r.subject)`,
    [wanted, fromId, toId],
  );
  return rowCount ?? 0;
}
