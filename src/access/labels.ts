/** The labels of a range of rows, worked out across records, so that a query can answer without working anything out. One
 *  transaction, a few set-based statements; safe to run twice and in any order (label-statements.ts). Labels run one way:
 *  condition -> encounter -> claim -> adjudication and payment; patient record -> coverage. One at a time: of two that run at
 *  once, the one with the older view could write last. */
import type { Pool, PoolClient } from 'pg';
import { requestJob, type RowId } from '../kernel/index.js';
import { inTransaction, PENDING, writeOutbox } from '../store/index.js';
import type { LabelRules } from './label-rules.js';
import * as statements from './label-statements.js';

/** Each table whose rows carry labels, parents first, with its references to places. */
const places = {
  patient_record: [],
  encounter: ['location_ref', 'organization_ref'],
  condition: [],
  appointment: ['location_ref', 'organization_ref'],
  care_team_member: ['organization_ref'],
  coverage: [],
  claim: ['provider_ref', 'facility_ref'],
  adjudication: ['provider_ref', 'facility_ref'],
  payment: [],
  account: [],
} as const satisfies Record<string, readonly string[]>;
export type LabelledTable = keyof typeof places;
export const labelledTables = Object.keys(places) as readonly LabelledTable[];
const isLabelled = (table: string): table is LabelledTable => Object.hasOwn(places, table);

export interface RowRange {
  readonly table: string;
  readonly fromId: RowId;
  readonly toId: RowId;
  /** Of the policy under which the range was queued; a newer policy has queued its own. */
  readonly generation: number;
}

/** Any number, as long as every hub takes the same. */
const labelLock = 4_820_718;

export function relabelRange(pool: Pool, { table, fromId, toId, generation }: RowRange, rules: LabelRules): Promise<void> {
  return inTransaction(pool, async (client) => {
    await client.query(statements.planForFew);
    await client.query('select pg_advisory_xact_lock($1)', [labelLock]);
    if (!isLabelled(table) || generation < (await generationNow(client))) return;
    const rows = await renewOwnMasks(client, { table, fromId, toId }, rules);
    if (rows.length > 0) await spread(new Spreading(client, rules), table, rows);
  });
}

export async function generationNow(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ generation: number }>('select generation from policy_state');
  return rows[0]?.generation ?? 0;
}

/** The codes stay on the row, so that a new label rule needs no new sync. @returns the rows of the range */
async function renewOwnMasks(
  client: PoolClient,
  { table, fromId, toId }: { table: LabelledTable; fromId: RowId; toId: RowId },
  rules: LabelRules,
): Promise<RowId[]> {
  const { rows } = await client.query<{ id: RowId; codes: string[]; mask: number | null }>(
    `select id, label_codes as codes, own_mask as mask from ${table} where id between $1 and $2`,
    [fromId, toId],
  );
  const renewed = rows
    .map(({ id, codes, mask }) => ({ id, before: mask, mask: rules.maskOf(codes) }))
    .filter(({ before, mask }) => before !== mask);
  if (renewed.length > 0) {
    await client.query(`update ${table} t set own_mask = n.mask from unnest($1::bigint[], $2::int[]) as n(id, mask) where n.id = t.id`, [
      renewed.map(({ id }) => id),
      renewed.map(({ mask }) => mask),
    ]);
  }
  return rows.map(({ id }) => id);
}

/** From the rows of one table down to whatever inherits from them. */
async function spread(go: Spreading, table: LabelledTable, rows: readonly RowId[]): Promise<void> {
  switch (table) {
    case 'patient_record':
      await go.records(rows);
      await go.coverages([], rows);
      // Who is one person may have changed: that decides which visits a number can mean.
      await go.fromConditions(await go.numbered('condition', rows));
      return go.fromClaims({ claims: await go.numbered('claim', rows) });
    case 'condition':
      return go.fromConditions(rows);
    case 'encounter':
      return go.fromEncounters(rows);
    case 'claim':
      return go.fromClaims({ claims: rows });
    case 'adjudication':
      return go.adjudications({ adjudications: rows });
    case 'payment':
      return go.payments(rows, []);
    case 'coverage':
      return go.coverages(rows, []);
    case 'appointment':
    case 'care_team_member':
    case 'account':
      return go.plain(table, rows);
  }
}

type Ids = readonly RowId[];
interface Moved {
  readonly id: RowId;
  readonly was: RowId | null;
  readonly now: RowId | null;
}

/** The statements in their order, within one transaction. Rows reached on the way go on only where they changed. */
class Spreading {
  readonly #programs: [readonly string[], readonly number[]];
  constructor(
    readonly client: PoolClient,
    rules: LabelRules,
  ) {
    this.#programs = [rules.programs.map(({ name }) => name), rules.programs.map(({ mask }) => mask)];
  }

  async fromConditions(conditions: Ids): Promise<void> {
    const moved = await this.#run<Moved>(statements.labelConditions, conditions, []);
    const encounters = await this.#ids(statements.labelEncounters, both(moved));
    const released = await this.#run<Moved>(statements.labelConditions, [], encounters);
    await this.fromClaims({ encounters, conditions: unique([...moved, ...released].map(({ id }) => id)) });
  }

  async fromEncounters(encounters: Ids): Promise<void> {
    const moved = await this.#run<Moved>(statements.labelConditions, [], encounters);
    const changed = await this.#ids(statements.labelEncounters, unique([...encounters, ...both(moved)]));
    // Conditions wait with their visit, and it has only now been labelled.
    const released = await this.#run<Moved>(statements.labelConditions, [], changed);
    await this.fromClaims({
      encounters: unique([...encounters, ...changed]),
      conditions: unique([...moved, ...released].map(({ id }) => id)),
    });
  }

  async fromClaims({ claims = [], encounters = [], conditions = [] }: { claims?: Ids; encounters?: Ids; conditions?: Ids }): Promise<void> {
    const reached = await this.#ids(statements.labelClaims, claims, encounters, conditions);
    await this.adjudications({ claims: unique(reached), conditions });
  }

  async adjudications({
    adjudications = [],
    claims = [],
    conditions = [],
  }: {
    adjudications?: Ids;
    claims?: Ids;
    conditions?: Ids;
  }): Promise<void> {
    const moved = await this.#ids(statements.labelAdjudications, adjudications, claims, conditions);
    // The claims themselves too: the adjudication that held may be gone.
    const decided = unique([...moved, ...claims]);
    if (decided.length > 0) await this.client.query(statements.chooseAdjudications, [decided]);
    if (claims.length > 0) await this.payments([], claims);
  }

  async payments(payments: Ids, claims: Ids): Promise<void> {
    await this.#run(statements.labelPayments, payments, claims);
  }

  async coverages(coverages: Ids, records: Ids): Promise<void> {
    await this.#run(statements.labelCoverages, coverages, records);
  }

  async plain(table: LabelledTable, rows: Ids): Promise<void> {
    await this.#run(statements.labelPlain(table, places[table]), rows);
  }

  /** Whether a record carries a label decides how it is linked (identity/partition.ts): those for which that changed are
   *  looked at again. */
  async records(records: Ids): Promise<void> {
    const before = await this.#labelled(records);
    await this.plain('patient_record', records);
    const after = await this.#labelled(records);
    const moved = records.filter((id) => before.has(id) !== after.has(id));
    await writeOutbox(
      this.client,
      moved.map((id) => requestJob('linkRange', { fromId: id, toId: id })),
    );
  }

  async #labelled(records: Ids): Promise<ReadonlySet<RowId>> {
    const { rows } = await this.client.query<{ id: RowId }>(
      'select id from patient_record where id = any($1::bigint[]) and label_mask <> 0',
      [records],
    );
    return new Set(rows.map(({ id }) => id));
  }

  async numbered(table: 'claim' | 'condition', records: Ids): Promise<Ids> {
    const { rows } = await this.client.query<{ id: RowId }>(statements.numberedRows(table), [records]);
    return rows.map(({ id }) => id);
  }

  async #run<R extends object>(statement: string, ...ids: Ids[]): Promise<R[]> {
    if (ids.every((some) => some.length === 0)) return [];
    return (await this.client.query<R>(statement, [...this.#programs, ...ids])).rows;
  }

  async #ids(statement: string, ...ids: Ids[]): Promise<RowId[]> {
    return (await this.#run<{ id: RowId }>(statement, ...ids)).map(({ id }) => id);
  }
}

const unique = (ids: Ids): RowId[] => [...new Set(ids)];
const both = (moved: readonly Moved[]): RowId[] => unique(moved.flatMap(({ was, now }) => [was ?? [], now ?? []].flat()));

const rangeRows = 1000;

/** Queues labels for rows that wait for something which no longer comes, and for visits at a program whose name came after
 *  them. Called at the end of a run: a row must not be invisible for ever. @returns the number of ranges */
export async function queueUnsettled(client: PoolClient, rules: LabelRules): Promise<number> {
  let queued = 0;
  for (const table of labelledTables) {
    const ranges = await rangesOf(client, `select id from ${table} where label_mask & ${PENDING} <> 0`, []);
    queued += await queueRanges(client, table, ranges);
  }
  const names = rules.programs.map(({ name }) => name);
  const masks = rules.programs.map(({ mask }) => mask);
  for (const table of ['encounter', 'appointment', 'care_team_member', 'claim', 'adjudication'] as const) {
    const at = `r.source_id = n.source_id and n.ref in (${places[table].map((place) => `r.${place}`).join(', ')})`;
    const unlabelled = `select r.id from unnest($1::text[], $2::int[]) as p(name, mask) join source_name n on lower(n.name) = p.name join ${table} r on ${at} where r.label_mask & p.mask <> p.mask`;
    queued += await queueRanges(client, table, await rangesOf(client, unlabelled, [names, masks]));
  }
  return queued;
}

/** Queues every labelled row: what a changed policy or label rule asks for. */
export async function queueAll(client: PoolClient): Promise<number> {
  let queued = 0;
  for (const table of labelledTables) queued += await queueRanges(client, table, await rangesOf(client, `select id from ${table}`, []));
  return queued;
}

interface IdRange {
  readonly fromId: RowId;
  readonly toId: RowId;
}

/** Ids fall into blocks of a thousand; a block that holds any is one range. */
async function rangesOf(client: PoolClient, ids: string, values: unknown[]): Promise<IdRange[]> {
  const { rows } = await client.query<IdRange>(
    `select min(id)::text as "fromId", max(id)::text as "toId" from (${ids}) x group by id / ${rangeRows} order by min(id)`,
    values,
  );
  return rows;
}

async function queueRanges(client: PoolClient, table: LabelledTable, ranges: readonly IdRange[]): Promise<number> {
  if (ranges.length === 0) return 0;
  const generation = await generationNow(client);
  await writeOutbox(
    client,
    ranges.map((range) => requestJob('labelRange', { table, ...range, generation })),
  );
  return ranges.length;
}
