/** The state of one clock of a case, as it follows from instants alone: nobody has to have been awake when it ran out.
 *  MET means done in time. MISSED with an instant in `metAt` means done, but late; without, still owed. An owed clock stays
 *  first in the worklist after it ran out, because it is more urgent than any that still runs. Pure. */
export type ClockStatus = 'RUNNING' | 'MET' | 'MISSED' | 'EXTENDED' | 'WITHDRAWN';

export interface ClockState {
  readonly status: ClockStatus;
  readonly startedAt: Date;
  readonly dueAt: Date;
  readonly extendedTo?: Date | null | undefined;
  readonly metAt?: Date | null | undefined;
}

export const lastInstant = (clock: ClockState): Date => clock.extendedTo ?? clock.dueAt;

export const isOwed = (clock: ClockState): boolean =>
  clock.metAt == null && (clock.status === 'RUNNING' || clock.status === 'EXTENDED' || clock.status === 'MISSED');

/** What becomes of an owed clock by something done at `at`; null where it changes nothing, as what was done before the
 *  complaint came cannot have answered it. */
export function doneAt(clock: ClockState, at: Date): { readonly status: 'MET' | 'MISSED'; readonly metAt: Date } | null {
  if (!isOwed(clock) || at < clock.startedAt) return null;
  return { status: at <= lastInstant(clock) ? 'MET' : 'MISSED', metAt: at };
}

/** When the case is due next: the earliest owed clock, run out or not. */
export function nextDue(clocks: readonly ClockState[]): Date | null {
  const owed = clocks.filter(isOwed).map((clock) => lastInstant(clock).getTime());
  return owed.length === 0 ? null : new Date(Math.min(...owed));
}
