/** Tells that the complaint has arrived and is looked after. With a channel it is itself the contact by which the
 *  complainant was told; with a note alone it is a note among staff. */
import { toWireId } from '../kernel/index.js';
import type { ActContext } from './act-context.js';
import { caseAction, type CaseActionInput } from './case-action.js';
import { askForReminders, stopClocks } from './case-clocks.js';
import { writeHistory } from './case-history.js';
import { holdCase } from './held-case.js';
import { addInteraction } from './interactions.js';
import type { CaseOutcome } from './outcome.js';
import { perform } from './perform.js';

const schema = caseAction(['channel']);

export function acknowledgeCase(context: ActContext, input: CaseActionInput): Promise<CaseOutcome> {
  const message = (number: string): string => `${number} is acknowledged.`;
  return perform(context, { operation: 'acknowledgeCase', action: 'UPDATE', schema, input, message }, async (deed, given) => {
    const { caseId, expectedVersion, reason, channel, note } = given;
    const { file, to } = await holdCase(deed, { caseId, expectedVersion, step: 'acknowledge', given });
    const before = { status: file.status };
    const stopped = await stopClocks(deed, file, { step: 'ACKNOWLEDGE', at: deed.now });
    file.status = to;
    file.acknowledgedAt ??= deed.now;
    file.version += 1;
    const subjectUid =
      channel === null && note === null
        ? null
        : addInteraction(deed, file, {
            at: deed.now,
            channel: channel ?? 'OTHER',
            direction: channel === null ? 'INTERNAL' : 'OUTBOUND',
            withWhom: null,
            note: note ?? 'Acknowledged.',
            countsAsResponse: channel !== null,
          });
    writeHistory(deed, file, {
      what: 'ACKNOWLEDGED',
      before,
      after: {
        status: to,
        ...(stopped.length > 0 ? { deadlines: stopped } : {}),
        ...(subjectUid ? { interactions: [toWireId('int', subjectUid)] } : {}),
        ...(reason ? { reason } : {}),
      },
    });
    await askForReminders(deed, file);
    return { file, subjectUid };
  });
}
