/** The statements of the search for snooping: each takes a stretch of the trail whole. */

/** Looks of people within a stretch: operations that showed few persons and were no search. The entries of one operation were
 *  appended together; a margin finds those at the ends. $1 after, $2 up to, $3 persons at most, $4 roles left out */
export const looksIn = `
  with wide as (
    select request_id, count(distinct person_uid) as persons, bool_or(action = 'SEARCH') as searched
    from audit_entry where seq > $1 - 1000 and seq <= $2 + 1000 group by request_id)
  select e.user_uid as "userUid", e.person_uid as "personUid", min(e.role) as role, (e.at at time zone 'UTC')::date::text as day,
    count(distinct e.request_id)::int as reads, count(*)::int as entries, min(e.at) as "firstAt", max(e.at) as "lastAt",
    bool_or(e.grant_uid is not null or e.action = 'BREAK_GLASS') as "underBreakGlass"
  from audit_entry e join wide w using (request_id)
  where e.seq > $1 and e.seq <= $2 and e.user_uid is not null and e.person_uid is not null and e.role is not null
    and e.outcome in ('ALLOWED', 'PARTLY_WITHHELD') and e.role <> all($4::text[])
    and ((w.persons <= $3 and not w.searched) or e.grant_uid is not null or e.action = 'BREAK_GLASS')
  group by 1, 2, 4 order by 1, 2, 4`;

/** Where a search stands: the last entry that is old enough, no further than a stretch. $1 after, $2 how many, $3 not younger */
export const stretchEnd = `
  select least(h.seq, $1::bigint + $2, coalesce((select min(e.seq) - 1 from audit_entry e where e.seq > $1 and e.seq <= $1::bigint + $2 and e.at > $3), h.seq))::text as "to"
  from audit_head h`;

export const addLooks = `
  insert into access_look (user_uid, person_uid, day, role, reads)
  select * from jsonb_to_recordset($1) as l("userUid" uuid, "personUid" uuid, day date, role text, reads int)
  on conflict (user_uid, person_uid, day) do update set reads = access_look.reads + excluded.reads`;

export const countDays = `
  insert into access_day (user_uid, role, day, patients)
  select l.user_uid, l.role, l.day, count(*) from access_look l
  join (select distinct "userUid" as user_uid, day from jsonb_to_recordset($1) as l("userUid" uuid, day date)) touched using (user_uid, day)
  group by 1, 2, 3
  on conflict (user_uid, role, day) do update set patients = excluded.patients
  returning user_uid as "userUid", role, day::text as day, patients`;

/** What each of these days is compared with. $1 [{userUid, role, day}], $2 days back */
export const historyOfDays = `
  select d."userUid", d.role, d.day::text as day,
    array(select h.patients from access_day h where h.user_uid = d."userUid" and h.day < d.day and h.day >= d.day - $2::int) as own,
    array(select h.patients from access_day h where h.role = d.role and h.user_uid <> d."userUid" and h.day <= d.day and h.day >= d.day - $2::int) as "ofRole"
  from jsonb_to_recordset($1) as d("userUid" uuid, role text, day date)`;

/** What is known of viewer and patient. $1 [{userUid, personUid, lastAt}], $2 days within which looks are counted */
export const factsOfLooks = `
  select k."userUid", k."personUid", u.name as "userName",
    array(select distinct coalesce(r.family, r.name) from patient_record r where r.id = any(of_person.records) and coalesce(r.family, r.name) is not null) as "familyNames",
    (select a.address_key from user_address a where a.user_id = u.id) as "userAddressKey",
    array(select distinct r.address from patient_record r where r.id = any(of_person.records) and r.address is not null) as addresses,
    array(select distinct said from patient_record r, unnest(r.alerts) said where r.id = any(of_person.records)) as alerts,
    exists (select 1 from case_file c where c.patient_record_id = any(of_person.records) and (
      c.assigned_to = u.id or c.opened_by = u.id
      or exists (select 1 from case_department cd join user_department m on m.department_id = cd.department_id where cd.case_id = c.id and m.user_id = u.id)
      or exists (select 1 from interaction i where i.case_id = c.id and i.by_user = u.id)
      or exists (select 1 from case_event e where e.case_id = c.id and (e.by_user = u.id or e.before->>'assignedTo' = 'usr_' || u.uid or e.after->>'assignedTo' = 'usr_' || u.uid)))) as related,
    exists (select 1 from case_file c where c.patient_record_id = any(of_person.records) and c.opened_by is distinct from u.id and (
      c.assigned_to = u.id
      or exists (select 1 from case_department cd join user_department m on m.department_id = cd.department_id where cd.case_id = c.id and m.user_id = u.id))) as "relatedByOthers",
    coalesce((select sum(l.reads) from access_look l where l.user_uid = k."userUid" and l.person_uid = k."personUid"
      and l.day <= (k."lastAt" at time zone 'UTC')::date and l.day > (k."lastAt" at time zone 'UTC')::date - $2::int), 0)::int as reads
  from jsonb_to_recordset($1) as k("userUid" uuid, "personUid" uuid, "lastAt" timestamptz)
  join directory_user u on u.uid = k."userUid"
  join person asked on asked.uid = k."personUid"
  cross join lateral (select array(select l.patient_record_id from person_link l where l.person_id = coalesce(asked.alias_of, asked.id) and l.assurance = 'CERTAIN') as records) of_person`;

/** One review for one viewer, rule and subject; seen again while it is open, it grows. Says which are new. */
export const openReviews = `
  insert into access_review (rule, subject, user_uid, person_uid, first_at, last_at, entries, evidence, opened_at, due_at, state)
  select r.rule, r.subject, r."userUid", r."personUid", r."firstAt", r."lastAt", r.entries, r.evidence, $2, $3, 'OPEN'
  from jsonb_to_recordset($1) as r(rule text, subject text, "userUid" uuid, "personUid" uuid, "firstAt" timestamptz, "lastAt" timestamptz, entries int, evidence text[])
  on conflict (rule, user_uid, subject) do update set
    last_at = greatest(access_review.last_at, excluded.last_at), first_at = least(access_review.first_at, excluded.first_at),
    entries = access_review.entries + excluded.entries, evidence = excluded.evidence
  where access_review.state = 'OPEN'
  returning uid, person_uid as "personUid", (xmax = 0) as new`;

export const forgetBefore = `
  with looks as (delete from access_look where day < $1) delete from access_day where day < $1`;
