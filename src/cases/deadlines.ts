/** Which clocks run on a case, and when each falls due: facility's programs x jurisdiction x kind of case x what was
 *  alleged. Worked out once, when the case is opened or its kind or facility changes, and stored: nobody works in wall
 *  time later. Counted from receipt, not from when intake opened the case: the clock is the complainant's. */
import { addBusinessDays, endOfDay, localDate } from './business-time.js';
import { isWithin, type Calendars } from './calendars.js';
import { isRunning, type ClockRule, type ClockStep } from './clock-rules.js';
import type { CaseFlag, CaseKind } from './vocabulary.js';

export interface ClockFacility {
  readonly timeZone: string;
  readonly jurisdiction: string;
  readonly programs: readonly string[];
}

export interface ClockFacts {
  readonly kind: CaseKind;
  readonly receivedAt: Date;
  readonly facility: ClockFacility;
  readonly flags: readonly CaseFlag[];
}

export interface DueClock {
  readonly rule: string;
  readonly step: ClockStep;
  readonly citation: string;
  readonly regulatory: boolean;
  readonly startedAt: Date;
  readonly dueAt: Date;
}

/** The clocks that run on a case, soonest first. */
export function deadlinesFor(facts: ClockFacts, rules: readonly ClockRule[], calendars: Calendars): DueClock[] {
  return rules
    .filter(isRunning)
    .filter((rule) => runsOn(rule, facts))
    .map((rule) => ({
      rule: rule.id,
      step: rule.step,
      citation: rule.citation,
      regulatory: rule.regulatory,
      startedAt: facts.receivedAt,
      dueAt: dueOn(rule.limit, facts, calendars),
    }))
    .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime() || a.rule.localeCompare(b.rule));
}

function runsOn(rule: ClockRule, { kind, receivedAt, facility, flags }: ClockFacts): boolean {
  const receivedOn = localDate(receivedAt, facility.timeZone).toString();
  const { from, until } = rule.effective;
  return (
    rule.kinds.includes(kind) &&
    isWithin(facility.jurisdiction, rule.jurisdiction) &&
    (rule.programs.length === 0 || rule.programs.some((program) => facility.programs.includes(program))) &&
    (rule.flags.length === 0 || rule.flags.some((flag) => flags.includes(flag))) &&
    from <= receivedOn &&
    (until === undefined || receivedOn < until)
  );
}

/** The last instant at which the step is still in time. Days and months end with the facility's local day; hours are exact. */
export function dueOn(limit: ClockRule['limit'], facts: Pick<ClockFacts, 'receivedAt' | 'facility'>, calendars: Calendars): Date {
  const { receivedAt, facility } = facts;
  const received = localDate(receivedAt, facility.timeZone);
  switch (limit.unit) {
    case 'immediate':
      return receivedAt;
    case 'hour':
      return new Date(receivedAt.getTime() + limit.count * 3_600_000);
    case 'calendar-day':
      return endOfDay(received.add({ days: limit.count }), facility.timeZone);
    case 'calendar-month':
      return endOfDay(received.add({ months: limit.count }), facility.timeZone);
    case 'business-day':
      return endOfDay(addBusinessDays(received, limit.count, calendars.of(facility.jurisdiction)), facility.timeZone);
  }
}
