/** The shell around the acts on grants: one transaction of the gateway's role under the settings of this viewer, one answer
 *  for one idempotency key. A key belongs to a person and an operation; what was asked is kept as a hash. */
import { createHash } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { asHubError, type ViewerRows } from '../kernel/index.js';
import { holdGeneration, inTransaction } from '../store/index.js';
import { appendEntries, type AuditAction, type Told } from './audit-entry.js';
import type { GrantChanged, GrantOutcome } from './grant-outcome.js';
import { NotDone, refuseAct } from './privacy-outcome.js';
import type { Plan } from './plan.js';

export interface GrantContext {
  /** Of the gateway's role, under row-level security. */
  readonly pool: Pool;
  readonly viewer: ViewerRows;
  readonly plan: Plan;
  readonly told: Told;
}

/** What is needed inside the transaction. */
export interface GrantWork extends Pick<GrantContext, 'viewer' | 'plan' | 'told'> {
  readonly client: PoolClient;
}

export interface GrantOrder {
  readonly operation: string;
  readonly action: AuditAction;
  readonly key: string | null;
  /** Without the key. */
  readonly request: Readonly<Record<string, string | number | null>>;
  readonly act: (work: GrantWork) => Promise<DoneToGrant>;
}
export interface DoneToGrant {
  readonly grantRow: string;
  readonly grantUid: string;
  readonly personUid: string;
  readonly message: string;
}

export async function onGrant({ pool, viewer, plan, told }: GrantContext, prepare: () => GrantOrder): Promise<GrantOutcome> {
  try {
    return await inTransaction(pool, async (client) => {
      // First of all, so that a refusal too is one of the policy in force.
      await holdGeneration(plan.generation, async (sql) => (await client.query<{ generation?: number }>(sql)).rows);
      const order = prepare();
      const settings = `select set_config('hub.hidden', $1, true), set_config('hub.viewer', $2, true), set_config('hub.reviews', $3, true)`;
      await client.query(settings, [String(plan.hidden), viewer.userRow, String(plan.may('REVIEW_ACCESS'))]);
      return await once({ client, viewer, plan, told }, order);
    });
  } catch (error) {
    if (error instanceof NotDone) return error.outcome;
    throw asHubError(error, 'INTERNAL', 'The break-glass access was not changed.');
  }
}

async function once(work: GrantWork, order: GrantOrder): Promise<GrantChanged> {
  const { operation, key, request, act } = order;
  const hash = createHash('sha256')
    .update(JSON.stringify(Object.entries(request).toSorted()))
    .digest('hex');
  const earlier = key === null ? null : await earlierRequest(work, { operation, key, hash });
  // Sent again, nothing is done: what it once did is told, which is a read.
  if (earlier) return entered(work, { operation, action: 'READ' }, earlier);
  const { grantRow, ...done } = await act(work);
  if (key !== null) {
    await work.client.query(
      'insert into grant_request (user_id, operation, key, request_hash, grant_id, message, created_at) values ($1, $2, $3, $4, $5, $6, now())',
      [work.viewer.userRow, operation, key, hash, grantRow, done.message],
    );
  }
  return entered(work, order, { outcome: 'changed', ...done });
}

/** The entry is of the act's own transaction, so that neither is without the other (45 CFR 164.312(b)), and comes last of all,
 *  because the head of the chain stays locked until the commit. */
async function entered(
  { client, told }: GrantWork,
  act: Pick<GrantOrder, 'operation' | 'action'>,
  done: GrantChanged,
): Promise<GrantChanged> {
  const { personUid, grantUid } = done;
  const { operation, action } = act;
  const what = { caseUid: null, phiClasses: ['IDENTITY'], outcome: 'ALLOWED', withheldFields: [] } as const;
  await appendEntries(client, [{ ...told, operation, action, personUid, grantUid, ...what }]);
  return done;
}

/** Requests with the same key wait for each other. @throws NotDone where the key was used for something else */
async function earlierRequest(
  { client, viewer }: GrantWork,
  { operation, key, hash }: { operation: string; key: string; hash: string },
): Promise<GrantChanged | null> {
  await client.query('select pg_advisory_xact_lock(hashtextextended($1, 3))', [`${viewer.userRow} ${operation} ${key}`]);
  const { rows } = await client.query<{ hash: string; message: string; grantUid: string; personUid: string }>(
    `select r.request_hash as hash, r.message, g.uid as "grantUid", p.uid as "personUid"
     from grant_request r join access_grant g on g.id = r.grant_id join person p on p.id = g.person_id
     where r.user_id = $1 and r.operation = $2 and r.key = $3`,
    [viewer.userRow, operation, key],
  );
  const [known] = rows;
  if (!known) return null;
  if (known.hash !== hash) {
    throw refuseAct('BAD_INPUT', 'idempotencyKey: this key was used for another request. Use a new key for a new one.', 'idempotencyKey');
  }
  const { grantUid, personUid, message } = known;
  return { outcome: 'changed', grantUid, personUid, message };
}
