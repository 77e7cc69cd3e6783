/** The statements by which changed label rules reach the rows. Lean, because they may reach every row of the hub: what refers to
 *  what has been worked out before (label-statements.ts) and is not looked for again, PENDING stays where it is, and a row is
 *  written only where its own mask or its labels are others now, both at once. A row that inherits is not passed on to while its
 *  own range is still to come, which works it out from all that it inherits from: so most rows are written once. */
import { rangeRows } from '../kernel/index.js';

const pending = 1 << 30;

/** $1 names and $2 masks of programs, $3 the generation, $4 ids and $5 own masks of the rows of a range. */
const given = `
  anew as (select $3::int as generation),
  program as materialized (select * from unnest($1::text[], $2::int[]) as p(name, mask)),
  own as materialized (select * from unnest($4::bigint[], $5::int[]) as o(id, mask))`;

const placeMask = (row: string, refs: string): string => `
  coalesce((select bit_or(n.own_mask | coalesce(p.mask, 0)) from source_name n left join program p on p.name = lower(n.name) where n.source_id = ${row}.source_id and n.ref in (${refs})), 0)`;
const fromConditions = (row: string): string => `
  coalesce((select bit_or(k.label_mask) from condition k where k.source_id = ${row}.source_id and k.source_key = any(${row}.condition_refs) and k.patient_record_id = ${row}.patient_record_id), 0)`;
const namingConditions = (table: string, conditions: string): string => `
  select c.id from condition k join ${table} c on c.patient_record_id = k.patient_record_id and c.source_id = k.source_id and c.condition_refs @> array[k.source_key]
   where k.id = any(${conditions}::bigint[])`;

interface Renewal {
  readonly table: string;
  /** Ids to look at beside those with an own mask; `$6` and further are the ids that they are found by. */
  readonly also: readonly string[];
  /** `r` is the row. */
  readonly joins?: string;
  /** What the labels are made of beside the row's own mask and PENDING. */
  readonly inherits: readonly string[];
}

/** Its range is found by the number by which ranges are cut (relabel.ts). */
const isToCome = (table: string, id: string): string => `
  exists (select from relabel_range g where g.generation = (select generation from anew) and g.table_name = '${table}' and g.from_id = ${id} / ${rangeRows} * ${rangeRows} and g.done_at is null)`;

/** @returns rows whose labels are other than before */
function renewal({ table, also, joins = '', inherits }: Renewal): string {
  const own = 'coalesce(target.mask, r.own_mask)';
  // The mask goes along with the id: to look it up again would be a join of every row with every other (label-statements.ts says
  // why no hash is built), which took four fifths of the time.
  const looked = [
    'select id, mask from own',
    ...also.map((ids) => `select id, null::int from (${ids}) as found(id) where not ${isToCome(table, 'found.id')}`),
  ];
  return `
  with ${given}, target as (select id, max(mask) as mask from (${looked.join(' union all ')}) as looked group by id),
  worked_out as materialized (
    select r.id, ${own} as own, r.label_mask as was, ${[own, ...inherits].join(' | ')} | (r.label_mask & ${pending}) as mask
      from target join ${table} r using (id) ${joins}),
  written as (
    update ${table} t set own_mask = w.own, label_mask = w.mask from worked_out w
     where w.id = t.id and (t.own_mask is distinct from w.own or t.label_mask is distinct from w.mask))
  select id, (coalesce(was, 0) <> 0) <> (mask <> 0) as turned from worked_out where mask is distinct from was`;
}

/** $6 encounters: of which the own masks changed. */
export const renewConditions = renewal({
  table: 'condition',
  also: ['select c.id from condition c where c.encounter_id = any($6::bigint[])'],
  joins: 'left join encounter e on e.id = r.encounter_id',
  inherits: ['coalesce(e.own_mask, 0)', placeMask('e', 'e.location_ref, e.organization_ref')],
});

/** $6 encounters */
export const renewEncounters = renewal({
  table: 'encounter',
  also: ['select unnest($6::bigint[])'],
  inherits: [
    placeMask('r', 'r.location_ref, r.organization_ref'),
    'coalesce((select bit_or(k.own_mask) from condition k where k.encounter_id = r.id), 0)',
  ],
});

/** $6 encounters, $7 conditions */
export const renewClaims = renewal({
  table: 'claim',
  also: ['select c.id from claim c where c.encounter_id = any($6::bigint[])', namingConditions('claim', '$7')],
  joins: 'left join encounter e on e.id = r.encounter_id',
  inherits: ['coalesce(e.label_mask, 0)', fromConditions('r'), placeMask('r', 'r.provider_ref, r.facility_ref')],
});

/** $6 claims, $7 conditions */
export const renewAdjudications = renewal({
  table: 'adjudication',
  also: ['select a.id from adjudication a where a.claim_id = any($6::bigint[])', namingConditions('adjudication', '$7')],
  joins: 'left join claim c on c.id = r.claim_id',
  inherits: ['coalesce(c.label_mask, 0)', fromConditions('r'), placeMask('r', 'r.provider_ref, r.facility_ref')],
});

/** $6 claims */
export const renewPayments = renewal({
  table: 'payment',
  also: ['select p.id from payment p where p.claim_id = any($6::bigint[])'],
  joins: 'left join claim c on c.id = r.claim_id',
  inherits: ['coalesce(c.label_mask, 0)'],
});

/** $6 patient records */
export const renewCoverages = renewal({
  table: 'coverage',
  also: ['select c.id from coverage c where c.patient_record_id = any($6::bigint[])'],
  joins: 'left join patient_record p on p.id = r.patient_record_id',
  inherits: ['coalesce(p.label_mask, 0)'],
});

/** A table whose rows inherit nothing; `places` are its references to locations and organizations. */
export const renewPlain = (table: string, places: readonly string[]): string =>
  renewal({ table, also: [], inherits: places.length > 0 ? [placeMask('r', places.map((place) => `r.${place}`).join(', '))] : [] });
