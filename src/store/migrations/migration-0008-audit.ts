/** The audit trail in months, hashed over every column as it is stored; the accounting of disclosures; the reviews that
 *  follow from looking for snooping. Entries written before keep their hash, and the head remembers up to where. */
import { Migration } from '@mikro-orm/migrations';

export class Audit extends Migration {
  override up(): void {
    this.addSql(months);
    this.addSql(entriesInMonths);
    this.addSql(chain);
    this.addSql(disclosures);
    this.addSql(reviews);
    this.addSql(rights);
  }
}

/** A month is attached, not made as a part: that leaves writers and readers alone (it takes SHARE UPDATE EXCLUSIVE). */
const months = `
  create function make_audit_month(wanted date) returns void language plpgsql security definer set search_path = hub, pg_temp as $$
  declare
    month date := date_trunc('month', wanted);
    part text := 'audit_entry_' || to_char(wanted, 'YYYY_MM');
  begin
    if to_regclass('hub.' || part) is not null then return; end if;
    perform pg_advisory_xact_lock(4820719);
    if to_regclass('hub.' || part) is not null then return; end if;
    execute format('create table %I (like audit_entry including defaults including constraints)', part);
    execute format('alter table audit_entry attach partition %I for values from (%L) to (%L)', part, month, (month + interval '1 month')::date);
  end $$;
  revoke all on function make_audit_month(date) from public;
`;

/** `month` is when the entry was appended and never runs back along the chain, so that a month holds one stretch of it and
 *  can be taken away whole (45 CFR 164.316(b)(2): six years). */
const entriesInMonths = `
  alter table audit_entry rename to audit_entry_before;
  create table audit_entry (
    seq bigint not null,
    month date not null,
    uid uuid not null,
    at timestamptz not null,
    request_id text not null,
    user_uid uuid,
    system text,
    role text,
    purpose text not null,
    token_id text,
    action text not null,
    operation text,
    person_uid uuid,
    case_uid uuid,
    phi_classes text[] not null default '{}',
    outcome text not null,
    withheld_fields text[] not null default '{}',
    -- Of a break-glass grant under which the answer was given.
    grant_uid uuid,
    hash bytea not null
  ) partition by range (month);
  alter table audit_head add column month date not null default '2000-01-01';
  alter table audit_head alter column month drop default;
  -- Entries up to this one were hashed in the first form: over the JSON that was handed in.
  alter table audit_head add column first_form_to bigint not null default 0;
  alter table audit_head alter column first_form_to drop default;
  do $$
  declare
    month date;
    now_month date := date_trunc('month', now() at time zone 'UTC');
  begin
    create temporary table dated on commit drop as
      select seq, max(date_trunc('month', at at time zone 'UTC')::date) over (order by seq) as month from audit_entry_before;
    for month in select distinct d.month from dated d union select (now_month + make_interval(months => n))::date from generate_series(0, 3) n loop
      perform make_audit_month(month);
    end loop;
    insert into audit_entry
      select b.seq, d.month, b.uid, b.at, b.request_id, b.user_uid, b.system, b.role, b.purpose, b.token_id, b.action, b.operation, b.person_uid, b.case_uid,
        b.phi_classes, b.outcome, b.withheld_fields, null, b.hash
      from audit_entry_before b join dated d using (seq);
    update audit_head set first_form_to = seq, month = greatest(now_month, (select max(d.month) from dated d));
    perform make_audit_month(h.month) from audit_head h;
    drop table dated;
  end $$;
  drop table audit_entry_before;
  alter table audit_entry add primary key (seq, month);
  create unique index audit_entry_uid_month_unique on audit_entry (uid, month);
  create index audit_entry_person_uid_seq_idx on audit_entry (person_uid, seq desc);
  create index audit_entry_user_uid_seq_idx on audit_entry (user_uid, seq desc);
`;

/** What a hash covers is a JSON list of every column in its text form, as `audit-chain.ts` makes it again from the stored row. */
const chain = `
  create or replace function append_audit(entries jsonb) returns bigint language plpgsql security definer set search_path = hub, pg_temp as $$
  declare
    head audit_head%rowtype;
    today date := date_trunc('month', clock_timestamp() at time zone 'UTC');
    e record;
  begin
    select * into head from audit_head for update;
    if today > head.month then
      head.month := today;
      perform make_audit_month(today);
    end if;
    for e in
      select t.*, json_build_array(t.uid, to_char(t.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), t."requestId", t."userUid", t.system, t.role, t.purpose,
        t."tokenId", t.action, t.operation, t."personUid", t."caseUid", coalesce(t."phiClasses", '{}')::text, t.outcome, coalesce(t."withheldFields", '{}')::text, t."grantUid")::text as said
      from jsonb_to_recordset(entries) as t(uid uuid, at timestamptz, "requestId" text, "userUid" uuid, system text, role text, purpose text, "tokenId" text, action text,
        operation text, "personUid" uuid, "caseUid" uuid, "phiClasses" text[], outcome text, "withheldFields" text[], "grantUid" uuid)
    loop
      head.seq := head.seq + 1;
      head.hash := sha256(head.hash || convert_to(head.seq || ' ' || to_char(head.month, 'YYYY-MM-DD') || ' ' || e.said, 'UTF8'));
      insert into audit_entry values (head.seq, head.month, e.uid, e.at, e."requestId", e."userUid", e.system, e.role, e.purpose, e."tokenId", e.action, e.operation,
        e."personUid", e."caseUid", coalesce(e."phiClasses", '{}'), e.outcome, coalesce(e."withheldFields", '{}'), e."grantUid", head.hash);
    end loop;
    update audit_head set seq = head.seq, hash = head.hash, month = head.month;
    return head.seq;
  end $$;
`;

/** Pinned to a source's record, as a case is: a wrong link is undone in one row. */
const disclosures = `
  create table disclosure (
    id bigint generated by default as identity primary key,
    uid uuid not null default gen_random_uuid() unique,
    patient_record_id bigint not null references patient_record,
    at timestamptz not null,
    recipient text not null,
    description text not null,
    purpose text not null,
    recorded_at timestamptz not null,
    recorded_by bigint references directory_user,
    idempotency_key text,
    request_hash text,
    unique (recorded_by, idempotency_key)
  );
  create index on disclosure (patient_record_id, at);
  -- A statement of a health oversight or law enforcement agency: 45 CFR 164.528(a)(2).
  create table accounting_suspension (
    id bigint generated by default as identity primary key,
    uid uuid not null default gen_random_uuid() unique,
    patient_record_id bigint not null references patient_record,
    recipient text not null,
    statement text not null check (statement in ('WRITTEN', 'ORAL')),
    stated_by text not null,
    stated_at timestamptz not null,
    until timestamptz not null,
    recorded_at timestamptz not null,
    recorded_by bigint references directory_user,
    idempotency_key text,
    request_hash text,
    unique (recorded_by, idempotency_key)
  );
  create index on accounting_suspension (patient_record_id);
`;

const reviews = `
  -- How many patients somebody looked at on a day, to be compared with.
  create table access_day (
    user_uid uuid not null,
    role text not null,
    day date not null,
    patients int not null,
    primary key (user_uid, role, day)
  );
  create index on access_day (role, day);
  -- Who looked at whom, day by day: operations, not entries.
  create table access_look (
    user_uid uuid not null,
    person_uid uuid not null,
    day date not null,
    role text not null,
    reads int not null,
    primary key (user_uid, person_uid, day)
  );
  create index on access_look (user_uid, day);
  create index on access_look (day);
  -- Up to which entry each search has looked.
  create table snooping_cursor (search text primary key, seq bigint not null);
  create table access_review (
    id bigint generated by default as identity primary key,
    uid uuid not null default gen_random_uuid() unique,
    rule text not null,
    -- What is reviewed under the rule, e.g. a patient or a day: one review for each.
    subject text not null,
    user_uid uuid not null,
    person_uid uuid,
    first_at timestamptz not null,
    last_at timestamptz not null,
    entries int not null,
    evidence text[] not null default '{}',
    opened_at timestamptz not null,
    due_at timestamptz not null,
    state text not null check (state in ('OPEN', 'JUSTIFIED', 'NOT_JUSTIFIED')),
    reviewed_by bigint references directory_user,
    reviewed_at timestamptz,
    note text,
    unique (rule, user_uid, subject)
  );
  create index on access_review (opened_at desc);
`;

/** Entries are appended by the function alone: no role of the hub may write, change or remove one. Without the settings of a
 *  viewer's transaction the gateway's role reads none (current_setting raises). */
const rights = `
  grant select on audit_entry to hub_gateway, hub_worker;
  alter table audit_entry enable row level security;
  create policy viewer on audit_entry for select to hub_gateway using ((select current_setting('hub.hidden')) is not null);
  create policy worker on audit_entry for select to hub_worker using (true);
  grant execute on function make_audit_month(date) to hub_worker;

  grant select, insert on disclosure, accounting_suspension to hub_gateway, hub_worker;
  grant select, update on access_review to hub_gateway;
  grant select, insert, update on access_review, access_day, access_look, snooping_cursor to hub_worker;
  grant delete on access_day, access_look to hub_worker;
  grant usage on all sequences in schema hub to hub_gateway, hub_worker;
  do $$
  declare t text;
  begin
    foreach t in array array['disclosure', 'accounting_suspension'] loop
      execute format('alter table %I enable row level security', t);
      execute format('create policy viewer on %I for select to hub_gateway using (exists (select 1 from hub.patient_record r where r.id = %I.patient_record_id))', t, t);
      execute format('create policy office_insert on %I for insert to hub_gateway with check (current_setting(''hub.hidden'') is not null)', t);
      execute format('create policy worker on %I to hub_worker using (true) with check (true)', t);
    end loop;
  end $$;
  alter table access_review enable row level security;
  create policy viewer on access_review for select to hub_gateway using ((select current_setting('hub.hidden')) is not null);
  create policy office_update on access_review for update to hub_gateway using ((select current_setting('hub.hidden')) is not null);
  create policy worker on access_review to hub_worker using (true) with check (true);
`;
