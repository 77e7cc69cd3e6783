/** Decides by hand what kind of case it is, and works its clocks out again. Where a rule leaves no choice, as for abuse and
 *  neglect, nobody has one (42 CFR 482.13(a)(2)); the kind before stays in the history, with the reason. */
import { toWireId } from '../kernel/index.js';
import type { ActContext } from './act-context.js';
import { caseAction, type CaseActionInput } from './case-action.js';
import { askForReminders } from './case-clocks.js';
import { writeHistory } from './case-history.js';
import { holdCase } from './held-case.js';
import { addInteraction, noteAmongStaff } from './interactions.js';
import { refuse, type CaseOutcome } from './outcome.js';
import { perform } from './perform.js';
import { judgeStored, runClocks } from './stored-case.js';

const schema = caseAction(['kind']);
/** Stands where else the rule's id does. */
export const byHand = 'hub.decided-by-hand';

export function classifyCase(context: ActContext, input: CaseActionInput): Promise<CaseOutcome> {
  const message = (number: string): string => `${number} is of another kind now.`;
  return perform(context, { operation: 'classifyCase', action: 'UPDATE', schema, input, message }, async (deed, given) => {
    const { caseId, expectedVersion, kind, reason, note } = given;
    const { file } = await holdCase(deed, { caseId, expectedVersion, step: 'classify', given });
    if (kind === null || kind === file.kind) throw refuse('BAD_INPUT', `kind: expected another kind than ${file.kind}.`, 'kind');
    const { flags, decided } = await judgeStored(deed, file);
    const { onlyTo, why, rule, citation } = decided;
    if (onlyTo && !onlyTo.includes(kind))
      throw refuse('BAD_INPUT', `kind: expected ${onlyTo.join(' or ')}. ${why} (${rule}, ${citation})`, 'kind');
    const before = { kind: file.kind, classification: file.classification };
    Object.assign(file, { kind, classification: byHand, version: file.version + 1 });
    const deadlines = await runClocks(deed, file, { kind, flags });
    const subjectUid = note === null ? null : addInteraction(deed, file, noteAmongStaff(deed, note));
    const after = {
      kind,
      classification: byHand,
      ...(deadlines.length > 0 ? { deadlines } : {}),
      ...(subjectUid ? { interactions: [toWireId('int', subjectUid)] } : {}),
      reason,
    };
    writeHistory(deed, file, { what: 'RECLASSIFIED', before, after });
    await askForReminders(deed, file);
    return { file, subjectUid };
  });
}
