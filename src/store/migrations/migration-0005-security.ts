/** Who may touch what. The roles exist before any migration (roles.ts): they are the cluster's, not the database's. Neither
 *  owns anything. The gateway reads PHI only under row-level security with the settings of its own transaction: without
 *  them `current_setting` raises, so nothing is answered. Documents are the workers' alone. */
import { Migration } from '@mikro-orm/migrations';

export class Security extends Migration {
  override up(): void {
    this.addSql(grants);
    this.addSql(policies);
    this.addSql(inheritedLabels);
    this.addSql(auditChain);
  }
}

const grants = `
  grant usage on schema hub to hub_gateway, hub_worker;
  grant select, insert, update, delete on all tables in schema hub to hub_worker;
  grant usage on all sequences in schema hub to hub_worker;
  revoke insert, update, delete on audit_entry, audit_head, migration from hub_worker;

  grant select on source, sync_run, source_name, facility, department, directory_user, user_department, department_map,
    business_clock, policy_state, person, person_link, patient_record, patient_identifier, patient_phone, link_conflict,
    encounter, appointment, condition, care_team_member, coverage, claim, adjudication, payment, account,
    case_file, case_department, case_issue, case_subject, deadline, interaction, reminder, case_event, idempotency, audit_entry to hub_gateway;
  -- Set-aside input: all but its body.
  grant select (id, uid, source_id, received_at, code, reason, state) on set_aside to hub_gateway;
  grant insert, update on case_file, case_department, case_issue, case_subject, deadline, interaction, reminder, case_event, idempotency to hub_gateway;
  grant delete on case_department, case_subject to hub_gateway;
  grant insert on outbox to hub_gateway;
  grant usage on sequence case_number to hub_gateway;
  grant usage on all sequences in schema hub to hub_gateway;
`;

const policies = `
  do $$
  declare t text;
  begin
    -- Rows that carry labels. Bit 30 (PENDING: not known yet) is forbidden whatever the settings say. Written so that the planner does not take the predicate for a rare one (0.5 % of rows is its
    -- estimate for the plain form, which ruins the worklist's plan).
    foreach t in array array['patient_record', 'encounter', 'appointment', 'condition', 'care_team_member', 'coverage', 'claim',
        'adjudication', 'payment', 'account', 'case_file', 'case_issue', 'deadline', 'interaction', 'reminder', 'case_event',
        'patient_identifier', 'patient_phone', 'person_link'] loop
      execute format('alter table %I enable row level security', t);
      execute format('create policy viewer on %I for select to hub_gateway using (((label_mask & (select current_setting(''hub.hidden'')::int | 1073741824)) = 0)::int <> 0)', t);
      execute format('create policy worker on %I to hub_worker using (true) with check (true)', t);
    end loop;
    foreach t in array array['case_file', 'case_issue', 'deadline', 'interaction', 'reminder', 'case_event'] loop
      execute format('create policy office_insert on %I for insert to hub_gateway with check (current_setting(''hub.hidden'') is not null)', t);
      execute format('create policy office_update on %I for update to hub_gateway using (((label_mask & (select current_setting(''hub.hidden'')::int | 1073741824)) = 0)::int <> 0)', t);
    end loop;
  end $$;
  -- Seen only with both records.
  alter table link_conflict enable row level security;
  create policy viewer on link_conflict for select to hub_gateway using (
    exists (select 1 from hub.patient_record r where r.id = link_conflict.patient_record_id)
    and exists (select 1 from hub.patient_record r where r.id = link_conflict.other_record_id));
  create policy worker on link_conflict to hub_worker using (true) with check (true);
`;

/** What hangs on a record carries the record's labels, whoever writes it: asking the record itself for each link doubled the
 *  cost of a read. The lock keeps a label that changes at the same moment from being missed. */
const inheritedLabels = `
  create function take_record_labels() returns trigger language plpgsql set search_path = hub, pg_temp as $$
  begin
    select r.label_mask into new.label_mask from patient_record r where r.id = new.patient_record_id for share;
    return new;
  end $$;
  create function give_record_labels() returns trigger language plpgsql set search_path = hub, pg_temp as $$
  begin
    update person_link set label_mask = new.label_mask where patient_record_id = new.id;
    update patient_identifier set label_mask = new.label_mask where patient_record_id = new.id;
    update patient_phone set label_mask = new.label_mask where patient_record_id = new.id;
    return null;
  end $$;
  create trigger labels before insert on person_link for each row execute function take_record_labels();
  create trigger labels before insert on patient_identifier for each row execute function take_record_labels();
  create trigger labels before insert on patient_phone for each row execute function take_record_labels();
  create trigger labels after update of label_mask on patient_record for each row
    when (old.label_mask is distinct from new.label_mask) execute function give_record_labels();
`;

/** Appends audit entries to the chain: one locked head, so that several gateways keep one gap-free sequence. Each hash
 *  covers the one before. 45 CFR 164.312(b), (c)(1). `entries` is a JSON array of objects keyed as the columns. */
const auditChain = `
  create function append_audit(entries jsonb) returns bigint language plpgsql security definer set search_path = hub, pg_temp as $$
  declare
    head audit_head%rowtype;
    entry jsonb;
  begin
    select * into head from audit_head for update;
    for entry in select * from jsonb_array_elements(entries) loop
      head.seq := head.seq + 1;
      head.hash := sha256(head.hash || convert_to(head.seq || entry::text, 'UTF8'));
      insert into audit_entry (seq, uid, at, request_id, user_uid, system, role, purpose, token_id, action, operation, person_uid, case_uid, phi_classes, outcome, withheld_fields, hash)
      values (head.seq, (entry->>'uid')::uuid, (entry->>'at')::timestamptz, entry->>'requestId', (entry->>'userUid')::uuid, entry->>'system', entry->>'role', entry->>'purpose',
        entry->>'tokenId', entry->>'action', entry->>'operation', (entry->>'personUid')::uuid, (entry->>'caseUid')::uuid,
        array(select jsonb_array_elements_text(coalesce(entry->'phiClasses', '[]'))), entry->>'outcome',
        array(select jsonb_array_elements_text(coalesce(entry->'withheldFields', '[]'))), head.hash);
    end loop;
    update audit_head set seq = head.seq, hash = head.hash;
    return head.seq;
  end $$;
  revoke all on function append_audit(jsonb) from public;
  grant execute on function append_audit(jsonb) to hub_gateway, hub_worker;
`;
