/** Opens a case: who it is about, where it belongs, what kind it is and what falls due, decided once and written in one
 *  transaction. The kind is the rules' and not intake's; the clocks run from receipt, which may lie days back. */
import type { ActContext } from './act-context.js';
import { askForReminders } from './case-clocks.js';
import { writeCase } from './case-rows.js';
import { findReferences } from './intake-references.js';
import { judgeCase } from './judge-case.js';
import { openCaseInput, type OpenCaseInput } from './open-case-input.js';
import type { CaseOutcome } from './outcome.js';
import { perform } from './perform.js';
import { mustBeNew } from './same-complaint.js';

export function openCase(context: ActContext, input: OpenCaseInput): Promise<CaseOutcome> {
  const message = (number: string): string => `${number} is open.`;
  return perform(context, { operation: 'openCase', action: 'CREATE', schema: openCaseInput, input, message }, async (deed, intake) => {
    const found = await findReferences(deed, intake);
    const { patient, receivedAt } = found;
    if (patient) await mustBeNew(deed, patient, { channel: intake.channel, summary: intake.summary, receivedAt });
    const file = await writeCase(deed, { intake, found, judgement: judgeCase(intake, found, deed.rules) });
    await askForReminders(deed, file);
    return { file };
  });
}
