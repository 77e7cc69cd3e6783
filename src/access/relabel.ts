/** Rows labelled anew because a generation of the policy has other label rules. Every range of ids is queued with the
 *  generation, in its transaction, and is kept until it is done: so progress can be told, a range that is handed over twice is
 *  done once, and what one generation left undone the next takes over. A range passes on only what changed in it, and only to
 *  rows whose own range is done or never was. */
import type { Pool, PoolClient } from 'pg';
import { rangeRows, type RowId } from '../kernel/index.js';
import { inTransaction } from '../store/index.js';
import type { LabelRules } from './label-rules.js';
import {
  beginLabelling,
  labelledTables,
  linkAnew,
  ownMasks,
  places,
  programsOf,
  type LabelledTable,
  type OwnMask,
  type RowRange,
} from './labels.js';
import * as statements from './renew-statements.js';

/** The rules of the generation that a process knows. */
export interface LabelsKnown {
  readonly labels: LabelRules;
  readonly generation: number;
}

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
  // Parents first: what inherits from them is then worked out once.
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
    await new Renewing(client, { labels, generation }).from(table, await ownMasks(client, { ...range, table }, labels));
    return true;
  });
}

type Ids = readonly RowId[];
interface Relabelled {
  readonly id: RowId;
  /** Carries a label now and did not, or the other way round. */
  readonly turned: boolean;
}

/** The statements in their order, within one transaction. What inherits is reached only from rows whose labels are others now. */
class Renewing {
  readonly #rules: readonly [...ReturnType<typeof programsOf>, generation: number];
  constructor(
    readonly client: PoolClient,
    { labels, generation }: LabelsKnown,
  ) {
    this.#rules = [...programsOf(labels), generation];
  }

  async from(table: LabelledTable, rows: readonly OwnMask[]): Promise<void> {
    switch (table) {
      case 'patient_record': {
        const records = await this.#run(statements.renewPlain(table, places[table]), rows);
        await linkAnew(this.client, idsOf(records.filter(({ turned }) => turned)));
        return void (await this.#run(statements.renewCoverages, [], idsOf(records)));
      }
      case 'condition': {
        const conditions = await this.#run(statements.renewConditions, rows, []);
        // Every visit of a condition that says something else, though the condition itself may carry the label of its visit anyway.
        const encounters = await this.#run(statements.renewEncounters, [], await this.#visitsOf(rows.filter(saysElse)));
        return this.#claims([], { encounters: idsOf(encounters), conditions: idsOf(conditions) });
      }
      case 'encounter': {
        const encounters = await this.#run(statements.renewEncounters, rows, []);
        const conditions = await this.#run(statements.renewConditions, [], idsOf(rows));
        return this.#claims([], { encounters: idsOf(encounters), conditions: idsOf(conditions) });
      }
      case 'claim':
        return this.#claims(rows, {});
      case 'adjudication':
        return void (await this.#run(statements.renewAdjudications, rows, [], []));
      case 'payment':
        return void (await this.#run(statements.renewPayments, rows, []));
      case 'coverage':
        return void (await this.#run(statements.renewCoverages, rows, []));
      case 'appointment':
      case 'care_team_member':
      case 'account':
        return void (await this.#run(statements.renewPlain(table, places[table]), rows));
    }
  }

  async #claims(own: readonly OwnMask[], { encounters = [], conditions = [] }: { encounters?: Ids; conditions?: Ids }): Promise<void> {
    const claims = idsOf(await this.#run(statements.renewClaims, own, encounters, conditions));
    await this.#run(statements.renewAdjudications, [], claims, conditions);
    await this.#run(statements.renewPayments, [], claims);
  }

  async #visitsOf(conditions: readonly OwnMask[]): Promise<RowId[]> {
    const { rows } = await this.client.query<{ id: RowId }>(
      'select distinct encounter_id as id from condition where id = any($1::bigint[]) and encounter_id is not null',
      [idsOf(conditions)],
    );
    return idsOf(rows);
  }

  async #run(statement: string, own: readonly OwnMask[], ...ids: Ids[]): Promise<readonly Relabelled[]> {
    if (own.length === 0 && ids.every((some) => some.length === 0)) return [];
    const values = [...this.#rules, idsOf(own), own.map(({ mask }) => mask), ...ids];
    return (await this.client.query<Relabelled>(statement, values)).rows;
  }
}

const saysElse = ({ before, mask }: OwnMask): boolean => before !== mask;
const idsOf = (rows: readonly { readonly id: RowId }[]): RowId[] => rows.map(({ id }) => id);

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
