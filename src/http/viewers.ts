/** Who is at the door: verifies the token, finds the plan for role and purpose, and the rows of the directory behind the
 *  token's ids. A token that was verified is remembered for a minute, or until it expires, or until the directory changes;
 *  a role or a purpose that the policy does not know is refused here, before anything is read. */
import { createHash } from 'node:crypto';
import { HubError, realClock, type Clock, type Viewer, type ViewerRows } from '../kernel/index.js';
import { planFor, type Audit, type Plan, type Policy } from '../access/index.js';
import { bearerToken, sessionOf, TokenRefusal, verifyToken, type TokenRules } from '../auth/index.js';
import { noteTurnedAway } from './turned-away.js';

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
  /** Automatic logoff; without it a token may rest as long as it likes. */
  readonly resting?: Resting;
  readonly audit: Pick<Audit, 'record'>;
  /** False while a change of the directory would not be heard: then little is remembered. */
  readonly hearsOfChanges?: () => boolean;
  readonly clock?: Clock;
}
export interface Resting {
  /** Notes that a token is in use; false where it has rested too long. */
  readonly noteUse: (token: { readonly key: string; readonly startedAt: Date }) => Promise<boolean>;
  readonly isExempt: (viewer: Viewer) => boolean;
}

export interface Door {
  /** @param purpose of use, where the request says it (x-purpose-of-use). @throws HubError UNAUTHENTICATED or FORBIDDEN */
  (authorization: string | undefined, requestId: string, purpose?: string): Promise<Admitted>;
  /** The directory has changed: everybody is looked up anew. */
  forget(): void;
}

interface Known {
  readonly viewer: Viewer;
  readonly rows: ViewerRows | null;
  readonly isInUse: boolean;
}

/** How long an answer about a token holds; a token's use is noted as often. */
export const rememberedForMs = 60_000;
const rememberedUnheardMs = 5_000;
const mostRemembered = 2_000;
/** Far more than roles have purposes; a new generation makes them all anew. */
const mostPlans = 500;

export function openDoor(options: DoorOptions): Door {
  const { clock = realClock, hearsOfChanges = () => true, resting } = options;
  const remembered = new Map<string, { readonly admitted: Promise<Known>; readonly until: number }>();
  const plans = new Map<string, Plan>();

  const look = async (token: string, purpose: string | undefined): Promise<Known> => {
    const viewer = await verifyToken(token, options.tokens, purpose);
    const [rows, isInUse] = await Promise.all([options.findRows(viewer), noteUse(token, viewer)]);
    return { viewer, rows, isInUse };
  };
  const noteUse = (token: string, viewer: Viewer): Promise<boolean> => {
    if (!resting || resting.isExempt(viewer)) return Promise.resolve(true);
    const { key, startedAt } = sessionOf(token);
    return startedAt === null ? Promise.resolve(false) : resting.noteUse({ key, startedAt });
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
  const admit = async (authorization: string | undefined, requestId: string, purpose?: string): Promise<Admitted> => {
    const token = bearerToken(authorization);
    const key = createHash('sha256')
      .update(token)
      .update(`|${purpose ?? ''}`)
      .digest('base64');
    const now = clock.now().getTime();
    let known = remembered.get(key);
    if (!known || known.until < now) {
      if (remembered.size >= mostRemembered) remembered.clear();
      const until = Math.min(now + (hearsOfChanges() ? rememberedForMs : rememberedUnheardMs), sessionOf(token).endsAt.getTime());
      known = { admitted: look(token, purpose), until };
      remembered.set(key, known);
      known.admitted.catch(() => remembered.delete(key));
    }
    const { viewer, rows, isInUse } = await known.admitted;
    try {
      if (!rows || !isInUse) remembered.delete(key);
      if (!isInUse) throw new TokenRefusal('IDLE');
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
      await noteTurnedAway(options.audit, { viewer, requestId });
      throw error;
    }
  };
  return Object.assign(admit, { forget: () => remembered.clear() });
}
