/** Who is at the door: verifies the token, finds the plan for role and purpose, and the rows of the directory behind the
 *  token's ids. A token that was verified is remembered for a minute, or until it expires; a role or a purpose that the
 *  policy does not know is refused here, before anything is read. */
import { createHash } from 'node:crypto';
import { HubError, realClock, type Clock, type Viewer, type ViewerRows } from '../kernel/index.js';
import { planFor, type Audit, type Plan, type Policy } from '../access/index.js';
import { bearerToken, verifyToken, type TokenRules } from '../auth/index.js';

export interface Admitted {
  readonly viewer: Viewer;
  readonly rows: ViewerRows;
  readonly plan: Plan;
  /** The same viewer's plan under the policy that is in force by now. @throws HubError FORBIDDEN where it knows them no more */
  readonly renewPlan: () => Promise<Plan>;
}
export interface DoorOptions {
  readonly tokens: TokenRules;
  readonly policy: () => { readonly policy: Policy; readonly generation: number };
  /** Asks the database which policy is in force; without it, the one at hand stays. */
  readonly renewPolicy?: () => Promise<unknown>;
  /** Null where the directory does not know the user, or knows them as gone. */
  readonly findRows: (viewer: Viewer) => Promise<ViewerRows | null>;
  /** Who is known and turned away leaves an entry, too. */
  readonly audit: Pick<Audit, 'record'>;
  readonly clock?: Clock;
}

interface Known {
  readonly viewer: Viewer;
  readonly rows: ViewerRows | null;
}

const turnedAway = {
  action: 'READ',
  operation: null,
  personUid: null,
  caseUid: null,
  phiClasses: [],
  outcome: 'REFUSED',
  withheldFields: [],
} as const;

const rememberedForMs = 60_000;
const mostRemembered = 2_000;
/** Far more than roles have purposes; a new generation makes them all anew. */
const mostPlans = 500;

export type Door = (authorization: string | undefined, requestId: string) => Promise<Admitted>;

export function openDoor(options: DoorOptions): Door {
  const clock = options.clock ?? realClock;
  const remembered = new Map<string, { readonly admitted: Promise<Known>; readonly until: number }>();
  const plans = new Map<string, Plan>();

  const admit = async (token: string): Promise<Known> => {
    const viewer = await verifyToken(token, options.tokens);
    return { viewer, rows: await options.findRows(viewer) };
  };
  const plan = (viewer: Viewer): Plan => {
    const { policy, generation } = options.policy();
    const planKey = `${viewer.role}|${viewer.purpose}|${generation}`;
    const made = plans.get(planKey) ?? planFor(policy, viewer, generation);
    if (plans.size >= mostPlans) plans.clear();
    plans.set(planKey, made);
    return made;
  };
  /** Whom the policy at hand refuses, a newer one may know. */
  const planOrNewer = async (viewer: Viewer): Promise<Plan> => {
    try {
      return plan(viewer);
    } catch (error) {
      if (!options.renewPolicy) throw error;
      await options.renewPolicy();
      return plan(viewer);
    }
  };
  return async (authorization, requestId) => {
    const token = bearerToken(authorization);
    const key = createHash('sha256').update(token).digest('base64');
    const now = clock.now().getTime();
    let known = remembered.get(key);
    if (!known || known.until < now) {
      if (remembered.size >= mostRemembered) remembered.clear();
      known = { admitted: admit(token), until: Math.min(now + rememberedForMs, expiryOf(token)) };
      remembered.set(key, known);
      known.admitted.catch(() => remembered.delete(key));
    }
    const { viewer, rows } = await known.admitted;
    try {
      if (!rows) remembered.delete(key);
      if (!rows) throw new HubError('FORBIDDEN', 'The directory does not know this user, or knows them as gone.');
      return {
        viewer,
        rows,
        plan: await planOrNewer(viewer),
        renewPlan: async () => {
          await options.renewPolicy?.();
          return plan(viewer);
        },
      };
    } catch (error) {
      await options.audit.record([{ ...turnedAway, actor: viewer, requestId }]);
      throw error;
    }
  };
}

/** When a token ends, read without trust: it only shortens how long a verified one is remembered. */
function expiryOf(token: string): number {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp?: number };
    return typeof claims.exp === 'number' ? claims.exp * 1000 : 0;
  } catch {
    return 0;
  }
}
