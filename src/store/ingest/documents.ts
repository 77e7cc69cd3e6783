/** What a source sent, whole, beside the rows it gave. A document's hash tells whether it says anything new, its version
 *  whether it is older than what is stored, and its list of yields which rows go when it no longer gives them. */
import type { RecordKey } from '../../records/index.js';
import type { Arrival, Sorted } from './sort-messages.js';
import { yieldOf } from './stage.js';
import { textArray } from './text-array.js';
import { run, type Work } from './work.js';

export interface Prior {
  /** Kinds, and keys, of the rows that the stored version gave. */
  readonly yielded: readonly string[];
}

export interface Screened {
  /** New or newer than what is stored. */
  readonly changed: readonly Arrival[];
  readonly unchanged: number;
  /** What is stored of the changed and the deleted ones. */
  readonly prior: ReadonlyMap<RecordKey, Prior>;
}

export async function screen(work: Work, { arrivals, deleted }: Sorted): Promise<Screened> {
  const asked = [...arrivals.values()];
  const gone = [...deleted];
  const rows = await run(work, {
    name: 'screen',
    text: `select d.key, case when d.hash = decode(i.hash, 'hex') then 'same' when d.source_updated_at > i.updated_at::timestamptz then 'newer' end,
        case when d.hash is distinct from decode(i.hash, 'hex') then to_json(d.yielded)::text end
      from unnest($2::text[], $3::text[], $4::text[]) as i (key, hash, updated_at) join document d on d.source_id = $1 and d.key = i.key`,
    values: [
      work.sourceId,
      textArray([...asked.map(({ key }) => key), ...gone]),
      textArray([...asked.map(({ hash }) => hash), ...gone.map(() => null)]),
      textArray([...asked.map(({ updatedAt, afresh }) => (afresh ? null : (updatedAt?.toISOString() ?? null))), ...gone.map(() => null)]),
    ],
  });
  const settled = new Set<RecordKey>();
  const prior = new Map<RecordKey, Prior>();
  for (const [key, verdict, yielded] of rows) {
    if (!key) continue;
    if (verdict) settled.add(key);
    else prior.set(key, { yielded: readList(yielded) });
  }
  return { changed: asked.filter(({ key }) => !settled.has(key)), unchanged: settled.size, prior };
}

function readList(text: string | null | undefined): string[] {
  const list: unknown = JSON.parse(text ?? '[]');
  return Array.isArray(list) ? list.map(String) : [];
}

export async function writeDocuments(work: Work, stored: readonly Arrival[]): Promise<void> {
  if (stored.length === 0) return;
  await run(work, {
    name: 'document',
    text: `insert into document (source_id, key, hash, source_updated_at, received_at, yielded, body)
      select $1, key, decode(hash, 'hex'), updated_at::timestamptz, $2, string_to_array(yielded, E'\\n'), body
      from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) as i (key, hash, updated_at, yielded, body)
      on conflict (source_id, key) do update set hash = excluded.hash, source_updated_at = excluded.source_updated_at,
        received_at = excluded.received_at, yielded = excluded.yielded, body = excluded.body`,
    values: [
      work.sourceId,
      work.receivedAt,
      textArray(stored.map(({ key }) => key)),
      textArray(stored.map(({ hash }) => hash)),
      textArray(stored.map(({ updatedAt }) => updatedAt?.toISOString() ?? null)),
      textArray(stored.map(({ key, records }) => records.map((record) => yieldOf(record, key)).join('\n'))),
      textArray(stored.map(({ raw }) => raw)),
    ],
  });
}

export async function removeDocuments(work: Work, keys: readonly RecordKey[]): Promise<void> {
  if (keys.length === 0) return;
  await run(work, {
    name: 'remove documents',
    text: 'delete from document where source_id = $1 and key = any($2::text[])',
    values: [work.sourceId, textArray(keys)],
  });
}
