/** Break-glass grants put straight into a test's database, as the act leaves them. */
import { asOwner } from './owner.js';

export interface GrantOf {
  readonly userRow: string;
  readonly personUid: string;
  /** Minutes from now; negative: it has run out. */
  readonly minutes?: number;
  readonly reviewDueInHours?: number;
}

/** The grant's uuid. */
export async function addGrant(ownerUrl: string, { userRow, personUid, minutes = 60, reviewDueInHours = 24 }: GrantOf): Promise<string> {
  const [made] = await asOwner<{ uid: string }>(
    ownerUrl,
    `insert into access_grant (user_id, role, purpose, person_id, record_ids, reason, granted_at, expires_at, review_due_at)
     select $1, 'ADVOCATE', 'HOPERAT', p.id, array(select l.patient_record_id from person_link l where l.person_id = p.id and l.assurance = 'CERTAIN'),
            'The caller is at the desk.', now() - interval '2 days', now() + make_interval(mins => $3), now() + make_interval(hours => $4)
     from person p where p.uid = $2 returning uid`,
    [userRow, personUid, minutes, reviewDueInHours],
  );
  return String(made?.uid);
}
