/** What becomes of a grant: ended at once by who broke the glass or by a reviewer, and looked at by somebody else. A grant
 *  that the viewer may not see is as if it were none. */
import { uuidOf } from '../kernel/index.js';
import { grantActionInput, readGrantInput } from './grant-input.js';
import type { GrantOutcome } from './grant-outcome.js';
import { refuseAct } from './privacy-outcome.js';
import { onGrant, type DoneToGrant, type GrantContext, type GrantWork } from './grant-work.js';

interface Given {
  readonly grantId: string;
  readonly note: string | null;
}

/** Works at once: every request reads whether the grant holds. */
export function revokeGrant(context: GrantContext, input: object): Promise<GrantOutcome> {
  return onGrant(context, () => {
    const { idempotencyKey, ...given } = readGrantInput(grantActionInput, input);
    return { operation: 'revokeGrant', action: 'UPDATE', key: idempotencyKey, request: given, act: (work) => revoke(work, given) };
  });
}

export function reviewGrant(context: GrantContext, input: object): Promise<GrantOutcome> {
  return onGrant(context, () => {
    if (!context.plan.may('REVIEW_ACCESS')) {
      throw refuseAct('NOT_PERMITTED', 'This role does not review access. Ask who does.');
    }
    const { idempotencyKey, ...given } = readGrantInput(grantActionInput, input);
    return { operation: 'reviewGrant', action: 'UPDATE', key: idempotencyKey, request: given, act: (work) => review(work, given) };
  });
}

async function revoke(work: GrantWork, { grantId, note }: Given): Promise<DoneToGrant> {
  const held = await holdGrant(work, grantId);
  if (held.revoked) throw refuseAct('GRANT_ENDED', 'This access was revoked already; it opens nothing.', 'grantId');
  if (held.expired) throw refuseAct('GRANT_ENDED', 'This access has run out by itself; it opens nothing.', 'grantId');
  await work.client.query('update access_grant set revoked_at = now(), revoked_by = $2, revoke_note = $3 where id = $1', [
    held.id,
    work.viewer.userRow,
    note,
  ]);
  return done(held, 'The access has ended.');
}

async function review(work: GrantWork, { grantId, note }: Given): Promise<DoneToGrant> {
  const held = await holdGrant(work, grantId);
  if (held.userId === work.viewer.userRow) {
    throw refuseAct('NOT_PERMITTED', 'Nobody reviews their own access. Ask another reviewer.', 'grantId');
  }
  if (held.reviewed) throw refuseAct('GRANT_ENDED', 'This access was reviewed already.', 'grantId');
  await work.client.query('update access_grant set reviewed_at = now(), reviewed_by = $2, review_note = $3 where id = $1', [
    held.id,
    work.viewer.userRow,
    note,
  ]);
  await work.client.query(`update reminder set status = 'DONE' where grant_id = $1 and status <> 'DONE'`, [held.id]);
  return done(held, 'The review is recorded.');
}

interface HeldGrant {
  readonly id: string;
  readonly uid: string;
  readonly userId: string;
  readonly personUid: string;
  readonly revoked: boolean;
  readonly expired: boolean;
  readonly reviewed: boolean;
}

/** Locked until the act is done: of two people who act at once the second sees what the first did. Row-level security shows
 *  the viewer's own grants, and all of them to who reviews. */
async function holdGrant({ client }: GrantWork, grantId: string): Promise<HeldGrant> {
  const uid = uuidOf(grantId, 'grant');
  const { rows } = await client.query<HeldGrant>(
    `select g.id, g.uid, g.user_id as "userId", p.uid as "personUid", g.revoked_at is not null as revoked, g.expires_at <= now() as expired,
            g.reviewed_at is not null as reviewed
     from access_grant g join person p on p.id = g.person_id where g.uid = $1 for update of g`,
    [uid],
  );
  const [held] = rows;
  if (!held) throw refuseAct('NOT_FOUND', 'grantId: no access with this id.', 'grantId');
  return held;
}

const done = ({ id, uid, personUid }: HeldGrant, message: string): DoneToGrant => ({ grantRow: id, grantUid: uid, personUid, message });
