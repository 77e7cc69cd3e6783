/** The policy in force, as one process knows it: read from the database, never from files of its own, and read again as soon
 *  as a transaction tells that another generation is in force. So every process has the new policy with its next request,
 *  and none needs a restart. */
import type { Pool } from 'pg';
import { HubError, type Shape } from '../kernel/index.js';
import type { LabelRules } from './label-rules.js';
import type { Policy } from './policy-file.js';
import { readPolicySet, type PolicySet } from './policy-set.js';
import type { PolicyTexts } from './policy-texts.js';

export interface InForce {
  readonly generation: number;
  readonly policy: Policy;
  readonly labels: LabelRules;
  /** The files it was made of, for rooms that read one of their own. */
  readonly texts: PolicyTexts;
}
export interface PolicyInForce {
  current(): InForce;
  /** Looks which generation is in force now. @throws HubError POLICY_INVALID where this version of the hub cannot read it */
  renew(): Promise<InForce>;
}
export interface Opening {
  /** What is shown, for a process that answers viewers. */
  readonly shapes?: readonly Shape[];
  /** For a worker on a database to which no policy was ever applied. */
  readonly otherwise?: () => PolicySet;
}

/** @throws HubError POLICY_INVALID where none is in force */
export async function openPolicyInForce(pool: Pool, { shapes = [], otherwise }: Opening = {}): Promise<PolicyInForce> {
  const load = async (known: InForce | null): Promise<InForce> => {
    const stored = await generationStored(pool);
    if (stored && known?.generation === stored.generation) return known;
    if (stored?.files) return inForce(stored.generation, readPolicySet(stored.files, shapes));
    if (otherwise) return inForce(stored?.generation ?? 0, otherwise());
    throw new HubError('POLICY_INVALID', 'Expected a policy to be in force, found none. Run `hub migrate` or `hub policy apply` first.');
  };
  let current = await load(null);
  let loading: Promise<InForce> | null = null;
  return {
    current: () => current,
    renew: () =>
      (loading ??= load(current)
        .then((found) => (current = found))
        .finally(() => (loading = null))),
  };
}

const inForce = (generation: number, { policy, labels, texts }: PolicySet): InForce => ({ generation, policy, labels, texts });

async function generationStored(pool: Pool): Promise<{ generation: number; files: PolicyTexts | null } | null> {
  const { rows } = await pool.query<{ generation: number; files: PolicyTexts | null }>(
    'select s.generation, g.files from policy_state s left join policy_generation g on g.generation = s.generation',
  );
  return rows[0] ?? null;
}
