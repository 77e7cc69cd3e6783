/** Gives every patient record exactly one person. Linking is one row, so nothing is merged away and a wrong link is undone
 *  in one statement. The neighbourhood of the range is worked out anew each time (partition.ts) and only what differs is
 *  written: safe to run twice, in any order. One link job at a time: two could each see half of a group. */
import type { Pool, PoolClient } from 'pg';
import { idRanges, requestJob, type Clock, type RowId } from '../kernel/index.js';
import { inTransaction, writeOutbox } from '../store/index.js';
import { readNeighbourhood } from './neighbourhood.js';
import { byAge, partitionRecords, type Conflict } from './partition.js';
import { assignPersons, type Alias, type Assignment } from './persons.js';
import type { StrongIdentifiers } from './strong-identifiers.js';

export interface Linked {
  /** Records looked at, those beyond the range included. */
  readonly records: number;
  /** Records whose link is new or another than before. */
  readonly changed: number;
  readonly conflicts: number;
}

/** Any number, as long as every hub takes the same. */
const linkLock = 4_820_717;
const linkedBy = 'identity';

export function linkRange(
  pool: Pool,
  range: { readonly fromId: RowId; readonly toId: RowId },
  how: { readonly rules: StrongIdentifiers; readonly clock: Clock },
): Promise<Linked> {
  return inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [linkLock]);
    const records = await readNeighbourhood(client, range, how.rules);
    const ids = records.map(({ id }) => id);
    const { components, conflicts } = partitionRecords(records, how.rules);
    const before = await linksOf(client, ids);
    const { assignments, aliases } = assignPersons(
      components,
      before,
      new Set(records.filter(({ labelled }) => labelled).map(({ id }) => id)),
    );
    const now = how.clock.now();
    const settled = await withPersons(client, assignments, now);
    const changed = await writeLinks(client, settled, now);
    await writeAliases(client, aliases);
    await writeConflicts(client, { ids, conflicts, now });
    await relabel(client, [...seedsOf(ids, range), ...touchedBy(new Set(changed), before, settled)]);
    return { records: ids.length, changed: changed.length, conflicts: conflicts.length };
  });
}

async function linksOf(client: PoolClient, ids: readonly RowId[]): Promise<Map<RowId, RowId>> {
  const { rows } = await client.query<{ record: RowId; person: RowId }>(
    'select patient_record_id as record, person_id as person from person_link where patient_record_id = any($1)',
    [ids],
  );
  return new Map(rows.map(({ record, person }) => [record, person]));
}

type Settled = Assignment & { readonly person: RowId };

async function withPersons(client: PoolClient, assignments: readonly Assignment[], now: Date): Promise<Settled[]> {
  const wanted = assignments.filter(({ person }) => person === null).length;
  const { rows } = await client.query<{ id: RowId }>(
    'insert into person (created_at) select $2 from generate_series(1, $1::int) returning id',
    [wanted, now],
  );
  return assignments.flatMap((assignment) => {
    const person = assignment.person ?? rows.shift()?.id;
    return person === undefined ? [] : [{ ...assignment, person }];
  });
}

/** @returns the records whose person is another than before */
async function writeLinks(client: PoolClient, assignments: readonly Settled[], now: Date): Promise<RowId[]> {
  const links = assignments.flatMap(({ component: { members, evidence }, person }) =>
    members.map((record) => {
      const why = evidence.get(record) ?? [];
      return { record, person, score: why.length > 0 ? 1 : null, evidence: why };
    }),
  );
  const { rows } = await client.query<{ record: RowId }>(
    `with wanted as (select * from jsonb_to_recordset($1::jsonb) as w(record bigint, person bigint, score float8, evidence text[])),
          before as (select l.* from person_link l join wanted w on w.record = l.patient_record_id),
          written as (
            insert into person_link (patient_record_id, person_id, assurance, score, evidence, linked_by, linked_at)
            select w.record, w.person, 'CERTAIN', w.score, w.evidence, $2, $3 from wanted w
             where not exists (select from before b where b.patient_record_id = w.record and b.person_id = w.person and b.score is not distinct from w.score and b.evidence = w.evidence)
            on conflict (patient_record_id) do update set person_id = excluded.person_id, assurance = excluded.assurance, score = excluded.score,
              evidence = excluded.evidence, linked_by = excluded.linked_by, linked_at = excluded.linked_at
            returning patient_record_id, person_id)
     select w.patient_record_id as record from written w
      where not exists (select from before b where b.patient_record_id = w.patient_record_id and b.person_id = w.person_id)`,
    [JSON.stringify(links), linkedBy, now],
  );
  return rows.map(({ record }) => record);
}

/** Whoever was an alias of one that becomes an alias itself follows it: one step always reaches the person. */
async function writeAliases(client: PoolClient, aliases: readonly Alias[]): Promise<void> {
  if (aliases.length === 0) return;
  await client.query(
    `update person p set alias_of = a.survivor
       from unnest($1::bigint[], $2::bigint[]) as a(person, survivor) where p.id = a.person or p.alias_of = a.person`,
    [aliases.map(({ person }) => person), aliases.map(({ aliasOf }) => aliasOf)],
  );
}

async function writeConflicts(
  client: PoolClient,
  { ids, conflicts, now }: { ids: readonly RowId[]; conflicts: readonly Conflict[]; now: Date },
): Promise<void> {
  await client.query(
    `with wanted as (select * from jsonb_to_recordset($2::jsonb) as w(record bigint, other bigint, system text, reason text)),
          gone as (delete from link_conflict c where c.patient_record_id = any($1)
                    and not exists (select from wanted w where w.record = c.patient_record_id and w.other = c.other_record_id and w.system = c.system))
     insert into link_conflict (patient_record_id, other_record_id, system, reason, seen_at)
     select record, other, system, reason, $3 from wanted on conflict do nothing`,
    [ids, JSON.stringify(conflicts), now],
  );
}

/** The changed records, and all that had or have a person in common with them. */
function touchedBy(changed: ReadonlySet<RowId>, before: ReadonlyMap<RowId, RowId>, settled: readonly Settled[]): RowId[] {
  const after = new Map(settled.flatMap(({ component, person }) => component.members.map((record) => [record, person] as const)));
  const persons = new Set([...changed].flatMap((record) => [before.get(record) ?? [], after.get(record) ?? []].flat()));
  const touched = (record: RowId): boolean =>
    [before.get(record), after.get(record)].some((person) => person !== undefined && persons.has(person));
  return [...after.keys()].filter(touched);
}

/** The range's own records: their labels, which coverages take over, may have changed with them. */
const seedsOf = (ids: readonly RowId[], { fromId, toId }: { fromId: RowId; toId: RowId }): RowId[] =>
  ids.filter((id) => byAge(id, fromId) >= 0 && byAge(id, toId) <= 0);

/** A reference by visit number holds across sources only within one person: rows that carry one are labelled again. */
async function relabel(client: PoolClient, records: readonly RowId[]): Promise<void> {
  const { rows } = await client.query<{ id: RowId; generation: number }>(
    `select distinct r.id, coalesce((select generation from policy_state), 0) as generation from unnest($1::bigint[]) as r(id)
      where exists (select from coverage c where c.patient_record_id = r.id)
         or exists (select from claim c where c.patient_record_id = r.id and c.encounter_ref like '%?identifier=%')
         or exists (select from condition k where k.patient_record_id = r.id and k.encounter_ref like '%?identifier=%')`,
    [records],
  );
  const jobs = idRanges(rows.map(({ id }) => id)).map((range) =>
    requestJob('labelRange', { table: 'patient_record', ...range, generation: rows[0]?.generation ?? 0 }),
  );
  await writeOutbox(client, jobs);
}
