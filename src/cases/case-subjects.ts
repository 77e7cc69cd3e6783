/** The encounter, appointment or claim that a complaint is about. It must be the patient's own, by whatever record, and one
 *  that this viewer may know of: anything else answers as if it were not there. */
import { readWireId } from '../kernel/index.js';
import type { Deed } from './act-context.js';
import { refuse } from './outcome.js';
import type { PinnedPatient } from './pinned-patient.js';

export type SubjectKind = 'encounter' | 'appointment' | 'claim';
export interface SubjectRow {
  readonly subjectKind: SubjectKind;
  readonly subjectId: string;
}

/** A kind is its table's name, too. */
const kinds: Readonly<Record<string, SubjectKind>> = { enc: 'encounter', apt: 'appointment', clm: 'claim' };

export async function subjectsOf({ em }: Deed, aboutIds: readonly string[], patient: PinnedPatient | null): Promise<SubjectRow[]> {
  const rows = new Map<string, SubjectRow>();
  for (const [index, wireId] of aboutIds.entries()) {
    const field = `aboutIds[${index}]`;
    if (!patient) throw refuse('BAD_INPUT', `${field}: expected the patient as well, found none.`, field);
    const read = readWireId(wireId);
    const subjectKind = read ? kinds[read.tag] : undefined;
    if (!read || !subjectKind) throw refuse('BAD_INPUT', `${field}: expected the id of an encounter, appointment or claim.`, field);
    const [row] = await em.execute<{ id: string }[]>(
      `select id::text from ${subjectKind} where uid = ? and patient_record_id = any(?::bigint[])`,
      [read.uuid, `{${patient.recordIds.join(',')}}`],
    );
    if (!row) throw refuse('NOT_FOUND', `${field}: this patient has none with this id.`, field);
    rows.set(wireId, { subjectKind, subjectId: row.id });
  }
  return [...rows.values()];
}
