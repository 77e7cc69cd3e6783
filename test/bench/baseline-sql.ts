/** The baseline, written by hand for these two documents and nothing else: what a good engineer would write with
 *  json_build_object, without access rules, labels or audit. It answers byte for byte what the hub answers to a viewer from
 *  whom nothing is withheld (keys sorted before they are compared). */

const at = (sql: string): string => `to_char(${sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const asOf = (alias: string): string => at(`greatest(${alias}.ingested_at, s.last_success_at)`);
const provenance = (alias: string): string => `json_build_object('source', s.name, 'asOf', ${asOf(alias)})`;
const department = (alias: string): string => `coalesce(
  (select d.name from source_name n join department d on d.id = n.department_id where n.source_id = ${alias}.source_id and n.ref = ${alias}.location_ref),
  (select d.name from source_name n join department d on d.id = n.department_id where n.source_id = ${alias}.source_id and n.ref = ${alias}.organization_ref),
  (select n.name || ' (not mapped)' from source_name n where n.source_id = ${alias}.source_id and n.ref = coalesce(${alias}.organization_ref, ${alias}.location_ref)))`;
/** By a join, for which the planner reads every name that the sources have sent. */
const byJoin = `join source_name n on n.source_id = e.source_id and n.ref = u.ref`;
/** One by one, as the hub has learnt to. */
const byKey = `cross join lateral (select n.name from source_name n where n.source_id = e.source_id and n.ref = u.ref offset 0) n`;
const practitionersOf = (names: string): string => `array(select n.name from unnest(e.practitioner_refs) with ordinality u(ref, at)
  ${names} where n.name is not null order by u.at)`;
const labels = (alias: string): string =>
  `to_json(array_remove(array[case when (${alias}.label_mask & 2) <> 0 then 'SUD' end, case when (${alias}.label_mask & 64) <> 0 then 'BH' end]::text[], null))`;
const display = (sql: string, code: string): string => `case when ${code} is not null then json_build_object('display', ${sql}) end`;
const first = (column: string): string => `(array_agg(r.${column} order by r.source_id, r.id) filter (where r.${column} is not null))[1]`;
const all = (column: string): string =>
  `coalesce((select to_json(array_agg(distinct said)) from patient_record o, unnest(o.${column}) said where o.id = any(array_agg(r.id))), '[]'::json)`;
const records = (person: string): string =>
  `(select array_agg(l.patient_record_id) as ids from person_link l where l.person_id = ${person} and l.assurance = 'CERTAIN')`;
const openDeadline = (
  fields: string,
): string => `(select json_build_object(${fields}) from deadline d where d.case_id = c.id and d.met_at is null and d.status in ('RUNNING', 'EXTENDED', 'MISSED')
  order by coalesce(d.extended_to, d.due_at), d.id limit 1)`;
const balance = (
  fields: (amount: string, currency: string) => string,
): string => `(select case when sum(a.balance_amount) is not null and count(distinct a.currency) = 1
    then ${fields('sum(a.balance_amount)::text', 'min(a.currency)')} end
  from account a where a.patient_record_id = any(rec.ids) and a.balance_amount is not null)`;

const patientOfCase = (practitioners: string): string => `
  'id', 'pat_' || p.uid, 'name', who.name, 'birthDate', to_char(who.birth_date, 'YYYY-MM-DD'), 'sex', who.sex, 'language', who.language,
  'interpreterNeeded', who.interpreter_needed, 'preferences', who.preferences, 'alerts', who.alerts, 'address', who.address,
  'identifiers', coalesce((select json_agg(json_build_object('system', i.system, 'value', i.value) order by i.system, i.value)
    from (select distinct i.system, i.value, i.type from patient_identifier i where i.patient_record_id = any(rec.ids)) i), '[]'::json),
  'contactPoints', coalesce((select json_agg(json_build_object('kind', k.kind, 'value', k.value, 'confidential', k.confidential) order by k.kind, k.value)
    from (select distinct k.kind, k.value, k.use, coalesce(k.confidential, false) as confidential from patient_record r
      cross join lateral jsonb_to_recordset(r.contact_points) k(kind text, value text, use text, confidential boolean) where r.id = any(rec.ids)) k), '[]'::json),
  'records', (select json_agg(json_build_object('id', 'rec_' || r.uid, 'provenance', ${provenance('r')}, 'assurance', l.assurance, 'score', l.score) order by r.source_id, r.uid)
    from person_link l join patient_record r on r.id = l.patient_record_id join source s on s.id = r.source_id where l.person_id = p.id),
  'encounters', json_build_object('nodes', coalesce((select json_agg(json_build_object('id', 'enc_' || e.uid, 'status', e.status, 'class', e.class,
      'start', ${at('e.start_at')}, 'end', ${at('e.end_at')}, 'department', ${department('e')}, 'practitioners', ${practitioners},
      'type', ${display('e.type_display', 'e.type_code')}, 'labels', ${labels('e')}, 'provenance', ${provenance('e')}, 'withheld', '[]'::json)
      order by coalesce(e.start_at, '-infinity') desc, e.uid desc)
    from (select * from encounter e where e.patient_record_id = any(rec.ids) order by coalesce(e.start_at, '-infinity') desc, e.uid desc limit 10) e
    join source s on s.id = e.source_id), '[]'::json)),
  'appointments', json_build_object('nodes', coalesce((select json_agg(json_build_object('id', 'apt_' || e.uid, 'status', e.status,
      'start', ${at('e.start_at')}, 'end', ${at('e.end_at')}, 'department', ${department('e')}, 'practitioners', ${practitioners},
      'serviceType', ${display('e.service_display', 'e.service_code')}, 'provenance', ${provenance('e')}, 'withheld', '[]'::json)
      order by coalesce(e.start_at, '-infinity') desc, e.uid desc)
    from (select * from appointment e where e.patient_record_id = any(rec.ids) order by coalesce(e.start_at, '-infinity') desc, e.uid desc limit 10) e
    join source s on s.id = e.source_id), '[]'::json)),
  'conditions', json_build_object('nodes', coalesce((select json_agg(json_build_object('id', 'cnd_' || e.uid,
      'code', case when e.code is not null then json_build_object('system', e.code_system, 'code', e.code, 'display', e.code_display) end,
      'clinicalStatus', e.clinical_status, 'onset', ${at('e.onset_at')}, 'labels', ${labels('e')}, 'withheld', '[]'::json)
      order by coalesce(e.onset_at, '-infinity') desc, e.uid desc)
    from (select * from condition e where e.patient_record_id = any(rec.ids) and e.clinical_status in ('active', 'recurrence', 'relapse')
      order by coalesce(e.onset_at, '-infinity') desc, e.uid desc limit 20) e), '[]'::json)),
  'careTeam', coalesce((select json_agg(json_build_object('name', coalesce(m.name, (select n.name from source_name n where n.source_id = m.source_id and n.ref = m.member_ref)),
      'role', m.role) order by m.source_id, m.position, m.uid) from care_team_member m where m.patient_record_id = any(rec.ids)), '[]'::json),
  'coverages', coalesce((select json_agg(json_build_object('id', 'cov_' || v.uid,
      'payor', coalesce(v.payor, (select n.name from source_name n where n.source_id = v.source_id and n.ref = v.payor_ref)),
      'type', ${display('v.type_display', 'v.type_code')}, 'memberId', v.member_id) order by v.start_on desc nulls last, v.uid)
    from coverage v where v.patient_record_id = any(rec.ids)), '[]'::json),
  'claims', json_build_object('nodes', coalesce((select json_agg(json_build_object('id', 'clm_' || e.uid, 'kind', e.kind, 'status', e.status,
      'servicedFrom', to_char(e.serviced_from, 'YYYY-MM-DD'),
      'insurer', coalesce(e.insurer, a.insurer, (select n.name from source_name n where n.source_id = e.source_id and n.ref = e.insurer_ref)),
      'billed', case when e.billed_amount is not null then json_build_object('amount', e.billed_amount::text, 'currency', e.billed_currency) end,
      'paid', case when a.paid_amount is not null then json_build_object('amount', a.paid_amount::text) end,
      'patientOwes', case when a.owes_amount is not null then json_build_object('amount', a.owes_amount::text) end,
      'denied', a.denied,
      'denialCodes', coalesce((select json_agg(json_build_object('code', d.code)) from jsonb_to_recordset(a.denial_codes) d(system text, code text, display text)), '[]'::json),
      'encounter', (select json_build_object('id', 'enc_' || v.uid) from encounter v where v.id = e.encounter_id and v.patient_record_id = any(rec.ids)),
      'provenance', ${provenance('e')}, 'withheld', '[]'::json)
      order by coalesce(e.serviced_from, '-infinity') desc, e.uid desc)
    from (select * from claim e where e.patient_record_id = any(rec.ids) order by coalesce(e.serviced_from, '-infinity') desc, e.uid desc limit 10) e
    join source s on s.id = e.source_id left join adjudication a on a.id = e.adjudication_id), '[]'::json)),
  'balance', ${balance((amount, currency) => `json_build_object('amount', ${amount}, 'currency', ${currency})`)},
  'patientResponsibility', (select case when sum(a.owes_amount) is not null and count(distinct a.currency) = 1
      then json_build_object('amount', sum(a.owes_amount)::text, 'currency', min(a.currency)) end
    from claim k join adjudication a on a.id = k.adjudication_id where k.patient_record_id = any(rec.ids) and a.owes_amount is not null and coalesce(k.status, 'active') = 'active'),
  'cases', json_build_object('nodes', (select json_agg(json_build_object('id', 'case_' || o.uid, 'number', o.number, 'kind', o.kind, 'status', o.status,
      'receivedAt', ${at('o.received_at')}) order by o.received_at desc, o.uid desc)
    from (select * from case_file o where o.patient_record_id = any(rec.ids) order by o.received_at desc, o.uid desc limit 5) o)),
  'sources', (select json_agg(json_build_object('source', s.name, 'freshness',
      case when s.last_success_at is null then 'NEVER_SYNCED' when s.circuit = 'OPEN' then 'UNREACHABLE'
        when s.last_success_at < now() - make_interval(secs => 3 * s.expected_interval_seconds) then 'STALE' else 'FRESH' end,
      'asOf', ${at('s.last_success_at')}, 'error', s.error_code) order by s.name)
    from (select distinct s.* from source s join patient_record r on r.source_id = s.id where r.id = any(rec.ids)) s),
  'withheld', '[]'::json`;

const patientContext = (names: string): string => `select json_build_object('case', json_build_object(
  'id', 'case_' || c.uid, 'number', c.number, 'kind', c.kind, 'status', c.status, 'version', c.version, 'classification', c.classification, 'channel', c.channel,
  'receivedAt', ${at('c.received_at')}, 'summary', c.summary, 'narrative', c.narrative, 'severity', c.severity, 'escalationLevel', c.escalation_level,
  'assignedTo', (select json_build_object('id', 'usr_' || u.uid, 'name', u.name) from directory_user u where u.id = c.assigned_to),
  'departments', coalesce((select json_agg(json_build_object('id', 'dep_' || d.uid, 'name', d.name) order by cd.position, d.name)
    from case_department cd join department d on d.id = cd.department_id where cd.case_id = c.id), '[]'::json),
  'facility', (select json_build_object('name', f.name, 'timeZone', f.time_zone) from facility f where f.id = c.facility_id),
  'issues', coalesce((select json_agg(json_build_object('category', i.category, 'severity', i.severity, 'harm', i.harm,
      'department', (select json_build_object('name', d.name) from department d where d.id = i.department_id)) order by i.coded_at, i.id)
    from case_issue i where i.case_id = c.id), '[]'::json),
  'complainant', case when c.complainant_relationship is not null then json_build_object('name', c.complainant_name, 'relationship', c.complainant_relationship,
    'authorized', c.complainant_authorized, 'withheld', '[]'::json) end,
  'deadlines', coalesce((select json_agg(json_build_object('rule', d.rule, 'step', d.step, 'citation', d.citation, 'dueAt', ${at('d.due_at')},
      'status', d.status, 'regulatory', d.regulatory) order by d.due_at, d.id) from deadline d where d.case_id = c.id), '[]'::json),
  'nextDeadline', ${openDeadline(`'rule', d.rule, 'dueAt', ${at('d.due_at')}, 'status', d.status`)},
  'interactions', json_build_object('nodes', coalesce((select json_agg(json_build_object('id', 'int_' || i.uid, 'at', ${at('i.at')}, 'channel', i.channel,
      'direction', i.direction, 'by', (select json_build_object('name', u.name) from directory_user u where u.id = i.by_user), 'note', i.note) order by i.at desc, i.uid desc)
    from (select * from interaction i where i.case_id = c.id order by i.at desc, i.uid desc limit 20) i), '[]'::json)),
  'reminders', coalesce((select json_agg(json_build_object('id', 'rem_' || m.uid, 'rule', m.rule, 'dueAt', ${at('m.due_at')}, 'status', m.status,
      'recipient', (select json_build_object('name', u.name) from directory_user u where u.id = m.recipient_id)) order by m.due_at, m.id)
    from reminder m where m.case_id = c.id), '[]'::json),
  'withheld', '[]'::json,
  'patient', case when p.id is not null then json_build_object(${patientOfCase(practitionersOf(names))}) end))::text as j
from case_file c
left join person_link link on link.patient_record_id = c.patient_record_id
left join person p on p.id = link.person_id
left join lateral ${records('p.id')} rec on true
left join lateral (select ${['name', 'birth_date', 'sex', 'language', 'interpreter_needed', 'address'].map((name) => `${first(name)} as ${name}`).join(', ')},
  ${all('preferences')} as preferences, ${all('alerts')} as alerts from patient_record r where r.id = any(rec.ids)) who on true
where c.uid = $1::uuid`;
/** The measure that the hub is held to, as it was first written. */
export const patientContextSql = patientContext(byJoin);
/** What is left of the hub's lead where the measure learns from it. */
export const patientContextByKeySql = patientContext(byKey);

const open = `c.status = any('{RECEIVED,ACKNOWLEDGED,INVESTIGATING,AWAITING_RESPONSE,REOPENED}')`;

export const worklistSql = `select json_build_object('cases', json_build_object(
  'totalCount', (select case when count(*) > 10000 then null else count(*) end from (select 1 from case_file c where ${open} limit 10001) n),
  'pageInfo', json_build_object('hasNextPage', count(*) > 25, 'endCursor', (array_agg(q.cursor order by q.n desc) filter (where q.n <= 25))[1]),
  'withheld', '[]'::json,
  'nodes', coalesce(json_agg(q.j order by q.n) filter (where q.n <= 25), '[]'::json)))::text as j
from (select c.n, translate(encode(convert_to(concat_ws(' ', c.uid, coalesce(c.next_due_at, 'infinity')), 'UTF8'), 'base64'), E'\\n', '') as cursor, json_build_object(
    'id', 'case_' || c.uid, 'number', c.number, 'kind', c.kind, 'status', c.status, 'severity', c.severity, 'receivedAt', ${at('c.received_at')}, 'summary', c.summary,
    'assignedTo', (select json_build_object('id', 'usr_' || u.uid, 'name', u.name) from directory_user u where u.id = c.assigned_to),
    'departments', coalesce((select json_agg(json_build_object('name', d.name) order by cd.position, d.name)
      from case_department cd join department d on d.id = cd.department_id where cd.case_id = c.id), '[]'::json),
    'nextDeadline', ${openDeadline(`'rule', d.rule, 'dueAt', ${at('d.due_at')}, 'status', d.status`)},
    'patient', case when p.id is not null then json_build_object('id', 'pat_' || p.uid,
      'name', (select ${first('name')} from patient_record r where r.id = any(rec.ids)),
      'records', (select json_agg(json_build_object('provenance', json_build_object('source', s.name)) order by r.source_id, r.uid)
        from person_link l join patient_record r on r.id = l.patient_record_id join source s on s.id = r.source_id where l.person_id = p.id),
      'appointments', json_build_object('nodes', coalesce((select json_agg(json_build_object('start', ${at('e.start_at')}, 'status', e.status))
        from (select * from appointment e where e.patient_record_id = any(rec.ids) order by coalesce(e.start_at, '-infinity') desc, e.uid desc limit 1) e), '[]'::json)),
      'balance', ${balance((amount, currency) => `json_build_object('amount', ${amount}, 'currency', ${currency})`)},
      'withheld', '[]'::json) end,
    'withheld', '[]'::json) as j
  from (select c.*, row_number() over (order by coalesce(c.next_due_at, 'infinity'), c.uid) as n from case_file c where ${open}
    order by coalesce(c.next_due_at, 'infinity'), c.uid limit 26) c
  left join person_link link on link.patient_record_id = c.patient_record_id
  left join person p on p.id = link.person_id
  left join lateral ${records('p.id')} rec on true) q`;
