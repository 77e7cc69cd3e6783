/** The statements of the scope worker: each takes ids, resolves what the rows refer to, works out their labels and writes
 *  what differs. A mask is a function of what is stored now, never of what it was, so the order of arrival cannot matter;
 *  only PENDING has a memory: it may go, never come.
 *
 *  A reference by `Type/id` holds within its source. A visit number (`Encounter?identifier=system|value`) also holds across
 *  sources, but only within one person: else a mistyped number would show one patient's visit in another's bill. */

const pending = 1 << 30;

/** All of these reach a few thousand rows by their keys in tables of any size. While a first load runs, the tables have no
 *  statistics yet and the planner would rather read them whole (measured: ten times slower at 3,000 claims already). */
export const planForFew = `select set_config(name, 'off', true) from unnest(array['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit']) as name`;

const programs = 'program as materialized (select * from unnest($1::text[], $2::int[]) as p(name, mask))';

/** $1 and $2 the ends of a range. @returns rows with what their codes were last worked out to */
export const ownMasks = (table: string): string =>
  `select id, label_codes as codes, own_mask as mask from ${table} where id between $1 and $2${table === 'patient_record' ? ' and not stub' : ''}`;

/** $1 names and $2 masks of programs. @returns rows at a place whose labels they do not carry */
export const unlabelledAtPlaces = (table: string, refs: readonly string[]): string => `
  select r.id from (
      select n.source_id, n.ref, p.mask from unnest($1::text[], $2::int[]) as p(name, mask) join source_name n on lower(n.name) = p.name
      union all select n.source_id, n.ref, n.own_mask from source_name n where n.own_mask <> 0) n
    join ${table} r on r.source_id = n.source_id and n.ref in (${refs.map((ref) => `r.${ref}`).join(', ')})
   where r.label_mask & n.mask <> n.mask`;

/** $1 names and $2 masks of programs. A row waits for what it names until a source has been read through, from where it was
 *  left off to its end, by a run that began after the row came: its own source (`own_at`), or every active one (`all_at`). A
 *  run that goes on with a broken one's work skips what that one had walked, and tells nothing. A source that has never been
 *  read holds back for as long as it takes: unknown means no. What has not come by then is not waited for: the row is shown
 *  with what is known, and labelled again should it come later. */
const given = `
  ${programs},
  walk as materialized (
    select s.id as source_id, s.active, (
             select r.started_at from sync_run r
              where r.source_id = s.id and r.state = 'DONE' and coalesce((
                      select b.state from sync_run b where b.source_id = s.id and b.id < r.id order by b.started_at desc, b.id desc limit 1), 'DONE') = 'DONE'
              order by r.started_at desc limit 1) as began
      from source s),
  horizon as materialized (
    select source_id, began as own_at, (select case when count(*) = count(began) then min(began) end from walk where active) as all_at from walk)`;

const visitNumber = `'Encounter?identifier=`;

/** Keeps PENDING on a row while something it names may still come. */
const keptPending = (row: string, missing: string, byNumber = 'false'): string => `
  case when ${row}.label_mask & ${pending} <> 0 and ${missing} and not coalesce(${row}.ingested_at < case when ${byNumber} then h.all_at else h.own_at end, false)
       then ${pending} else 0 end`;

/** What the place says, by its name or by what kind of place it is: a program's visits are covered whatever their codes. */
const placeMask = (row: string, refs: string): string => `
  coalesce((select bit_or(n.own_mask | coalesce(p.mask, 0)) from source_name n left join program p on p.name = lower(n.name) where n.source_id = ${row}.source_id and n.ref in (${refs})), 0)`;
const placeMissing = (row: string, refs: readonly string[]): string =>
  `(${refs.map((ref) => `(${ref} is not null and not exists (select from source_name n where n.source_id = ${row}.source_id and n.ref = ${ref}))`).join(' or ')})`;

/** The encounter that `row.encounter_ref` means: its own source's first, then the person's. */
const encounterOf = (row: string): string => `
  left join lateral (
    select e.* from (
      select e.id, e.source_id, e.own_mask, e.label_mask, e.location_ref, e.organization_ref, 1 as rank from encounter e where e.source_id = ${row}.source_id and e.source_key = ${row}.encounter_ref
      union all
      select e.id, e.source_id, e.own_mask, e.label_mask, e.location_ref, e.organization_ref, case when e.source_id = ${row}.source_id then 2 else 3 end
        from person_link own join person_link mate using (person_id) join encounter e on e.patient_record_id = mate.patient_record_id
       where own.patient_record_id = ${row}.patient_record_id and ${row}.encounter_ref like ${visitNumber}%' and e.identifiers @> array[substr(${row}.encounter_ref, 22)]
    ) e order by e.rank, e.source_id, e.id limit 1
  ) e on true`;

/** What a row takes over from the one it names: all of its labels, and that they are not known yet. */
const inherited = (parent: string): string =>
  `coalesce(case when ${parent}.id is not null then coalesce(${parent}.label_mask, ${pending}) end, 0)`;

/** Rows that name one of the encounters, or were taken to. */
const naming = (table: string, encounters: string): string => `
  select c.id from encounter e join ${table} c on c.source_id = e.source_id and c.encounter_ref = e.source_key where e.id = any(${encounters})
  union select c.id from encounter e cross join unnest(e.identifiers) i cross join source s
          join ${table} c on c.source_id = s.id and c.encounter_ref = ${visitNumber}' || i where e.id = any(${encounters})
  union select c.id from ${table} c where c.encounter_id = any(${encounters})`;

/** Rows whose `condition_refs` name one of the conditions. A condition counts for its own patient's rows only. */
const namingConditions = (table: string, conditions: string): string => `
  select c.id from condition k join ${table} c on c.patient_record_id = k.patient_record_id and c.source_id = k.source_id and c.condition_refs @> array[k.source_key]
   where k.id = any(${conditions})`;

const conditionsOf = (row: string): string => `
  cross join lateral (
    select coalesce(bit_or(coalesce(k.label_mask, ${pending})), 0) as mask, count(*) < cardinality(array(select distinct unnest(${row}.condition_refs))) as missing
      from condition k where k.source_id = ${row}.source_id and k.source_key = any(${row}.condition_refs) and k.patient_record_id = ${row}.patient_record_id
  ) k`;

/** $3 conditions, $4 encounters. @returns the conditions written or asked for, with the encounters they leave and join */
export const labelConditions = `
  with ${given}, target as (select unnest($3::bigint[]) as id union ${naming('condition', '$4::bigint[]')}),
  worked_out as (
    select c.id, c.encounter_id as was, e.id as encounter_id,
           c.own_mask | coalesce(e.own_mask, 0) | (${inherited('e')} & ${pending}) | ${placeMask('e', 'e.location_ref, e.organization_ref')}
           | ${keptPending('c', 'c.encounter_ref is not null and e.id is null', `c.encounter_ref like ${visitNumber}%'`)} as mask
      from target join condition c using (id) left join horizon h using (source_id) ${encounterOf('c')}),
  written as (
    update condition c set encounter_id = w.encounter_id, label_mask = w.mask from worked_out w
     where w.id = c.id and (c.encounter_id is distinct from w.encounter_id or c.label_mask is distinct from w.mask) returning c.id)
  select w.id, w.was, w.encounter_id as now from worked_out w where w.id = any($3) or exists (select from written x where x.id = w.id)`;

/** $3 encounters. @returns those written or asked for */
export const labelEncounters = `
  with ${given}, worked_out as (
    select e.id, e.own_mask | ${placeMask('e', 'e.location_ref, e.organization_ref')}
           | coalesce((select bit_or(k.own_mask) from condition k where k.encounter_id = e.id), 0)
           | ${keptPending('e', placeMissing('e', ['e.location_ref', 'e.organization_ref']))} as mask
      from encounter e left join horizon h using (source_id) where e.id = any($3::bigint[])),
  written as (update encounter e set label_mask = w.mask from worked_out w where w.id = e.id and e.label_mask is distinct from w.mask returning e.id)
  select id from written`;

/** $3 claims, $4 encounters, $5 conditions. @returns the claims written or asked for */
export const labelClaims = `
  with ${given}, target as (select unnest($3::bigint[]) as id union ${naming('claim', '$4::bigint[]')} union ${namingConditions('claim', '$5::bigint[]')}),
  worked_out as (
    select c.id, e.id as encounter_id, c.own_mask | k.mask | ${inherited('e')} | ${placeMask('c', 'c.provider_ref, c.facility_ref')}
           | ${keptPending('c', placeMissing('c', ['c.provider_ref', 'c.facility_ref']))}
           | ${keptPending('c', 'c.encounter_ref is not null and e.id is null', `c.encounter_ref like ${visitNumber}%'`)}
           | ${keptPending('c', 'k.missing')} as mask
      from target join claim c using (id) left join horizon h using (source_id) ${encounterOf('c')} ${conditionsOf('c')}),
  written as (
    update claim c set encounter_id = w.encounter_id, label_mask = w.mask from worked_out w
     where w.id = c.id and (c.encounter_id is distinct from w.encounter_id or c.label_mask is distinct from w.mask) returning c.id)
  select unnest($3::bigint[]) as id union select id from written`;

/** $3 adjudications, $4 claims, $5 conditions. @returns the claims whose adjudications changed */
export const labelAdjudications = `
  with ${given}, target as (
    select unnest($3::bigint[]) as id
    union select a.id from claim c join adjudication a on a.source_id = c.source_id and a.claim_ref = c.source_key where c.id = any($4::bigint[])
    union ${namingConditions('adjudication', '$5::bigint[]')}),
  worked_out as (
    select a.id, a.claim_id as was, c.id as claim_id, a.own_mask | k.mask | ${inherited('c')} | ${placeMask('a', 'a.provider_ref, a.facility_ref')}
           | ${keptPending('a', placeMissing('a', ['a.provider_ref', 'a.facility_ref']))}
           | ${keptPending('a', '(c.id is null or k.missing)')} as mask
      from target join adjudication a using (id) left join horizon h using (source_id) left join claim c on c.source_id = a.source_id and c.source_key = a.claim_ref ${conditionsOf('a')}),
  written as (
    update adjudication a set claim_id = w.claim_id, label_mask = w.mask from worked_out w
     where w.id = a.id and (a.claim_id is distinct from w.claim_id or a.label_mask is distinct from w.mask) returning a.id)
  select distinct ends.claim_id as id from worked_out w cross join lateral (values (w.was), (w.claim_id)) as ends(claim_id)
   where ends.claim_id is not null and (w.id = any($3) or exists (select from written x where x.id = w.id))`;

/** $1 claims: the adjudication that holds now is the latest. */
export const chooseAdjudications = `
  update claim c set adjudication_id = w.adjudication_id from (
    select c.id, (select a.id from adjudication a where a.claim_id = c.id order by a.adjudicated_at desc nulls last, a.id desc limit 1) as adjudication_id
      from claim c where c.id = any($1::bigint[])) w
   where w.id = c.id and c.adjudication_id is distinct from w.adjudication_id`;

/** $3 payments, $4 claims. A payment whose source names no patient is its claim's patient's. */
export const labelPayments = `
  with ${given}, target as (
    select unnest($3::bigint[]) as id
    union select p.id from claim c join payment p on p.source_id = c.source_id and p.claim_ref = c.source_key where c.id = any($4::bigint[])),
  worked_out as (
    select p.id, c.id as claim_id, coalesce(p.patient_record_id, c.patient_record_id) as patient_record_id,
           p.own_mask | ${inherited('c')} | ${keptPending('p', 'p.claim_ref is not null and c.id is null')} as mask
      from target join payment p using (id) left join horizon h using (source_id) left join claim c on c.source_id = p.source_id and c.source_key = p.claim_ref)
  update payment p set claim_id = w.claim_id, patient_record_id = w.patient_record_id, label_mask = w.mask from worked_out w
   where w.id = p.id and (p.claim_id, p.patient_record_id, p.label_mask) is distinct from (w.claim_id, w.patient_record_id, w.mask)`;

/** $3 coverages, $4 patient records. */
export const labelCoverages = `
  with ${given}, worked_out as (
    select c.id, c.own_mask | coalesce(r.label_mask, 0) | ${keptPending('c', '(r.stub or r.label_mask is null)')} as mask
      from coverage c join patient_record r on r.id = c.patient_record_id left join horizon h on h.source_id = c.source_id
     where c.id = any($3::bigint[]) or c.patient_record_id = any($4::bigint[]))
  update coverage c set label_mask = w.mask from worked_out w where w.id = c.id and c.label_mask is distinct from w.mask`;

/** $3 ids of a table whose rows inherit nothing; `places` are its references to locations and organizations. */
export const labelPlain = (table: string, places: readonly string[]): string => {
  const refs = places.map((place) => `r.${place}`);
  const masks = places.length > 0 ? `| ${placeMask('r', refs.join(', '))} | ${keptPending('r', placeMissing('r', refs))}` : '';
  return `
  with ${given}, worked_out as (select r.id, r.own_mask ${masks} as mask from ${table} r left join horizon h using (source_id) where r.id = any($3::bigint[]))
  update ${table} r set label_mask = w.mask from worked_out w where w.id = r.id and r.label_mask is distinct from w.mask`;
};

/** Claims and conditions of these patient records ($1) that refer to a visit by its number. */
export const numberedRows = (table: string): string =>
  `select id from ${table} where patient_record_id = any($1::bigint[]) and encounter_ref like ${visitNumber}%'`;
