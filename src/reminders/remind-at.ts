/** When a reminder of a deadline is due: some business days before the day on which it ends, at a time when people work
 *  there. Never before the clock has started: a case that is opened late reminds at once. Pure. */
import { Temporal } from 'temporal-polyfill';
import { localDate, type BusinessCalendar, type CalendarDate } from '../cases/index.js';
import type { RemindWhen } from './reminder-rules.js';

export interface ClockToRemindOf {
  readonly startedAt: Date;
  /** The last instant in time, extensions included. */
  readonly endsAt: Date;
  readonly timeZone: string;
}

export function remindAt(clock: ClockToRemindOf, when: RemindWhen, calendar: BusinessCalendar): Date {
  if (when === 'at-once') return clock.startedAt;
  const day = businessDaysBefore(localDate(clock.endsAt, clock.timeZone), when.businessDaysBefore, calendar);
  const at = day.toZonedDateTime({ timeZone: clock.timeZone, plainTime: Temporal.PlainTime.from(when.at) });
  return new Date(Math.max(at.epochMilliseconds, clock.startedAt.getTime()));
}

function businessDaysBefore(from: CalendarDate, count: number, calendar: BusinessCalendar): CalendarDate {
  let date = from;
  for (let left = count; left > 0;) {
    date = date.subtract({ days: 1 });
    if (calendar.isBusinessDay(date)) left -= 1;
  }
  return date;
}
