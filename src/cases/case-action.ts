/** CaseActionInput is shared by several acts. Each takes some of its fields and refuses the others: a field that is quietly
 *  ignored is a wish that quietly fails. */
import { z } from 'zod';
import { idempotencyKey, maybe, maybeSaid, oneOf, said, wholeFrom } from './act-input.js';
import { caseKinds, channels } from './vocabulary.js';

const fields = {
  caseId: said('the id of a case', 100),
  expectedVersion: maybe(wholeFrom(1, 2_147_483_647)),
  reason: maybeSaid('a reason', 2_000),
  channel: maybe(oneOf(channels)),
  note: maybeSaid('a note', 20_000),
  kind: maybe(oneOf(caseKinds)),
  assigneeId: maybeSaid('the id of a user', 100),
  idempotencyKey,
};
type Taken = 'channel' | 'kind' | 'assigneeId';

/** @param taken what this act takes beside case, version, reason, note and key */
export const caseAction = (taken: readonly Taken[]) =>
  z.strictObject(fields).superRefine((given, context) => {
    for (const field of ['channel', 'kind', 'assigneeId'] as const) {
      if (given[field] !== null && !taken.includes(field))
        context.addIssue({ code: 'custom', path: [field], message: 'expected nothing, this step does not take it' });
    }
  });

export type CaseActionInput = z.input<ReturnType<typeof caseAction>>;
