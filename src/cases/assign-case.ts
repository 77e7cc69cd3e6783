/** Gives a case to somebody. Who holds or shares it may give it away; a colleague of the same facility may take it over, and
 *  sees the patient from then on: history and audit trail say who did, and when. */
import { toWireId, uuidOf } from '../kernel/index.js';
import { DirectoryUser } from '../store/index.js';
import type { ActContext, Deed } from './act-context.js';
import { caseAction, type CaseActionInput } from './case-action.js';
import { askForReminders } from './case-clocks.js';
import { writeHistory } from './case-history.js';
import { assignableUser } from './directory-rows.js';
import { holdCase } from './held-case.js';
import { addInteraction, noteAmongStaff } from './interactions.js';
import type { CaseOutcome } from './outcome.js';
import { perform } from './perform.js';

const schema = caseAction(['assigneeId']);

export function assignCase(context: ActContext, input: CaseActionInput): Promise<CaseOutcome> {
  const message = (number: string): string => `${number} is assigned.`;
  return perform(context, { operation: 'assignCase', action: 'UPDATE', schema, input, message }, async (deed, given) => {
    const { caseId, expectedVersion, reason, note, assigneeId } = given;
    const takesOver = await isViewer(deed, assigneeId);
    const { file } = await holdCase(deed, { caseId, expectedVersion, step: 'assign', given, takesOver });
    const assignee = await assignableUser(deed, assigneeId ?? '');
    const previous = file.assignedTo ? await deed.em.findOne(DirectoryUser, { id: file.assignedTo.id }) : null;
    file.assignedTo = assignee;
    file.version += 1;
    const subjectUid = note === null ? null : addInteraction(deed, file, noteAmongStaff(deed, note));
    writeHistory(deed, file, {
      what: 'ASSIGNED',
      before: { assignedTo: previous ? toWireId('usr', previous.uid) : null },
      after: {
        assignedTo: toWireId('usr', assignee.uid),
        ...(subjectUid ? { interactions: [toWireId('int', subjectUid)] } : {}),
        ...(reason ? { reason } : {}),
      },
    });
    await askForReminders(deed, file);
    return { file, subjectUid };
  });
}

async function isViewer({ em, viewer }: Deed, assigneeId: string | null): Promise<boolean> {
  const uid = uuidOf(assigneeId, 'usr');
  return uid !== null && (await em.count(DirectoryUser, { uid, id: viewer.userRow })) > 0;
}
