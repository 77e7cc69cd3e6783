/** Breaking the glass: a written reason opens, for minutes, what only the missing relation withholds. Only for somebody whom
 *  the viewer may find anyway. Whoever reviews is told in the same transaction: no access that nobody knows of. */
import { uuidOf } from '../kernel/index.js';
import { breakGlassInput, readGrantInput } from './grant-input.js';
import type { GrantOutcome } from './grant-outcome.js';
import { refuseAct } from './privacy-outcome.js';
import { onGrant, type DoneToGrant, type GrantContext, type GrantWork } from './grant-work.js';
import { relatedTo } from './relation.js';
import { tellAtOnce } from './tell-reviewers.js';

interface Person {
  readonly id: string;
  readonly uid: string;
  /** The records that are certainly theirs, of those that this viewer may know of. */
  readonly recordIds: readonly string[];
}

export function breakGlass(context: GrantContext, input: object): Promise<GrantOutcome> {
  return onGrant(context, () => {
    const { plan } = context;
    if (!plan.may('BREAK_GLASS')) {
      throw refuseAct('NOT_PERMITTED', 'This role may not break the glass. Ask who holds a case of this patient, or who reviews access.');
    }
    const { idempotencyKey, ...given } = readGrantInput(breakGlassInput(plan.glass), input);
    return { operation: 'breakGlass', action: 'BREAK_GLASS', key: idempotencyKey, request: given, act: (work) => grant(work, given) };
  });
}

async function grant(work: GrantWork, given: { patientId: string; reason: string; minutes: number }): Promise<DoneToGrant> {
  const { client, viewer, plan } = work;
  const person = await findPerson(work, given.patientId);
  if (!person) throw refuseAct('NOT_FOUND', 'patientId: no patient with this id.', 'patientId');
  const { rows } = await client.query<{ id: string; uid: string; until: Date }>(
    `insert into access_grant (user_id, role, purpose, person_id, record_ids, reason, granted_at, expires_at, review_due_at)
     values ($1, $2, $3, $4, $5, $6, now(), now() + make_interval(mins => $7), now() + make_interval(hours => $8))
     returning id, uid, expires_at as until`,
    [viewer.userRow, plan.role, plan.purpose, person.id, person.recordIds, given.reason, given.minutes, plan.glass.reviewWithinHours],
  );
  const made = rows[0] as { id: string; uid: string; until: Date };
  await tellAtOnce(client, plan.glass, made.id);
  return {
    grantRow: made.id,
    grantUid: made.uid,
    personUid: person.uid,
    message: `Open until ${made.until.toISOString()}. The reason is reviewed, and so is what you read.`,
  };
}

/** Somebody whom this viewer may find: the identity is shown to them, always or because of a case. Else it is as if there
 *  were nobody. After a merge the old id means the surviving person. */
async function findPerson({ client, viewer, plan }: GrantWork, patientId: string): Promise<Person | null> {
  const uid = uuidOf(patientId, 'pat');
  const identity = plan.decide('IDENTITY');
  if (uid === null || !plan.may('READ_IDENTITY') || identity.may === 'never') return null;
  const related = relatedTo('p.id')
    .replaceAll(':user', '$2::bigint')
    .replaceAll(':departments', '$3::bigint[]')
    .replaceAll(':daysAfterClosing', '$4::int');
  const { rows } = await client.query<Person>(
    `select p.id, p.uid, array(select l.patient_record_id::text from person_link l where l.person_id = p.id and l.assurance = 'CERTAIN' order by 1) as "recordIds"
     from person asked join person p on p.id = coalesce(asked.alias_of, asked.id)
     where asked.uid = $1 and exists (select 1 from person_link seen where seen.person_id = p.id) and ($5 or ${related})`,
    [uid, viewer.userRow, viewer.departmentRows, plan.daysAfterClosing, identity.may === 'always'],
  );
  return rows[0] ?? null;
}
