/** Everything whose place may change when some records do or are gone: whoever shares an identifier that may count, whoever has the
 *  same person now, whoever they contradicted so far, and so on until nobody new turns up. Set-based: a few statements
 *  a round, and two or three rounds as a rule. */
import type { PoolClient } from 'pg';
import type { RowId } from '../kernel/index.js';
import type { Carrier, RecordToLink } from './partition.js';
import type { StrongIdentifiers } from './strong-identifiers.js';

interface CarrierRow extends Carrier {
  readonly record: RowId;
}

export async function readNeighbourhood(
  client: PoolClient,
  range: { fromId: RowId; toId: RowId },
  rules: StrongIdentifiers,
): Promise<RecordToLink[]> {
  const seeds = await client.query<{ id: RowId }>('select id from patient_record where id between $1 and $2', [range.fromId, range.toId]);
  const found = new Set<RowId>();
  for (let frontier = seeds.rows.map(({ id }) => id); frontier.length > 0;) {
    for (const id of frontier) found.add(id);
    const next = [...(await sharers(client, frontier, rules)), ...(await mates(client, frontier))];
    frontier = [...new Set(next)].filter((id) => !found.has(id));
  }
  return readRecords(client, [...found]);
}

/** Carriers of the identifiers of `records` that are strong, whoever of them says so. */
async function sharers(client: PoolClient, records: readonly RowId[], rules: StrongIdentifiers): Promise<RowId[]> {
  const own = await client.query<{ system: string; value: string }>(
    'select distinct system, value from patient_identifier where patient_record_id = any($1)',
    [records],
  );
  const usable = own.rows.filter(({ value }) => !rules.isPlaceholder(value));
  const { rows } = await client.query<CarrierRow>(
    `select i.patient_record_id as record, i.system, i.value, i.type
       from unnest($1::text[], $2::text[]) as k(system, value) join patient_identifier i on i.value = k.value and i.system = k.system`,
    [usable.map(({ system }) => system), usable.map(({ value }) => value)],
  );
  const strong = new Set(
    rows.filter(({ system, type }) => rules.systems.includes(system) || (type !== null && rules.types.includes(type))).map(keyOf),
  );
  return rows.filter((row) => strong.has(keyOf(row))).map(({ record }) => record);
}

const keyOf = ({ system, value }: Carrier): string => JSON.stringify([system, value]);

async function mates(client: PoolClient, records: readonly RowId[]): Promise<RowId[]> {
  const { rows } = await client.query<{ id: RowId }>(
    `select mate.patient_record_id as id from person_link own join person_link mate using (person_id) where own.patient_record_id = any($1)
     union select other_record_id from link_conflict where patient_record_id = any($1)
     union select patient_record_id from link_conflict where other_record_id = any($1)`,
    [records],
  );
  return rows.map(({ id }) => id);
}

async function readRecords(client: PoolClient, ids: readonly RowId[]): Promise<RecordToLink[]> {
  const { rows } = await client.query<RecordToLink>(
    `select r.id, r.family, r.given, r.birth_date::text as "birthDate", coalesce(r.label_mask, 0) <> 0 as labelled,
            coalesce((select json_agg(json_build_object('system', i.system, 'value', i.value, 'type', i.type)) from patient_identifier i where i.patient_record_id = r.id), '[]') as identifiers
       from patient_record r where r.id = any($1) and not r.stub`,
    [ids],
  );
  return rows;
}
