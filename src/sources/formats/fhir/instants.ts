/** FHIR's instants, dateTimes and dates as the records want them. A partial date in an instant's place is read as the
 *  beginning of its day, month or year in UTC; a time without a zone (some servers send their local time so) as UTC.
 *  What is no date at all (CMS sends the word IGNORED_FIELD) is null: it costs the field, not the resource. */
import type { DateText, InstantText } from '../../../records/index.js';

const dateTime = /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d|60)(\.\d+)?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/;
const date = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;

function isCalendarDay(year: string, month: string, day: string): boolean {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  if (y < 1 || m < 1 || m > 12 || d < 1) return false;
  if (d <= 28) return true;
  if (m === 2) return d === 29 && ((y % 4 === 0 && y % 100 !== 0) || y % 400 === 0);
  return d <= (m === 4 || m === 6 || m === 9 || m === 11 ? 30 : 31);
}

export function instantOf(value: unknown): InstantText | null {
  if (typeof value !== 'string') return null;
  const found = dateTime.exec(value);
  if (found) {
    const [, year = '', month = '', day = '', hour = '', minute = '', second, fraction = '', zone = 'Z'] = found;
    if (!isCalendarDay(year, month, day)) return null;
    if (second !== undefined && second !== '60' && fraction.length <= 7 && found[8] !== undefined) return value;
    // A leap second is no time of day to Postgres; more than six decimals are cut, not rounded into the next second.
    return `${year}-${month}-${day}T${hour}:${minute}:${second === '60' ? '59' : (second ?? '00')}${fraction.slice(0, 7)}${zone}`;
  }
  const partial = date.exec(value);
  if (!partial) return null;
  const [, year = '', month = '01', day = '01'] = partial;
  return isCalendarDay(year, month, day) ? `${year}-${month}-${day}T00:00:00Z` : null;
}

/** The calendar day as the source wrote it, in the source's own zone; null where it names no day. */
export function dateOf(value: unknown): DateText | null {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}(?:T|$)/.test(value)) return null;
  return isCalendarDay(value.slice(0, 4), value.slice(5, 7), value.slice(8, 10)) ? value.slice(0, 10) : null;
}
