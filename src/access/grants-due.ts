/** What the passing of time asks of grants. That one has run out needs no worker: every request compares instants. A worker
 *  records the end, so that the trail tells of it, and tells more people of reviews that nobody has done.
 *
 *  The mark on the grant and its audit entry are one transaction, a batch at a time: killed anywhere, an end is recorded
 *  whole or not at all, and the next turn finds it; recorded twice it cannot be, for the mark is the condition. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { asSystem } from '../kernel/index.js';
import { inTransaction } from '../store/index.js';
import { entriesText, type AuditEntry } from './audit-entry.js';
import type { BreakGlassRules } from './break-glass-file.js';
import { tellOverdue } from './tell-reviewers.js';

export interface GrantsDone {
  readonly ended: number;
  readonly told: number;
}

const batch = 500;
const scope = asSystem('scope', 'HOPERAT');

/** @param pool a worker's */
export async function settleGrants(pool: Pool, rules: Pick<BreakGlassRules, 'tells'>): Promise<GrantsDone> {
  let ended = 0;
  for (let last = batch; last === batch; ended += last) last = await endSome(pool);
  return { ended, told: await tellOverdue(pool, rules) };
}

/** Whether there is anything to settle: asked often, so that a job is made only where there is. */
export async function grantsAreDue(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ due: boolean }>(
    `select exists (select 1 from access_grant where ended_at is null and revoked_at is null and expires_at <= now())
         or exists (select 1 from access_grant where reviewed_at is null and review_due_at <= now()) as due`,
  );
  return rows[0]?.due ?? false;
}

const endRunOut = `
  with late as (
    select id from access_grant where ended_at is null and revoked_at is null and expires_at <= now() order by expires_at, id limit $1 for update skip locked)
  update access_grant g set ended_at = now() from late, person p
  where g.id = late.id and p.id = g.person_id returning g.uid, p.uid as "personUid", now() as at`;

function endSome(pool: Pool): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ uid: string; personUid: string; at: Date }>(endRunOut, [batch]);
    if (rows.length === 0) return 0;
    const requestId = randomUUID();
    const told = rows.map(({ uid, personUid, at }) => ({ at, entries: [endOf({ uid, personUid }, requestId)] }));
    await client.query('select append_audit($1::jsonb)', [entriesText(told)]);
    return rows.length;
  });
}

const nothingShown = { caseUid: null, phiClasses: [], outcome: 'ALLOWED', withheldFields: [] } as const;
const endOf = (grant: { readonly uid: string; readonly personUid: string }, requestId: string): AuditEntry => ({
  actor: scope,
  requestId,
  action: 'SYSTEM',
  operation: 'endGrant',
  personUid: grant.personUid,
  grantUid: grant.uid,
  ...nothingShown,
});
