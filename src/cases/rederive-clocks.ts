/** What becomes of the clocks of a case when its kind is another one. What runs no more is withdrawn, what runs now is counted
 *  from receipt as if the case had always been of this kind, and what was done stays done. The same whatever the kinds in
 *  between were, but for what was done or extended meanwhile. Pure. */
import { doneAt, isOwed, type ClockState } from './clock-state.js';
import type { DueClock } from './deadlines.js';

export interface KeptClock extends ClockState {
  readonly rule: string;
  readonly step: string;
}
export interface Rederived<C extends KeptClock> {
  readonly withdrawn: readonly C[];
  /** They had been withdrawn, and run again. */
  readonly revived: readonly { readonly clock: C; readonly state: Pick<ClockState, 'status' | 'metAt'> }[];
  readonly added: readonly { readonly clock: DueClock; readonly state: Pick<ClockState, 'status' | 'metAt'> }[];
}

/** @param acknowledgedAt when the complainant was told that it has arrived; null: not yet */
export function rederiveClocks<C extends KeptClock>(
  kept: readonly C[],
  wanted: readonly DueClock[],
  { acknowledgedAt }: { readonly acknowledgedAt: Date | null },
): Rederived<C> {
  const same = (one: KeptClock, other: DueClock): boolean =>
    one.rule === other.rule && one.step === other.step && one.startedAt.getTime() === other.startedAt.getTime();
  const stateOf = (step: string, running: ClockState): Pick<ClockState, 'status' | 'metAt'> =>
    (step === 'ACKNOWLEDGE' && acknowledgedAt ? doneAt(running, acknowledgedAt) : null) ?? { status: running.status, metAt: null };
  return {
    withdrawn: kept.filter((clock) => isOwed(clock) && !wanted.some((due) => same(clock, due))),
    revived: kept
      .filter((clock) => clock.status === 'WITHDRAWN' && wanted.some((due) => same(clock, due)))
      .map((clock) => ({ clock, state: stateOf(clock.step, { ...clock, status: clock.extendedTo ? 'EXTENDED' : 'RUNNING' }) })),
    added: wanted
      .filter((due) => !kept.some((clock) => same(clock, due)))
      .map((clock) => ({ clock, state: stateOf(clock.step, { ...clock, status: 'RUNNING' }) })),
  };
}
