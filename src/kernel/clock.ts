/** Two clocks. `realClock` is the machine's: tokens, leases and audit use it. The business clock is the
 *  same plus an offset kept in the database, so that a demo or a test can move three days ahead and see
 *  what falls due; deadlines and reminders use it. Nothing else in the hub asks the machine for the time. */
export type Instant = Date;

export interface Clock {
  now(): Instant;
}

export const realClock: Clock = { now: () => new Date() };

/** A clock that runs `offsetMs` ahead of the real one. */
export function offsetClock(offsetMs: () => number, base: Clock = realClock): Clock {
  return { now: () => new Date(base.now().getTime() + offsetMs()) };
}

/** A clock that stands still, for tests and for replaying a decision. */
export function fixedClock(at: Instant | string): Clock {
  const instant = new Date(at);
  return { now: () => new Date(instant) };
}

/** Parses an RFC 3339 instant; null where it is not one (HL7 servers do send `IGNORED_FIELD`). */
export function parseInstant(text: string | undefined | null): Instant | null {
  if (!text || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return null;
  const instant = new Date(text);
  return Number.isNaN(instant.getTime()) ? null : instant;
}
