/** The edges of a batch: the source's row is locked first, so that batches of one source come one after the other, and the
 *  cursor and the run's counts are written last. */
import type { Batch } from '../../records/index.js';
import { generationHeld } from '../policy-lock.js';
import { HubError } from '../../kernel/index.js';
import { jsonText } from './values.js';
import type { Work } from './work.js';

/** Documents, but for `typedRows`. Each message counts once: read = created + updated + unchanged + deleted + notTaken +
 *  setAside. */
export interface Counts {
  readonly read: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly deleted: number;
  readonly notTaken: number;
  readonly setAside: number;
  readonly typedRows: number;
}

interface Opened {
  /** The policy under which rows are labelled; 0 before any was applied. */
  readonly generation: number;
  /** Whether input of this source waits in set-aside. */
  readonly waiting: boolean;
}

/** @param expected the generation whose label rules the caller has; null for any. @throws HubError POLICY_CHANGED */
export async function openBatch({ client, sourceId }: Work, expected: number | null): Promise<Opened> {
  const generation = await generationHeld(async (text) => (await client.query<{ generation: number }>(text)).rows);
  if (expected !== null && expected !== generation) throw new HubError('POLICY_CHANGED', 'The label rules have just changed.');
  const { rows } = await client.query<Pick<Opened, 'waiting'>>({
    name: 'ingest open',
    text: `select exists (select from set_aside a where a.source_id = s.id and a.state = 'WAITING') as waiting
      from source s where s.id = $1 for no key update of s`,
    values: [sourceId],
  });
  const [opened] = rows;
  if (!opened) throw new RangeError(`no source with id ${sourceId}`);
  return { ...opened, generation };
}

export async function recordProgress(
  { client, sourceId, receivedAt }: Work,
  { runId, batch }: { readonly runId: string; readonly batch: Batch },
  counts: Counts,
): Promise<void> {
  await client.query({
    name: 'ingest run',
    text: `update sync_run set read = read + $2, created = created + $3, updated = updated + $4, unchanged = unchanged + $5,
        deleted = deleted + $6, not_taken = not_taken + $7, set_aside = set_aside + $8, progress = coalesce($9, progress), heartbeat_at = $10
      where id = $1`,
    values: [
      ...[runId, counts.read, counts.created, counts.updated, counts.unchanged],
      ...[counts.deleted, counts.notTaken, counts.setAside, batch.progress, receivedAt],
    ],
  });
  await client.query({
    name: 'ingest cursor',
    text: 'update source set cursor = $2, records = records + $3 where id = $1',
    values: [sourceId, jsonText(batch.cursor), counts.created - counts.deleted],
  });
}
