/** What the consents and restrictions of one person withhold from one viewer, as a function of the database: a read is one
 *  statement, and this is asked once a person, and only where there is a consent or a restriction at all.
 *
 *  The answer is an array of nine: for each PHI class, in the order of kernel's list, the labels whose rows are denied (the
 *  sign bit: every row is), and last the classes that an agreed restriction denies. Null where nothing is denied.
 *
 *  A consent is a tree: an exception holds within the rule it stands under, and of two rules side by side the one that denies
 *  wins. A condition holds surely, possibly or not at all. What denies does so where it possibly holds; what allows needs to
 *  be sure; so what is not known never shows more. */
export const denialsFunction = `
create function consents_in_force(records bigint[], other_scopes text[]) returns setof consent_provision
  language sql stable set search_path = hub, pg_temp as $$
  with live as (
    select p.* from consent_provision p
     where p.patient_record_id = any(records) and p.status = 'active' and coalesce(p.scope, 'patient-privacy') <> all(other_scopes))
  -- A later consent of the same source and scope takes the place of an earlier one; who gives no date neither does nor suffers it.
  select l.* from live l where not exists (
    select from live later where later.source_id = l.source_id and later.scope is not distinct from l.scope
       and (later.consented_at, coalesce(later.source_updated_at, '-infinity')) > (l.consented_at, coalesce(l.source_updated_at, '-infinity')))
$$;
create function denials(records bigint[], viewer bigint, departments bigint[], rules jsonb) returns int[]
  language plpgsql stable set search_path = hub, pg_temp as $$
declare
  every constant int := -2147483648;
  denied int[] := array_fill(0, array[9]);
  -- Of the rules of the consent at hand, eight places for each: what the exceptions below it deny, and what of the rows that
  -- it denies they do not give back (0 = they give all back, every = nothing).
  below int[];
  kept int[];
  rule record;
  own int; mine int; up int; i int;
begin
  for rule in
    with counting as (
      select p.*, dense_rank() over (order by p.source_id, p.source_key) as consent
        from consents_in_force(records, array(select jsonb_array_elements_text(rules->'otherScopes'))) p)
    select c.consent, c.position, c.parent, c.denies, x.classes, x.labels,
           x.timely and x.actors_maybe and x.purposes_maybe and x.actions_maybe as possible,
           x.timely and x.actors_sure and x.purposes_sure and x.actions_sure and not c.vague as sure,
           max(c.position) over (partition by c.consent) as last
      from counting c cross join lateral (
        select (c.start_at is null or c.start_at <= now()) and (c.end_at is null or now() < c.end_at) as timely,
               a.sure as actors_sure, a.maybe as actors_maybe,
               c.purposes = '{}' or c.purposes && p.asked as purposes_sure,
               c.purposes = '{}' or c.purposes && p.asked or not c.purposes <@ p.known as purposes_maybe,
               c.actions = '{}' or c.actions && array['access', 'use'] as actions_sure,
               c.actions = '{}' or c.actions && array['access', 'use', 'disclose'] or not c.actions <@ array['collect', 'correct'] as actions_maybe,
               case when c.classes = '{}' then 255
                    when c.denies then (select bit_or(coalesce((rules->'classes'->>code)::int, 255)) from unnest(c.classes) code)
                    else coalesce((select bit_or(w.bit) from jsonb_to_recordset(rules->'whole') w(bit int, needs text[]) where w.needs <@ c.classes), 0)
               end as classes,
               -- For what denies: the labels it denies; for what allows: those that it does not.
               case when c.denies then case when c.security_labels = '{}' then every
                      else (select bit_or(coalesce((rules->'labels'->>code)::int, every)) from unnest(c.security_labels) code) end
                    else case when c.security_labels = '{}' then 0
                      else (select coalesce(bit_and((rules->'clearances'->>code)::int), every) from unnest(c.security_labels) code where jsonb_exists(rules->'clearances', code)) end
               end as labels
          from (select array(select jsonb_array_elements_text(rules->'purposes')) as asked,
                       array(select jsonb_array_elements_text(rules->'knownPurposes')) as known) p
          cross join lateral (
            select c.actor_refs = '{}' or coalesce(bool_or(is_viewer), false) as sure, c.actor_refs = '{}' or bool_or(is_viewer is not false) as maybe
              from unnest(c.actor_refs) actor cross join lateral (
                select case
                  when actor ~ '^(Patient|RelatedPerson|Payer )' then false
                  when exists (select from coverage v where v.source_id = c.source_id and v.payor_ref = actor and v.patient_record_id = any(records)) then false
                  else (select case when n.department_id is not null then n.department_id = any(departments) else (
                                 -- By name: of two who bear it, each may be meant.
                                 select case when not bool_or(u.id = viewer) then false when count(*) = 1 then true end
                                   from directory_user u where lower(u.name) = lower(n.name) and n.named_kind = 'practitioner') end
                          from source_name n where n.source_id = c.source_id and n.ref = actor)
                end as is_viewer) w) a) x
     order by c.consent, c.position desc
  loop
    if rule.position = rule.last then
      below := array_fill(0, array[(rule.last + 1) * 8]);
      kept := array_fill(every, array[(rule.last + 1) * 8]);
    end if;
    continue when not rule.possible;
    for class in 1..8 loop
      i := rule.position * 8 + class;
      own := (rule.classes >> (class - 1)) & 1;
      up := below[i];
      if rule.denies then
        mine := case when own = 0 then 0 else rule.labels end;
        -- Rows under a denied label that also bear a label not given back: told by the denied label alone.
        up := up | case when mine = 0 then 0 when mine < 0 then kept[i] when kept[i] = 0 then 0 else mine end;
      else
        mine := case when own = 0 or not rule.sure then every else rule.labels | below[i] end;
      end if;
      if rule.parent is null then
        denied[class] := denied[class] | up;
      else
        i := rule.parent * 8 + class;
        below[i] := below[i] | up;
        if not rule.denies then
          kept[i] := case when mine < 0 then kept[i] when kept[i] < 0 then mine
            when mine = 0 or kept[i] = 0 then 0 when mine & kept[i] = mine then mine when mine & kept[i] = kept[i] then kept[i] else mine | kept[i] end;
        end if;
      end if;
    end loop;
  end loop;
  select coalesce(bit_or((rules->'bits'->>class)::int), 0) into own
    from restriction r cross join unnest(r.phi_classes) class
   where r.patient_record_id = any(records) and r.recipient = 'VIEWERS' and r.start_at <= now() and (r.end_at is null or now() < r.end_at);
  denied[9] := own;
  return case when denied <> array_fill(0, array[9]) then denied end;
end $$;
-- The rows of a withheld list whose own condition fails, and none before it.
create function withheld_rows(always text, entries jsonb, holds boolean[]) returns json
  language sql immutable set search_path = hub, pg_temp as $$
  select ('[' || concat_ws(',', nullif(always, ''), string_agg(e->>'text', ',' order by place)) || ']')::json
    from jsonb_array_elements(entries) with ordinality as x(e, place)
   where holds[(e->>'fails')::int] is not true
     and not exists (select from jsonb_array_elements_text(e->'after') before where holds[before::int] is not true)
$$;
revoke all on function denials(bigint[], bigint, bigint[], jsonb), consents_in_force(bigint[], text[]), withheld_rows(text, jsonb, boolean[]) from public;
grant execute on function denials(bigint[], bigint, bigint[], jsonb), consents_in_force(bigint[], text[]), withheld_rows(text, jsonb, boolean[]) to hub_gateway, hub_worker;
`;
