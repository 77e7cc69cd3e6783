/** Gives a clock more time, where its rule knows of more. What the rule asks for with it, a letter as a rule, is the condition
 *  in schema/clocks; the reason is kept in the case's history. */
import { z } from 'zod';
import { uuidOf } from '../kernel/index.js';
import type { ActContext } from './act-context.js';
import { idempotencyKey, instant, said } from './act-input.js';
import { askForReminders, clocksOf } from './case-clocks.js';
import { writeHistory } from './case-history.js';
import { lastInstant, nextDue } from './clock-state.js';
import { siteOf } from './directory-rows.js';
import { holdCase } from './held-case.js';
import { whyNoMoreTime } from './more-time.js';
import { refuse, type CaseOutcome } from './outcome.js';
import { perform } from './perform.js';

const schema = z.strictObject({
  caseId: said('the id of a case', 100),
  deadlineId: said('the id of a deadline', 100),
  until: instant,
  reason: said('a reason', 2_000),
  idempotencyKey,
});
export type ExtendDeadlineInput = z.input<typeof schema>;

export function extendDeadline(context: ActContext, input: ExtendDeadlineInput): Promise<CaseOutcome> {
  const message = (number: string): string => `A clock of ${number} has more time.`;
  return perform(context, { operation: 'extendDeadline', action: 'UPDATE', schema, input, message }, async (deed, given) => {
    const { caseId, deadlineId, until, reason } = given;
    const { file } = await holdCase(deed, { caseId, expectedVersion: null, step: 'extendDeadline', given: { reason } });
    const clocks = await clocksOf(deed, file);
    const uid = uuidOf(deadlineId, 'dln');
    const clock = clocks.find((one) => one.uid === uid);
    if (!clock) throw refuse('NOT_FOUND', 'deadlineId: no clock of this case with this id.', 'deadlineId');
    const rule = deed.rules.clocks.find(({ id }) => id === clock.rule) ?? null;
    const { timeZone } = await siteOf(deed, file);
    const no = whyNoMoreTime({ clock, rule, until, now: deed.now, timeZone });
    if (no) throw refuse('BAD_INPUT', `${no.field}: ${no.says}.`, no.field);
    const before = lastInstant(clock);
    Object.assign(clock, { status: 'EXTENDED', extendedTo: until });
    file.nextDueAt = nextDue(clocks);
    file.version += 1;
    const told = (at: Date) => ({ deadlines: [{ rule: clock.rule, until: at.toISOString() }] });
    writeHistory(deed, file, { what: 'DEADLINE_EXTENDED', before: told(before), after: { ...told(until), reason } });
    await askForReminders(deed, file);
    return { file };
  });
}
