/** What could not be read is kept whole, once, with a reason a person can act on. What has been read after all is no longer
 *  waiting, be it these very bytes or a version of the same document that came later and could be read. */
import type { RecordKey, Rejected } from '../../records/index.js';
import { contentHash, type Arrival } from './sort-messages.js';
import { textArray } from './text-array.js';
import { run, type Work } from './work.js';

export async function setAside(work: Work, rejected: readonly Rejected[]): Promise<void> {
  if (rejected.length === 0) return;
  const once = new Map(rejected.map((each) => [contentHash(each.raw), each]));
  await run(work, {
    name: 'set_aside',
    text: `insert into set_aside (source_id, received_at, code, reason, hash, body)
      select $1, $2, code, reason, decode(hash, 'hex'), body
      from unnest($3::text[], $4::text[], $5::text[], $6::text[]) as i (hash, code, reason, body)
      on conflict (source_id, hash) do update set received_at = excluded.received_at, code = excluded.code, reason = excluded.reason,
        state = case set_aside.state when 'DISCARDED' then 'DISCARDED' else 'WAITING' end`,
    values: [
      work.sourceId,
      work.receivedAt,
      textArray([...once.keys()]),
      textArray([...once.values()].map(({ code }) => code)),
      textArray([...once.values()].map(({ reason }) => reason)),
      textArray([...once.values()].map(({ raw }) => raw)),
    ],
  });
}

export async function takeBack(work: Work, stored: readonly Arrival[]): Promise<void> {
  if (stored.length === 0) return;
  await run(work, {
    name: 'take back',
    text: `update set_aside set state = 'REPLAYED' where source_id = $1 and state = 'WAITING'
      and (hash in (select decode(i.hash, 'hex') from unnest($2::text[]) as i (hash)) or id = any($3::bigint[]))`,
    values: [work.sourceId, textArray(stored.map(({ hash }) => hash)), await overtaken(work, stored)],
  });
}

/** Rows of earlier batches that bear the key of a document just stored. REPLAYED and not DISCARDED, so that they wait
 *  again if the source goes back to them. Only texts that mention one of the ids are fetched. */
async function overtaken(work: Work, stored: readonly Arrival[]): Promise<string[]> {
  const keys = new Set(stored.map(({ key }) => key));
  const rows = await run(work, {
    name: 'overtaken',
    text: `select s.id, s.body from set_aside s where s.source_id = $1 and s.state = 'WAITING' and s.received_at < $2
      and exists (select from regexp_matches(s.body, '"id"\\s*:\\s*"([^"]{1,200})"', 'g') as m (found) where m.found[1] = any($3::text[]))`,
    values: [work.sourceId, work.receivedAt, textArray([...keys].map((key) => key.slice(key.indexOf('/') + 1)))],
  });
  return rows.filter(([, body]) => keys.has(keyBorneBy(body ?? '') ?? '')).map(([id]) => id ?? '');
}

const beginning = /^\s*\{\s*"resourceType"\s*:\s*"([A-Za-z]{1,64})"\s*,\s*"id"\s*:\s*"([^"]{1,200})"/;

/** The key of a text that could not be read, where it shows one all the same; broken texts show it at their beginning. */
function keyBorneBy(body: string): RecordKey | null {
  const [, type, id] = beginning.exec(body) ?? [];
  if (type !== undefined && id !== undefined) return `${type}/${id}`;
  try {
    const said: unknown = JSON.parse(body);
    if (typeof said !== 'object' || said === null || !('resourceType' in said) || !('id' in said)) return null;
    return `${String(said.resourceType)}/${String(said.id)}`;
  } catch {
    return null;
  }
}
