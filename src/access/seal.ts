/** Seals the trail: checks what was added since the last checkpoint and signs where it stands now. A stretch that does not
 *  follow from the last checkpoint is not signed but told. Any number of workers may try: one at a time does, and each keeps
 *  its own file where they do not share one. */
import type { Pool, PoolClient } from 'pg';
import { HubError, type Clock } from '../kernel/index.js';
import { inTransaction } from '../store/index.js';
import { chainStart, hashOf } from './audit-chain.js';
import { auditPages, type Head } from './audit-pages.js';
import { addCheckpoint, lastCheckpoint } from './checkpoint-file.js';
import type { Checkpoint, SealKey } from './checkpoints.js';

export interface Sealing {
  /** The file of checkpoints. */
  readonly file: string;
  readonly key: SealKey;
  /** Entries after which a checkpoint is due. */
  readonly every: number;
  /** A checkpoint is due after this time, too, if anything was added. */
  readonly everyMs: number;
  readonly clock: Clock;
}

/** @returns the checkpoint that was added; null where none was due, or another worker is at it
 *  @param pool a worker's
 *  @throws HubError AUDIT_BROKEN where the trail does not follow from the last checkpoint: then nothing is signed */
export function sealTrail(pool: Pool, sealing: Sealing): Promise<Checkpoint | null> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_xact_lock($1) as mine', [sealLock]);
    if (!rows[0]?.mine) return null;
    const from = await lastGoodCheckpoint(sealing.file);
    const heads = await client.query<{ seq: string }>('select seq::text as seq from audit_head');
    const headSeq = Number(heads.rows[0]?.seq ?? 0);
    if (!isDue(headSeq, { ...sealing, from, now: sealing.clock.now() })) return null;
    return sealNow(client, sealing, null);
  });
}

/** For who holds the lock already. */
export async function sealNow(
  client: PoolClient,
  { file, key, clock }: Pick<Sealing, 'file' | 'key' | 'clock'>,
  retired: Checkpoint['retired'],
): Promise<Checkpoint> {
  const from = await lastGoodCheckpoint(file);
  let at = { seq: from?.seq ?? 0, hash: from ? Buffer.from(from.hash, 'hex') : chainStart };
  let head: Head = { seq: 0, hash: chainStart, firstFormTo: 0 };
  for await (const page of auditPages(client, at.seq)) {
    head = page.head;
    for (const entry of page.entries) {
      if (entry.seq > head.seq) throw broken(`entry ${entry.seq} stands after the last one that the chain knows`);
      if (entry.seq !== at.seq + 1) throw broken(`entry ${at.seq + 1} is missing`);
      if (!hashOf(at.hash, entry, head.firstFormTo).equals(entry.hash))
        throw broken(`entry ${entry.seq} does not follow from the one before`);
      at = { seq: entry.seq, hash: entry.hash };
    }
  }
  if (at.seq !== head.seq || !at.hash.equals(head.hash))
    throw broken(`the trail ends at entry ${at.seq}, the chain's head says ${head.seq}`);
  return addCheckpoint(file, key, { seq: at.seq, hash: at.hash.toString('hex'), at: clock.now().toISOString(), retired });
}

async function lastGoodCheckpoint(file: string): Promise<Checkpoint | null> {
  const last = await lastCheckpoint(file);
  if (last && !last.checkpoint) throw broken(`the last line of ${file} is no checkpoint`);
  return last?.checkpoint ?? null;
}

/** Any number, as long as every hub takes the same: who seals and who retires write the same file. */
export const sealLock = 4_820_720;

function isDue(
  headSeq: number,
  of: Pick<Sealing, 'every' | 'everyMs'> & { readonly from: Checkpoint | null; readonly now: Date },
): boolean {
  const before = of.from?.seq ?? 0;
  if (headSeq === before) return false;
  if (headSeq < before || headSeq - before >= of.every || !of.from) return true;
  return of.now.getTime() - new Date(of.from.at).getTime() >= of.everyMs;
}

const broken = (found: string): HubError =>
  new HubError(
    'AUDIT_BROKEN',
    `No checkpoint was signed, because the audit trail does not hold together: ${found}. Run \`hub audit verify\`.`,
  );
