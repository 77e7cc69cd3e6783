/** The policy in force, as a number that the database keeps: every process that read the same files has the same one, and a
 *  changed policy is a new one, which every transaction of the gateway reads. */
import type { Pool } from 'pg';
import { HubError } from '../kernel/index.js';
import { inTransaction } from '../store/index.js';
import { queueAll } from './labels.js';
import type { Policy } from './policy-file.js';

/** Puts the policy in force where it is not; rows are then labelled anew. @param pool the owner's or a worker's */
export function applyPolicy(pool: Pool, { digest }: Policy): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows: changed } = await client.query<{ generation: number }>(
      `insert into policy_state (generation, digest, applied_at) values (1, $1, now())
       on conflict (one) do update set generation = policy_state.generation + 1, digest = excluded.digest, applied_at = excluded.applied_at
       where policy_state.digest <> excluded.digest returning generation`,
      [digest],
    );
    if (changed[0] && changed[0].generation > 1) await queueAll(client);
    if (changed[0]) return changed[0].generation;
    const { rows } = await client.query<{ generation: number }>('select generation from policy_state');
    return rows[0]?.generation ?? 0;
  });
}

/** For a gateway, which may not change it. @throws HubError POLICY_INVALID where another policy is in force */
export async function generationInForce(pool: Pool, { digest }: Policy): Promise<number> {
  const { rows } = await pool.query<{ generation: number; digest: string }>('select generation, digest from policy_state');
  const [state] = rows;
  if (state?.digest === digest) return state.generation;
  throw new HubError(
    'POLICY_INVALID',
    `Expected the policy of this hub to be in force, found ${state ? 'another one' : 'none'}. Run \`hub migrate\` with the same files first.`,
  );
}
