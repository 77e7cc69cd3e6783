/** A reminder that is sent by being there is told like one that falls due: so whoever reviews break-glass access hears of a
 *  review that waits for them while they listen (45 CFR 164.308(a)(1)(ii)(D)). Until now only a change of a reminder was told. */
import { Migration } from '@mikro-orm/migrations';

export class RemindersSentAtOnce extends Migration {
  override up(): void {
    this.addSql(`
      create function tell_sent_reminders() returns trigger language plpgsql security definer set search_path = hub, pg_temp as $$
      begin
        perform tell_changes(array(
          select 'reminder ' || n.uid || ' ' || coalesce(n.recipient_id::text,
              '- ' || coalesce(nullif(array_to_string(array(select d.department_id from case_department d where d.case_id = n.case_id order by d.position, 1 limit 10), ','), ''), '-'))
          from new_rows n where n.status = 'SENT' order by n.uid));
        return null;
      end $$;
      revoke all on function tell_sent_reminders() from public;
      create trigger told after insert on reminder referencing new table as new_rows for each statement execute function tell_sent_reminders();
    `);
  }
}
