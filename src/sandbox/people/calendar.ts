/** Days and instants counted from the `today` that the generator is given. The hospital keeps one zone, UTC-5 all
 *  year: the sandbox wants offsets on the wire, not the rules of summer time. */
const minute = 60_000;
const day = 24 * 60 * minute;
const zoneMinutes = -300;

/** Milliseconds since 1970, as an instant of the sandbox's own story. */
export type Moment = number;

/** The instant at which a day of the hospital, `daysAhead` of today, is `minutes` old. */
export function momentOn(today: string, daysAhead: number, minutes: number): Moment {
  return Date.parse(`${today}T00:00:00Z`) + daysAhead * day + (minutes - zoneMinutes) * minute;
}

export const plusMinutes = (moment: Moment, minutes: number): Moment => moment + minutes * minute;
export const plusDays = (moment: Moment, days: number): Moment => moment + days * day;

/** With the hospital's offset: `2026-03-01T09:30:00-05:00`. */
export function inHospitalZone(moment: Moment): string {
  return `${new Date(moment + zoneMinutes * minute).toISOString().slice(0, 19)}-05:00`;
}

/** In UTC with milliseconds: `2026-03-01T14:30:00.000Z`. */
export const inUtc = (moment: Moment): string => new Date(moment).toISOString();

/** The hospital's calendar day: `2026-03-01`. */
export const dayOf = (moment: Moment): string => inHospitalZone(moment).slice(0, 10);

/** The calendar day so many days after (or, negative, before) another. */
export function dayFrom(today: string, daysAhead: number): string {
  return new Date(Date.parse(`${today}T00:00:00Z`) + daysAhead * day).toISOString().slice(0, 10);
}
