/** All that intake refers to by id or by search: found, or refused before anything is written. */
import type { Deed } from './act-context.js';
import { readInstantOrNow } from './act-input.js';
import { subjectsOf } from './case-subjects.js';
import { assignableUser, departmentRows, facilityOf } from './directory-rows.js';
import type { Intake } from './open-case-input.js';
import { pinnedPatient } from './pinned-patient.js';

export type Found = Awaited<ReturnType<typeof findReferences>>;

export async function findReferences(deed: Deed, intake: Intake) {
  const receivedAt = readInstantOrNow(deed, { field: 'receivedAt', said: intake.receivedAt });
  const patient = await pinnedPatient(deed, intake);
  const facility = await facilityOf(deed, intake.facilityId);
  const assignee = intake.assigneeId === null ? null : await assignableUser(deed, intake.assigneeId);
  const departments = await departmentRows(deed, [
    ...(intake.departmentIds ?? []).map((wireId, index) => ({ wireId, field: `departmentIds[${index}]` })),
    ...(intake.issues ?? []).flatMap(({ departmentId }, index) =>
      departmentId ? [{ wireId: departmentId, field: `issues[${index}].departmentId` }] : [],
    ),
  ]);
  const subjects = await subjectsOf(deed, intake.aboutIds ?? [], patient);
  return { receivedAt, patient, facility, assigneeRow: assignee?.id ?? deed.viewer.userRow, departments, subjects };
}
