/** The business calendar of a jurisdiction. Holidays come from the date-holidays library; schema/calendars holds what
 *  the library gets wrong or cannot know, with its citation. Rows are inherited along the code: US-MA = US, then US-MA.
 *  A jurisdiction that nobody knows has weekends only: a deadline may then fall too early, never too late. */
import Holidays from 'date-holidays';
import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import type { BusinessCalendar, CalendarDate } from './business-time.js';
import { readRules, type RuleText } from './rule-file.js';

const millisecondsPerDay = 86_400_000;

const calendarRow = z.strictObject({
  jurisdiction: z.string().min(2),
  citation: z.string().min(1),
  evidence: z.enum(['verified', 'secondary', 'unverified']),
  /** ISO weekdays, Monday is 1. */
  weekend: z.array(z.int().min(1).max(7)).max(6).optional(),
  /** In the library's own grammar for rules. */
  withdraw: z.array(z.strictObject({ rule: z.string(), why: z.string() })).default([]),
  add: z.array(z.strictObject({ rule: z.string(), name: z.string(), why: z.string() })).default([]),
});
const calendarFile = z.strictObject({ version: z.int(), calendars: z.array(calendarRow) });
export type CalendarRow = z.output<typeof calendarRow>;

export interface Calendars {
  of(jurisdiction: string): BusinessCalendar;
}

export function parseCalendars(source: RuleText): CalendarRow[] {
  return readRules(source, calendarFile).calendars;
}

export function makeCalendars(rows: readonly CalendarRow[]): Calendars {
  const made = new Map<string, BusinessCalendar>();
  return {
    of(jurisdiction) {
      const calendar = made.get(jurisdiction) ?? makeCalendar(jurisdiction, rows);
      made.set(jurisdiction, calendar);
      return calendar;
    },
  };
}

function makeCalendar(jurisdiction: string, rows: readonly CalendarRow[]): BusinessCalendar {
  const inherited = rows
    .filter((row) => isWithin(jurisdiction, row.jurisdiction))
    .sort((a, b) => a.jurisdiction.length - b.jurisdiction.length);
  const weekend = inherited.findLast((row) => row.weekend)?.weekend ?? [6, 7];
  const [country = jurisdiction, state = '', region = ''] = jurisdiction.split('-');
  const library = new Holidays(country, state, region, { types: ['public'] });
  for (const row of inherited) {
    for (const { rule, name } of row.add) library.setHoliday(rule, { name, type: 'public' });
  }
  const withdrawn = new Set(inherited.flatMap((row) => row.withdraw.map(({ rule }) => rule)));
  const years = new Map<number, ReadonlySet<string>>();
  const holidaysIn = (year: number): ReadonlySet<string> => {
    const dates =
      years.get(year) ??
      new Set(
        library
          .getHolidays(year)
          .filter((day) => !withdrawn.has(day.rule))
          .flatMap(wholeDays),
      );
    years.set(year, dates);
    return dates;
  };
  return { isBusinessDay: (date: CalendarDate) => !weekend.includes(date.dayOfWeek) && !holidaysIn(date.year).has(date.toString()) };
}

/** The dates that a holiday covers. The library writes local dates as text, so the machine's own zone plays no part;
 *  a holiday that begins in the course of a day leaves that day a business day. */
function wholeDays({ date, start, end }: { date: string; start: Date; end: Date }): string[] {
  if (!date.includes('00:00:00')) return [];
  const first = Temporal.PlainDate.from(date.slice(0, 10));
  const length = Math.max(1, Math.round((end.getTime() - start.getTime()) / millisecondsPerDay));
  return Array.from({ length }, (_, offset) => first.add({ days: offset }).toString());
}

/** Is `jurisdiction` the same as `outer`, or a part of it? US-MA lies within US; the empty code holds everything. */
export function isWithin(jurisdiction: string, outer: string): boolean {
  return outer === '' || jurisdiction === outer || jurisdiction.startsWith(`${outer}-`);
}
