/** Notes a contact with the complainant, or a word among staff. A letter can come after a case was closed, so any status
 *  will do. The first contact that counts as a response stops the internal acknowledgement clock at the time of the contact,
 *  not of its being written down. */
import { z } from 'zod';
import { toWireId } from '../kernel/index.js';
import type { ActContext } from './act-context.js';
import { idempotencyKey, instant, maybe, maybeSaid, oneOf, readInstantOrNow, said } from './act-input.js';
import { askForReminders, stopClocks } from './case-clocks.js';
import { writeHistory } from './case-history.js';
import { holdCase } from './held-case.js';
import { addInteraction, countsAsResponse, directions } from './interactions.js';
import type { CaseOutcome } from './outcome.js';
import { perform } from './perform.js';
import { channels } from './vocabulary.js';

const schema = z.strictObject({
  caseId: said('the id of a case', 100),
  channel: oneOf(channels),
  direction: oneOf(directions),
  at: maybe(instant),
  with: maybeSaid('with whom', 500),
  note: said('a note', 20_000),
  countsAsResponse: maybe(z.boolean('expected true | false')),
  idempotencyKey,
});
export type InteractionInput = z.input<typeof schema>;

export function recordInteraction(context: ActContext, input: InteractionInput): Promise<CaseOutcome> {
  const message = (number: string): string => `The contact is noted on ${number}.`;
  return perform(context, { operation: 'recordInteraction', action: 'UPDATE', schema, input, message }, async (deed, given) => {
    const { channel, direction, note } = given;
    const at = readInstantOrNow(deed, { field: 'at', said: given.at });
    const counts = countsAsResponse(direction, given.countsAsResponse);
    const { file } = await holdCase(deed, { caseId: given.caseId, expectedVersion: null, step: 'recordInteraction', given: { note } });
    const subjectUid = addInteraction(deed, file, { at, channel, direction, withWhom: given.with, note, countsAsResponse: counts });
    const stopped = counts ? await stopClocks(deed, file, { step: 'ACKNOWLEDGE', at }) : [];
    file.version += 1;
    writeHistory(deed, file, {
      what: 'INTERACTION_RECORDED',
      before: null,
      after: { interactions: [toWireId('int', subjectUid)], ...(stopped.length > 0 ? { deadlines: stopped } : {}) },
    });
    if (stopped.length > 0) await askForReminders(deed, file);
    return { file, subjectUid };
  });
}
