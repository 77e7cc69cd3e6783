/** Puts a policy in force as a generation that the database keeps: its texts, when, and by whom. Where the label rules differ
 *  from those of the generation before, every labelled row is queued to be labelled anew. What is refused changes nothing,
 *  and stays on record until a policy is applied. */
import type { Pool, PoolClient } from 'pg';
import { holdPolicyAlone, inTransaction } from '../store/index.js';
import { labelRulesOfText, type LabelRules } from './label-rules.js';
import type { PolicySet } from './policy-set.js';
import { refuseWith, type PolicyTexts } from './policy-texts.js';
import { queueRelabelling } from './relabel.js';

export interface Applied {
  /** In force when this is given back. */
  readonly generation: number;
  /** 'kept': a start found the files that the last start found, and another policy applied by hand since. */
  readonly outcome: 'applied' | 'unchanged' | 'kept';
  /** Ranges of rows to be labelled anew. */
  readonly ranges: number;
}
export interface Applying {
  /** Who asks: an account, or the name of a part of the hub. */
  readonly by: string;
  /** A start brings its files along; it does not undo what was applied by hand since they last changed. */
  readonly atStart?: boolean;
}

interface InDatabase {
  readonly generation: number;
  readonly digest: string;
  readonly startDigest: string | null;
  readonly files: PolicyTexts | null;
}

/** @param pool the owner's or a worker's. @throws HubError POLICY_INVALID where a label has moved to another bit */
export function applyPolicy(pool: Pool, set: PolicySet, { by, atStart = false }: Applying): Promise<Applied> {
  return inTransaction(pool, async (client) => {
    await client.query(holdPolicyAlone);
    const before = await inDatabase(client);
    const { digest } = set.policy;
    const outcome = outcomeOf(before, { digest, atStart });
    if (atStart && before) await client.query('update policy_state set start_digest = $1 where start_digest is distinct from $1', [digest]);
    if (outcome !== 'applied') {
      if (outcome === 'unchanged') await client.query('update policy_state set refused_at = null, refused_by = null, refusal = null where refused_at is not null'); // prettier-ignore
      return { generation: before?.generation ?? 0, outcome, ranges: 0 };
    }
    const labelled = before?.files ? labelRulesOfText(before.files['labels.yaml']).rules : null;
    refuseWith(labelled ? movedBits(labelled, set.labels) : []);
    const generation = (before?.generation ?? 0) + 1;
    await keep(client, { generation, set, by, startDigest: atStart ? digest : null });
    const differs = before !== null && labelled?.digest !== set.labels.digest;
    return { generation, outcome, ranges: await queueRelabelling(client, { generation, labels: set.labels, differs }) };
  });
}

async function inDatabase(client: PoolClient): Promise<InDatabase | null> {
  const { rows } = await client.query<InDatabase>(
    `select s.generation, s.digest, s.start_digest as "startDigest", g.files
     from policy_state s left join policy_generation g on g.generation = s.generation`,
  );
  return rows[0] ?? null;
}

/** Pure. */
export function outcomeOf(
  before: Pick<InDatabase, 'digest' | 'startDigest' | 'files'> | null,
  { digest, atStart }: { digest: string; atStart: boolean },
): Applied['outcome'] {
  if (!before?.files) return 'applied'; // none yet, or one of a hub that did not keep the texts
  if (before.digest === digest) return 'unchanged';
  return atStart && before.startDigest === digest ? 'kept' : 'applied';
}

/** Rows keep bits, not names: a bit that changes its meaning would change what is already stored. */
function movedBits(before: LabelRules, after: LabelRules): string[] {
  return after.labels.flatMap(({ name, bit }) => {
    const was = before.labels.find((label) => label.name === name);
    const held = before.labels.find((label) => label.bit === bit);
    if (was && was.bit !== bit)
      return [`policy/labels.yaml labels: expected bit ${was.bit} for ${name}, which rows carry already, found ${bit}`];
    if (!was && held)
      return [`policy/labels.yaml labels: expected a bit for ${name} that no label had before, found ${bit}, which was ${held.name}'s`];
    return [];
  });
}

async function keep(client: PoolClient, of: { generation: number; set: PolicySet; by: string; startDigest: string | null }): Promise<void> {
  const { generation, set, by, startDigest } = of;
  await client.query('insert into policy_generation (generation, digest, files, applied_at, applied_by) values ($1, $2, $3, now(), $4)', [
    generation,
    set.policy.digest,
    JSON.stringify(set.texts),
    by,
  ]);
  await client.query(
    `insert into policy_state (generation, digest, applied_at, start_digest) values ($1, $2, now(), $3)
     on conflict (one) do update set generation = excluded.generation, digest = excluded.digest, applied_at = excluded.applied_at,
       start_digest = coalesce(excluded.start_digest, policy_state.start_digest), refused_at = null, refused_by = null, refusal = null`,
    [generation, set.policy.digest, startDigest],
  );
}

/** Keeps on record that a policy was refused, for whoever looks after the hub. @param refusal its problems, a line each */
export async function recordRefusal(pool: Pool, { by, refusal }: { by: string; refusal: string }): Promise<void> {
  await pool.query('update policy_state set refused_at = now(), refused_by = $1, refusal = $2', [by, refusal]);
}
