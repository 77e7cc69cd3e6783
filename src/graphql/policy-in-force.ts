/** Whoever reads or acts is told by the database that another policy is in force than the one they decided under: then nothing
 *  has been answered or changed, and it is done again under a plan of the new one. So a policy holds from the next request
 *  on, in every process. */
import { HubError } from '../kernel/index.js';

/** A policy that changes again and again while one request is answered is a fault of whoever changes it. */
const mostChanges = 5;

interface Renewable {
  /** What of the context the policy decides, made anew. */
  readonly renewed: () => Promise<object>;
}

/** The same operation goes on under the policy that is in force now. */
export const takePolicyInForce = async (context: Renewable): Promise<void> => void Object.assign(context, await context.renewed());

export async function underPolicyInForce<T>(context: Renewable, work: () => Promise<T>): Promise<T> {
  for (let changes = 0; ; changes += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof HubError && error.code === 'POLICY_CHANGED') || changes === mostChanges) throw error;
      await takePolicyInForce(context);
    }
  }
}
