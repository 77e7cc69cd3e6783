/** What every act on a case is given: who acts, what the policy lets them do, the rules and the time. Made by the gateway
 *  for each request, and by the demo for its own. */
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Plan, Told } from '../access/index.js';
import type { Clock, ViewerRows } from '../kernel/index.js';
import type { CaseRules } from './rules.js';

/** What is the plan's own: spread it, or pick these. */
export interface ActContext extends Pick<Plan, 'may' | 'decide' | 'mayMatch' | 'hidden' | 'masked' | 'generation'> {
  /** Of the gateway's role, under row-level security; forked here for each act. */
  readonly em: EntityManager;
  readonly viewer: ViewerRows;
  /** The business clock: what people see fall due. */
  readonly clock: Clock;
  readonly rules: CaseRules;
  /** Under whose name, and in which request, the act stands in the audit trail. */
  readonly told: Told;
}

/** One act in progress: `em` is inside its transaction, `now` is one instant for all that the act writes. */
export interface Deed extends Omit<ActContext, 'clock'> {
  readonly now: Date;
}
