/** A small hospital written by hand, row by row, so that a test can say what each viewer must see. Every person is marked Zz-. */
import pg from 'pg';

export interface Story {
  readonly advocate: { readonly uid: string; readonly row: string };
  readonly other: { readonly uid: string; readonly row: string };
  readonly department: { readonly uid: string; readonly row: string };
  readonly facility: { readonly uid: string; readonly row: string };
  /** Person, record and case of whom the advocate speaks with. */
  readonly maria: { readonly uid: string; readonly caseUid: string; readonly recordRow: string };
  /** A person of whom the advocate holds no case. */
  readonly john: { readonly uid: string; readonly caseUid: string };
}

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export async function tellStory(ownerUrl: string): Promise<Story> {
  const client = new pg.Client({ connectionString: ownerUrl, options: '-c search_path=hub' });
  await client.connect();
  const row = async (sql: string, values: unknown[] = []): Promise<string> =>
    String((await client.query<{ id: string }>(sql, values)).rows[0]?.id);
  try {
    await client.query(`insert into policy_state (generation, digest, applied_at) values (1, 'test', now())`);
    const facility = await row(
      `insert into facility (uid, name, time_zone, jurisdiction, programs) values ($1, 'Zz General', 'America/New_York', 'US-MA', '{42-CFR-482}') returning id`,
      [uuid(1)],
    );
    const department = await row(`insert into department (uid, name, facility_id) values ($1, 'Cardiology', $2) returning id`, [
      uuid(2),
      facility,
    ]);
    const advocate = await row(
      `insert into directory_user (uid, name, role, facility_id) values ($1, 'Zz-Ana Zz-Diaz', 'ADVOCATE', $2) returning id`,
      [uuid(3), facility],
    );
    const other = await row(
      `insert into directory_user (uid, name, role, facility_id) values ($1, 'Zz-Olu Zz-Okoro', 'ADVOCATE', $2) returning id`,
      [uuid(4), facility],
    );
    const ehr = await row(
      `insert into source (name, kind, supplies, last_success_at) values ('ehr', 'fhir', '{Patient}', now()) returning id`,
    );
    const billing = await row(`insert into source (name, kind, supplies) values ('billing', 'fhir', '{Claim}') returning id`);
    await client.query(
      `insert into source_name (source_id, ref, document_key, named_kind, name, department_id) values ($1, 'Location/1', 'Location/1', 'location', 'Zz Heart Clinic', $2), ($1, 'Practitioner/1', 'Practitioner/1', 'practitioner', 'Dr Zz-Roe', null)`,
      [ehr, department],
    );
    const maria = await person(client, { uid: uuid(10), source: ehr, key: 'Patient/1', name: 'Zz-Maria Zz-Lopez', born: '1959-02-03' });
    const bill = await client.query<{ id: string }>(
      `insert into patient_record (source_id, source_key, ingested_at, name, birth_date, own_mask, label_mask) values ($1, 'Patient/B1', now(), 'ZZ-MARIA ZZ-LOPEZ', '1959-02-03', 0, 0) returning id`,
      [billing],
    );
    const billRecord = bill.rows[0]?.id;
    await client.query(
      `insert into person_link (patient_record_id, person_id, assurance, linked_by, linked_at, evidence) select $1, id, 'CERTAIN', 'strong-identifier', now(), '{shares SS}' from person where uid = $2`,
      [billRecord, uuid(10)],
    );
    const john = await person(client, { uid: uuid(11), source: ehr, key: 'Patient/2', name: 'Zz-John Zz-Doe', born: '1980-05-06' });
    const visit = (key: string, at: string, reason: string, mask: number, record: string): Promise<string> =>
      row(
        `insert into encounter (source_id, source_key, patient_record_id, ingested_at, status, class, type_code, type_display, reason_code, reason_display, start_at, location_ref, practitioner_refs, own_mask, label_mask)
         values ($1, $2, $3, now(), 'finished', 'AMB', 'visit', 'Visit', 'reason', $4, $5, 'Location/1', '{Practitioner/1}', $6, $6) returning id`,
        [ehr, key, record, reason, at, mask],
      );
    const heart = await visit('Encounter/1', '2026-11-02T09:00:00Z', 'Chest pain', 0, maria);
    await visit('Encounter/2', '2026-11-01T09:00:00Z', 'Sadness', 1 << 2, maria); // MH: masked
    await visit('Encounter/3', '2026-10-31T09:00:00Z', 'Programme', 1, maria); // PART2: hidden
    await visit('Encounter/4', '2026-11-03T09:00:00Z', 'Knee', 0, john);
    await client.query(
      `insert into encounter (source_id, source_key, patient_record_id, ingested_at, reason_display, start_at) values ($1, 'Encounter/5', $2, now(), 'Unlabelled', '2026-10-30T09:00:00Z')`,
      [ehr, maria],
    );
    await client.query(
      `insert into appointment (source_id, source_key, patient_record_id, ingested_at, status, start_at, service_code, service_display, own_mask, label_mask) values ($1, 'Appointment/1', $2, now(), 'booked', '2026-12-03T15:00:00Z', 'card', 'Cardiology visit', 0, 0)`,
      [ehr, maria],
    );
    await client.query(
      `insert into condition (source_id, source_key, patient_record_id, ingested_at, code_system, code, code_display, clinical_status, onset_at, own_mask, label_mask) values ($1, 'Condition/1', $2, now(), 'icd', 'I20', 'Angina', 'active', '2026-11-02T09:00:00Z', 0, 0), ($1, 'Condition/2', $2, now(), 'icd', 'J00', 'Cold', 'resolved', '2020-11-02T09:00:00Z', 0, 0)`,
      [ehr, maria],
    );
    const claim = await row(
      `insert into claim (source_id, source_key, patient_record_id, ingested_at, kind, status, serviced_from, encounter_id, insurer, billed_amount, billed_currency, own_mask, label_mask) values ($1, 'Claim/1', $2, now(), 'INSTITUTIONAL', 'active', '2026-11-02', $3, 'Zz Health', 412.500, 'USD', 0, 0) returning id`,
      [billing, billRecord, heart],
    );
    const decided = await row(
      `insert into adjudication (source_id, source_key, patient_record_id, ingested_at, claim_ref, claim_id, adjudicated_at, allowed_amount, paid_amount, owes_amount, currency, denied, denial_codes, own_mask, label_mask)
       values ($1, 'EOB/1', $2, now(), 'Claim/1', $3, '2026-11-10T00:00:00Z', 400, 0, 204.969, 'USD', true, '[{"system":"carc","code":"197","display":"no prior approval"}]', 0, 0) returning id`,
      [billing, billRecord, claim],
    );
    await client.query('update claim set adjudication_id = $1 where id = $2', [decided, claim]);
    await client.query(
      `insert into account (source_id, source_key, patient_record_id, ingested_at, status, balance_amount, currency, own_mask, label_mask) values ($1, 'Account/1', $2, now(), 'active', 412.50, 'USD', 0, 0)`,
      [billing, billRecord],
    );
    const caseOf = async (n: number, record: string, holder: string): Promise<string> => {
      const id = await row(
        `insert into case_file (uid, number, kind, status, facility_id, classification, channel, received_at, opened_at, summary, narrative, patient_record_id, assigned_to, complainant_name, complainant_relationship, complainant_authorized, next_due_at)
         values ($1, $2, 'GRIEVANCE', 'RECEIVED', $3, 'us.482-13.written', 'LETTER', '2026-11-20T14:00:00Z', now(), 'Moved twice', 'They moved my appointment twice.', $4, $5, 'Zz-Maria Zz-Lopez', 'SELF', true, '2026-11-28T04:59:59.999Z') returning id`,
        [uuid(20 + n), `PR-2026-000${n}`, facility, record, holder],
      );
      await client.query(
        `insert into deadline (case_id, rule, step, citation, regulatory, started_at, due_at, status) values ($1, 'us.cms.hospital.reply', 'REPLY', '42 CFR 482.13(a)(2)', true, '2026-11-20T14:00:00Z', '2026-11-28T04:59:59.999Z', 'RUNNING')`,
        [id],
      );
      await client.query(
        `insert into case_issue (case_id, domain, category, severity, department_id, coded_at) values ($1, 'RELATIONSHIP', 'COMMUNICATION', 2, $2, now())`,
        [id, department],
      );
      await client.query(
        `insert into interaction (case_id, at, channel, direction, by_user, note, counts_as_response) values ($1, '2026-11-21T10:00:00Z', 'PHONE', 'OUTBOUND', $2, 'Called back', true)`,
        [id, holder],
      );
      return id;
    };
    await caseOf(1, maria, advocate);
    await caseOf(2, john, other);
    await client.query(`select setval('case_number', 2)`); // the numbers given above are taken
    return {
      advocate: { uid: uuid(3), row: advocate },
      other: { uid: uuid(4), row: other },
      department: { uid: uuid(2), row: department },
      facility: { uid: uuid(1), row: facility },
      maria: { uid: uuid(10), caseUid: uuid(21), recordRow: maria },
      john: { uid: uuid(11), caseUid: uuid(22) },
    };
  } finally {
    await client.end();
  }
}

async function person(client: pg.Client, of: { uid: string; source: string; key: string; name: string; born: string }): Promise<string> {
  const record = await client.query<{ id: string }>(
    `insert into patient_record (source_id, source_key, ingested_at, name, name_search, birth_date, sex, language, identifiers, contact_points, address, own_mask, label_mask)
     values ($1, $2, now(), $3, replace(lower($3), '-', ' '), $4, 'female', 'es', '[{"system":"mrn","value":"1","type":"MR"}]', '[{"kind":"phone","value":"555-0100","use":"home","confidential":true}]', '1 Zz Street', 0, 0) returning id`,
    [of.source, of.key, of.name, of.born],
  );
  const id = record.rows[0]?.id;
  await client.query(`insert into patient_identifier (patient_record_id, system, value, type) values ($1, 'mrn', $2, 'MR')`, [id, of.key]);
  await client.query(`insert into person (uid) values ($1)`, [of.uid]);
  await client.query(
    `insert into person_link (patient_record_id, person_id, assurance, linked_by, linked_at) select $1, id, 'CERTAIN', 'strong-identifier', now() from person where uid = $2`,
    [id, of.uid],
  );
  return String(id);
}
