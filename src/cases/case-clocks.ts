/** Stops the clocks of a case that a step answers, and tells the reminders worker. The first response stops the internal
 *  acknowledgement and no other: a telephone call is no written decision (surveyors cite A-0123 for that), and a clock
 *  of the law is stopped by what the law asks for. */
import { newUuid, requestJob } from '../kernel/index.js';
import { Deadline } from '../store/index.js';
import type { Deed } from './act-context.js';
import type { ClockStep } from './clock-rules.js';
import { doneAt, nextDue, type ClockState } from './clock-state.js';
import type { DueClock } from './deadlines.js';
import type { CaseRow } from './held-case.js';

/** Soonest first. */
export const clocksOf = ({ em }: Pick<Deed, 'em'>, file: { readonly id: string }) =>
  em.find(Deadline, { case: file.id }, { orderBy: { dueAt: 'asc', id: 'asc' } });

export const addClock = (
  { em }: Pick<Deed, 'em'>,
  file: { readonly id: string },
  { rule, step, citation, regulatory, startedAt, dueAt, status, metAt = null }: DueClock & Pick<ClockState, 'status' | 'metAt'>,
) =>
  em.create(Deadline, { uid: newUuid(), case: file.id, rule, step, citation, regulatory, startedAt, dueAt, status, metAt, labelMask: 0 });

/** Gives the rules of the clocks that this stopped; `next_due_at` follows in the same transaction. */
export async function stopClocks(deed: Deed, file: CaseRow, done: { readonly step: ClockStep; readonly at: Date }): Promise<string[]> {
  const clocks = await clocksOf(deed, file);
  const stopped = clocks.filter((clock) => {
    const state = clock.step === done.step ? doneAt(clock, done.at) : null;
    if (state) Object.assign(clock, state);
    return state !== null;
  });
  file.nextDueAt = nextDue(clocks);
  return stopped.map(({ rule }) => rule);
}

/** Reminders follow from deadlines and assignee: the worker works them out again. Without `returning`: a gateway may add to
 *  the outbox and not look into it. */
export async function askForReminders({ em }: Deed, file: { readonly id: string }): Promise<void> {
  const { name, payload } = requestJob('caseDeadlines', { fromId: file.id, toId: file.id });
  await em.execute('insert into outbox (job, payload) values (?, ?::jsonb)', [name, JSON.stringify(payload)], 'run');
}
