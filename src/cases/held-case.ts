/** Takes hold of a case for a change: found, allowed, as the viewer last saw it, and in a status from which the step may be
 *  taken. In this order, so that nothing is told about a case to somebody who may not know of it. The row stays locked until
 *  the act is done: of two people who act at once the second sees what the first did. */
import { LockMode } from '@mikro-orm/core';
import { uuidOf } from '../kernel/index.js';
import { CaseDepartment, CaseFile } from '../store/index.js';
import type { Deed } from './act-context.js';
import { mayTakeOver, mayWrite, type CaseRelation } from './case-relation.js';
import { refuse, Stopped } from './outcome.js';
import { personOf } from './pinned-patient.js';
import { mayMove, missingFor, type CaseStep, type Requirement } from './transitions.js';
import { caseKinds, caseStatuses, wordOf, type CaseStatus } from './vocabulary.js';

export type CaseRow = NonNullable<Awaited<ReturnType<typeof lockCase>>>;

export interface Hold {
  readonly caseId: string;
  readonly expectedVersion: number | null;
  readonly step: CaseStep;
  /** What the step was given, for what the transition table asks. */
  readonly given: Readonly<Partial<Record<Requirement, string | null>>>;
  /** The viewer takes the case over. */
  readonly takesOver?: boolean;
}

/** The case, and the status to which the step leads. */
export async function holdCase(deed: Deed, hold: Hold): Promise<{ file: CaseRow; to: CaseStatus }> {
  const uuid = uuidOf(hold.caseId, 'case');
  const file = uuid === null ? null : await lockCase(deed, uuid);
  if (!file) throw refuse('NOT_FOUND', 'caseId: no case with this id.', 'caseId');
  await mustBeAllowed(deed, file, hold.takesOver ?? false);
  if (hold.expectedVersion !== null && hold.expectedVersion !== file.version) throw await conflictWith(deed, file, hold.expectedVersion);
  const move = mayMove(wordOf(caseStatuses, file.status), hold.step);
  if (!move.allowed) {
    throw refuse('TRANSITION_NOT_ALLOWED', `The case is ${file.status}; this step is for a case that is ${move.allowedFrom.join(', ')}.`);
  }
  const [missing] = missingFor(hold.step, wordOf(caseKinds, file.kind), hold.given);
  if (missing) throw refuse('BAD_INPUT', `${missing}: expected it for this step, found nothing.`, missing);
  return { file, to: move.to };
}

const lockCase = ({ em }: Deed, uid: string) => em.findOne(CaseFile, { uid }, { lockMode: LockMode.PESSIMISTIC_WRITE });

async function mustBeAllowed(deed: Deed, file: CaseRow, takesOver: boolean): Promise<void> {
  const narrative = deed.decide('NARRATIVE');
  const relation = await relationTo(deed, file);
  if (mayWrite(narrative, relation) || (takesOver && mayTakeOver(narrative, relation))) return;
  throw refuse(
    'NOT_PERMITTED',
    'The case is held by somebody else. Take it over first, or ask who holds it to add your department.',
    'caseId',
  );
}

async function relationTo({ em, viewer }: Deed, file: CaseRow): Promise<CaseRelation> {
  const held = file.assignedTo?.id === viewer.userRow;
  const shared = held || (await em.count(CaseDepartment, { case: file.id, department: { $in: [...viewer.departmentRows] } })) > 0;
  return { related: shared, facility: file.facility.id === viewer.facilityRow };
}

async function conflictWith(deed: Deed, file: CaseRow, expected: number): Promise<Stopped> {
  const rows = await deed.em.execute<{ field: string }[]>(
    `select distinct field from case_event e, jsonb_object_keys(e.after) field
     where e.case_id = ? and (e.after->>'version')::int > ? and field not in ('version', 'reason') order by field`,
    [file.id, expected],
  );
  return new Stopped({
    outcome: 'conflict',
    currentUid: file.uid,
    personUid: await personOf(deed, file.patientRecord?.id ?? null),
    changed: rows.map(({ field }) => field),
    message: `The case is at version ${file.version}, not ${expected}: somebody changed it. Look at it again.`,
  });
}
