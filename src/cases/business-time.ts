/** Days as a facility counts them. A day ends at its last millisecond in the facility's own zone, whatever the clocks do
 *  that night; the day of receipt is day 0, so "within 7 days" of a Monday ends with the next Monday.
 *  Business days leave out weekends and the holidays of the jurisdiction; what is received on one of those starts to
 *  count on the next business day. Pure: no clock, no disk. */
import { Temporal } from 'temporal-polyfill';

export type CalendarDate = Temporal.PlainDate;

/** Which days a jurisdiction works on; made by `calendars.ts`. */
export interface BusinessCalendar {
  isBusinessDay(date: CalendarDate): boolean;
}

/** The calendar date on which an instant falls, seen from a zone. */
export function localDate(instant: Date, timeZone: string): CalendarDate {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
}

/** The last millisecond of a date in a zone: the first instant of the next date, less one (midnight may not exist). */
export function endOfDay(date: CalendarDate, timeZone: string): Date {
  return new Date(date.add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds - 1);
}

/** The `count`-th business day after a date. */
export function addBusinessDays(from: CalendarDate, count: number, calendar: BusinessCalendar): CalendarDate {
  let date = from;
  for (let left = count; left > 0;) {
    date = date.add({ days: 1 });
    if (calendar.isBusinessDay(date)) left -= 1;
  }
  return date;
}
