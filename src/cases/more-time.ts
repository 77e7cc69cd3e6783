/** Whether a clock may be given more time, and until when. More time is taken before the time is over, under a rule that
 *  knows of more, and never beyond what the rule allows: counted from the first limit, however often it is taken. Pure. */
import { endOfDay, localDate } from './business-time.js';
import { isOwed, lastInstant, type ClockState } from './clock-state.js';
import type { ClockRule } from './clock-rules.js';

export interface MoreTime {
  readonly clock: ClockState & { readonly rule: string };
  /** Null where the rules know the clock no more. */
  readonly rule: Pick<ClockRule, 'extension'> | null;
  readonly until: Date;
  readonly now: Date;
  readonly timeZone: string;
}

/** @returns why not, with the field to which it applies; null where it may */
export function whyNoMoreTime({ clock, rule, until, now, timeZone }: MoreTime): { field: string; says: string } | null {
  const ends = lastInstant(clock);
  if (!isOwed(clock)) return { field: 'deadlineId', says: `expected a clock that is still owed, found one that is ${clock.status}` };
  if (!rule?.extension) return { field: 'deadlineId', says: `${clock.rule} knows of no more time` };
  if (now > ends)
    return {
      field: 'deadlineId',
      says: `expected a clock that runs, found one that ran out on ${ends.toISOString()}: more time is taken before`,
    };
  if (until <= ends) return { field: 'until', says: `expected an instant after ${ends.toISOString()}, until when it runs now` };
  const { days } = rule.extension;
  const latest = days === undefined ? null : endOfDay(localDate(clock.dueAt, timeZone).add({ days }), timeZone);
  if (latest && until > latest)
    return { field: 'until', says: `expected ${latest.toISOString()} at the latest, ${days} days after ${clock.dueAt.toISOString()}` };
  return null;
}
