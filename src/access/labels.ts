/** The labels of a range of rows, worked out across records, so that a query can answer without working anything out. One
 *  transaction, a few set-based statements; safe to run twice and in any order (label-statements.ts). Labels run one way:
 *  condition -> encounter -> claim -> adjudication and payment; patient record -> coverage. One at a time: of two that run at
 *  once, the one with the older view could write last. */
import type { Pool, PoolClient } from 'pg';
import { idRanges, requestJob, type RowId } from '../kernel/index.js';
import { generationHeld, inTransaction, tellCasesOf, writeOutbox } from '../store/index.js';
import type { LabelRules } from './label-rules.js';
import * as statements from './label-statements.js';

/** Each table whose rows carry labels, parents first, with its references to places. */
export const places = {
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
  /** Of the policy under which the range was queued. */
  readonly generation: number;
}

/** Rules, and the generation of the policy that they are of; null where that is not looked at. */
export interface LabelsAt {
  readonly labels: LabelRules;
  readonly generation: number | null;
}

/** Any number, as long as every hub takes the same. */
const labelLock = 4_820_718;

/** Locks, and the generation that holds as long as the transaction does; `table` is null where no labels are in it. */
export async function beginLabelling(
  client: PoolClient,
  { table }: Pick<RowRange, 'table'>,
): Promise<{ readonly table: LabelledTable | null; readonly now: number }> {
  await client.query(statements.planForFew);
  await client.query(`select pg_advisory_xact_lock(${labelLock})`);
  return { table: isLabelled(table) ? table : null, now: await generationNow(client) };
}

/** A range that was queued under an older policy is labelled all the same, under the rules in force: what it waits for does not
 *  come again.
 *  @returns false where the rules are not those in force: read them again, then ask again */
export function relabelRange(pool: Pool, range: RowRange, { labels: rules, generation }: LabelsAt): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { table, now } = await beginLabelling(client, range);
    if (!table) return true;
    if (generation !== null && generation !== now) return false;
    const own = await ownMasks(client, { ...range, table }, rules);
    if (own.length === 0) return true;
    await writeOwnMasks(client, table, own);
    const rows = own.map(({ id }) => id);
    await spread(new Spreading(client, rules), table, rows);
    await tellCasesOf(client, await recordsOf(client, table, rows));
    return true;
  });
}

/** On whom the rows hang: what has just become visible is news for the open cases about them. */
async function recordsOf(client: PoolClient, table: LabelledTable, rows: readonly RowId[]): Promise<readonly RowId[]> {
  if (table === 'patient_record') return rows;
  const { rows: found } = await client.query<{ id: RowId }>(
    `select distinct patient_record_id as id from ${table} where id = any($1::bigint[]) and patient_record_id is not null`,
    [rows],
  );
  return found.map(({ id }) => id);
}

export const generationNow = (client: PoolClient): Promise<number> =>
  generationHeld(async (text) => (await client.query<{ generation: number }>(text)).rows);

export interface OwnMask {
  readonly id: RowId;
  readonly before: number | null;
  /** What the row's codes say under these rules. */
  readonly mask: number;
}

/** The codes stay on the row, so that a new label rule needs no new sync. A record that only stands in for one that has not
 *  come, or is gone from its source, has no labels and must not get any. */
export async function ownMasks(
  client: PoolClient,
  { table, fromId, toId }: { table: LabelledTable; fromId: RowId; toId: RowId },
  rules: LabelRules,
): Promise<OwnMask[]> {
  const { rows } = await client.query<{ id: RowId; codes: string[]; mask: number | null }>({
    name: `own masks ${table}`,
    text: statements.ownMasks(table),
    values: [fromId, toId],
  });
  return rows.map(({ id, codes, mask }) => ({ id, before: mask, mask: rules.maskOf(codes) }));
}

async function writeOwnMasks(client: PoolClient, table: LabelledTable, rows: readonly OwnMask[]): Promise<void> {
  const changed = rows.filter(({ before, mask }) => before !== mask);
  if (changed.length === 0) return;
  await client.query(`update ${table} t set own_mask = n.mask from unnest($1::bigint[], $2::int[]) as n(id, mask) where n.id = t.id`, [
    changed.map(({ id }) => id),
    changed.map(({ mask }) => mask),
  ]);
}

export const programsOf = ({ programs }: LabelRules): [readonly string[], readonly number[]] => [
  programs.map(({ name }) => name),
  programs.map(({ mask }) => mask),
];

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

/** A job costs about what linking as many records does. */
const linkedForNothing = 16;

/** Whether a record carries a label decides how it is linked. */
export const linkAnew = (client: PoolClient, records: Ids): Promise<void> =>
  writeOutbox(
    client,
    idRanges(records, linkedForNothing).map((range) => requestJob('linkRange', range)),
  );

/** The statements in their order, within one transaction. Rows reached on the way go on only where they changed. */
class Spreading {
  readonly #programs: [readonly string[], readonly number[]];
  constructor(
    readonly client: PoolClient,
    rules: LabelRules,
  ) {
    this.#programs = programsOf(rules);
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
    await linkAnew(this.client, moved);
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
