/** Rows labelled anew because a generation of the policy has other label rules. Every range of ids is queued with the
 *  generation, in its transaction, and is kept until it is done: so progress can be told, a range that is handed over twice is
 *  done once, and what one generation left undone the next takes over. A range passes on only what changed in it. */
import type { Pool, PoolClient } from 'pg';
import type { RowId } from '../kernel/index.js';
import { inTransaction } from '../store/index.js';
import type { LabelRules } from './label-rules.js';
import { beginLabelling, labelledTables, renewOwnMasks, spreadFrom, type RowRange } from './labels.js';

/** The rules of the generation that a process knows. */
export interface LabelsKnown {
  readonly labels: LabelRules;
  readonly generation: number;
}

const rangeRows = 1000;

/** In the transaction that puts the generation in force, with the policy lock held alone: no row comes in meanwhile that was
 *  labelled under the rules before. Ranges are cut by number, so that no table is read for it.
 *  @param of `differs`: whether the rules differ from those before. @returns the number of ranges */
export async function queueRelabelling(
  client: PoolClient,
  { generation, labels, differs }: LabelsKnown & { readonly differs: boolean },
): Promise<number> {
  if (differs) {
    await renewPlaces(client, labels);
    await client.query('delete from relabel_range');
    for (const table of labelledTables) {
      await client.query(
        `insert into relabel_range (generation, table_name, from_id, to_id)
         select $1, $2, block * $3, block * $3 + $3 - 1
           from (select min(id) / $3 as low, max(id) / $3 as high from ${table}) ends, generate_series(low, high) block`,
        [generation, table, rangeRows],
      );
    }
  } else await client.query('update relabel_range set generation = $1', [generation]);
  // Parents first: what is passed on to a row that is still to come is then passed on once.
  const { rowCount } = await client.query(
    `insert into outbox (job, payload)
     select 'renewLabels', jsonb_build_object('table', table_name, 'fromId', from_id::text, 'toId', to_id::text, 'generation', generation)
       from relabel_range where done_at is null order by array_position($1::text[], table_name), from_id`,
    [labelledTables],
  );
  return rowCount ?? 0;
}

/** What kind of place it is may tell as much as its name. */
async function renewPlaces(client: PoolClient, labels: LabelRules): Promise<void> {
  const { rows } = await client.query<{ source: number; ref: string; codes: string[]; mask: number }>(
    `select source_id as source, ref, label_codes as codes, own_mask as mask from source_name where label_codes <> '{}'`,
  );
  const renewed = rows.map((row) => ({ ...row, now: labels.maskOf(row.codes) })).filter(({ mask, now }) => mask !== now);
  await client.query(
    `update source_name n set own_mask = i.mask from unnest($1::int[], $2::text[], $3::int[]) as i (source, ref, mask)
      where n.source_id = i.source and n.ref = i.ref`,
    [renewed.map(({ source }) => source), renewed.map(({ ref }) => ref), renewed.map(({ now }) => now)],
  );
}

/** @returns false where the rules known are not those in force: read them again, then ask again */
export function renewRange(pool: Pool, range: RowRange, { labels, generation }: LabelsKnown): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { table, now } = await beginLabelling(client, range);
    if (!table || range.generation < now) return true; // a newer one has queued the range as its own
    if (generation !== now) return false;
    const { rowCount } = await client.query({
      name: 'relabel take',
      text: 'update relabel_range set done_at = now() where generation = $1 and table_name = $2 and from_id = $3 and done_at is null',
      values: [range.generation, table, range.fromId],
    });
    if (rowCount !== 1) return true; // done before
    const rows = await renewOwnMasks(client, { ...range, table }, labels);
    const changed = rows.filter(({ differs }) => differs).map(({ id }): RowId => id);
    if (changed.length > 0) await spreadFrom(client, { table, rows: changed }, labels);
    return true;
  });
}

export interface RelabelProgress {
  readonly generation: number;
  readonly ranges: number;
  readonly done: number;
}

/** Null where no generation ever asked for it. */
export async function relabelProgress(pool: Pool): Promise<RelabelProgress | null> {
  const { rows } = await pool.query<RelabelProgress>(
    `select generation, count(*)::int as ranges, count(done_at)::int as done from relabel_range group by generation order by generation desc limit 1`,
  );
  return rows[0] ?? null;
}
