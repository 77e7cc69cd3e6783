/** What could not be read is kept whole, once, with a reason a person can act on. What has been read after all is no longer
 *  waiting. */
import type { Rejected } from '../../records/index.js';
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
  await run(work, {
    name: 'take back',
    text: `update set_aside set state = 'REPLAYED' where source_id = $1 and state = 'WAITING'
      and hash in (select decode(i.hash, 'hex') from unnest($2::text[]) as i (hash))`,
    values: [work.sourceId, textArray(stored.map(({ hash }) => hash))],
  });
}
