/** Between a policy that is being put in force and work that is decided under one: work holds the lock together with all other
 *  work for as long as its transaction lasts, putting in force needs it alone. So once a policy is in force nothing is
 *  written any more that was decided, or labelled, under the one before. Readers need no lock: their statement tells the
 *  generation that it saw. */
import { HubError } from '../kernel/index.js';

/** Any number, as long as every hub takes the same. */
const policyLock = 4_820_719;

export const holdPolicyAlone = `select pg_advisory_xact_lock(${policyLock})`;
/** Two statements, the second with a view of its own: one that waited for the lock would still see what was before. */
const holdPolicy = `select pg_advisory_xact_lock_shared(${policyLock})`;
const generationNow = 'select generation from policy_state';

/** @param query runs a statement inside the caller's transaction. @returns the generation in force until it ends; 0 for none */
export async function generationHeld(query: (sql: string) => Promise<readonly { readonly generation?: number }[]>): Promise<number> {
  await query(holdPolicy);
  return (await query(generationNow))[0]?.generation ?? 0;
}

/** @throws HubError POLICY_CHANGED where another generation than this is in force */
export async function holdGeneration(expected: number, query: Parameters<typeof generationHeld>[0]): Promise<void> {
  if ((await generationHeld(query)) !== expected) throw new HubError('POLICY_CHANGED', 'The policy has just changed. Ask again.');
}
