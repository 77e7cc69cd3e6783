/** A world in which every predicate of a statement has something to keep back: the story's hospital with masked rows that are
 *  full, hidden rows and records, a record that is Maria's only perhaps, and viewers each of whom lacks one thing. */
import pg from 'pg';
import { addLabelledRows, factTables, hiddenMark, maskedMark } from '../support/labelled-rows.js';
import { tellStory, type Story } from '../support/story.js';
import { addConsents, nobodyConsented, uidsOf, uuid, type ConsentedWorld } from './consented-world.js';
import { addMutantGrants } from './mutant-grants.js';

/** Stands on what is certainly not known to be Maria's. */
export const doubtMark = 'Zz-DOUBT';
const masked = (1 << 2) | (1 << 3) | (1 << 5);
const hidden = 1 | (1 << 4) | (1 << 30);

export interface MutantWorld extends Story, ConsentedWorld {
  /** Holds an open case on a record that is only perhaps Maria's. */
  readonly doubter: { readonly uid: string; readonly row: string };
  /** Held a case on Maria, which is closed. */
  readonly former: { readonly uid: string; readonly row: string };
  /** Broke the glass for Maria, by this grant; what else they hold, or others, opens nothing to them. */
  readonly breaker: { readonly uid: string; readonly row: string; readonly grant: string };
  /** The record that is only perhaps Maria's. */
  readonly doubtfulRecord: string;
  /** A visit of that record, which a claim of Maria's names. */
  readonly doubtfulVisit: string;
  /** A person of whom nothing but a masked record tells; the advocate holds the case. */
  readonly veiled: { readonly uid: string; readonly caseUid: string };
  /** A case of the advocate's own that is masked. */
  readonly maskedCase: string;
  /** An open claim of which the decision is masked. */
  readonly decidedClaim: string;
  /** A person of the advocate's: what is masked of their bills is no bill any more. */
  readonly eve: string;
  /** Uuids of all rows that exist for nobody. */
  readonly hiddenRows: ReadonlySet<string>;
  /** Uuids of all rows that are masked. */
  readonly maskedRows: ReadonlySet<string>;
}

/** @param of whether persons deny something, and whether others than the breaker have a grant in force */
export async function makeMutantWorld(
  ownerUrl: string,
  of: { readonly agreements: boolean; readonly grants: boolean },
): Promise<MutantWorld> {
  const story = await tellStory(ownerUrl);
  await addLabelledRows(ownerUrl, { recordRow: story.maria.recordRow, source: 'ehr' });
  const client = new pg.Client({ connectionString: ownerUrl, options: '-c search_path=hub' });
  await client.connect();
  const row = async (sql: string, values: unknown[] = []): Promise<string> =>
    String((await client.query<{ id: string }>(sql, values)).rows[0]?.id);
  const user = (n: number): Promise<string> =>
    row(`insert into directory_user (uid, name, role, facility_id) values ($1, 'Zz-User Zz-User', 'ADVOCATE', $2) returning id`, [
      uuid(n),
      story.facility.row,
    ]);
  /** Comes before Maria's own in the order in which records speak. */
  const record = async (
    id: number,
    of: { key: string; mark: string; mask: number; person: string; assurance: string },
  ): Promise<string> => {
    await client.query(
      `insert into patient_record (id, source_id, source_key, ingested_at, name, name_search, birth_date, deceased_at, sex, language, interpreter_needed, address, preferences, alerts, identifiers, contact_points, own_mask, label_mask)
       select $1, s.id, $2, now(), $3, replace(lower($3), '-', ' '), '1901-01-01', '2001-01-01', $3, $3, true, $3, array[$3], array[$3],
         jsonb_build_array(jsonb_build_object('system', 'mrn', 'value', $3::text, 'type', 'MR')),
         jsonb_build_array(jsonb_build_object('kind', 'phone', 'value', $3::text, 'use', 'home', 'confidential', false)), $4, $4
       from source s where s.name = 'ehr'`,
      [id, of.key, of.mark, of.mask],
    );
    await client.query(`insert into patient_identifier (patient_record_id, system, value, type) values ($1, 'mrn', $2, 'MR')`, [
      id,
      of.mark,
    ]);
    await client.query(
      `insert into person_link (patient_record_id, person_id, assurance, linked_by, linked_at, score, evidence) select $1, id, $3, 'test', now(), 0.5, array[$4] from person where uid = $2`,
      [id, of.person, of.assurance, of.mark],
    );
    return String(id);
  };
  const caseOn = async (
    n: number,
    of: { record: string; holder: string; received?: string; closed?: boolean; mark: string; mask?: number },
  ): Promise<string> => {
    const id = await row(
      `insert into case_file (uid, number, kind, status, facility_id, classification, channel, received_at, opened_at, closed_at, summary, narrative, patient_record_id, assigned_to, complainant_name, complainant_relationship, complainant_authorized, severity, own_mask, label_mask)
       values ($1, $2, 'GRIEVANCE', 'RECEIVED', $3, 'x', 'LETTER', $9, now(), $4, $5, $5, $6, $7, $5, 'SELF', true, 2, $8, $8) returning id`,
      [
        uuid(n),
        `PR-2026-00${n}`,
        story.facility.row,
        of.closed ? '2026-11-22T00:00:00Z' : null,
        of.mark,
        of.record,
        of.holder,
        of.mask ?? 0,
        of.received ?? '2026-11-20T14:00:00Z',
      ],
    );
    await client.query('insert into case_department (case_id, department_id) values ($1, $2)', [id, story.department.row]);
    await client.query(
      `insert into interaction (case_id, at, channel, direction, with_whom, note, counts_as_response) values ($1, now(), 'PHONE', 'OUTBOUND', $2, $2, false)`,
      [id, of.mark],
    );
    return id;
  };
  const bill = async (key: string, of: { record: string; status: string; mask: number }): Promise<void> => {
    await client.query(
      `with a as (insert into adjudication (source_id, source_key, patient_record_id, ingested_at, claim_ref, owes_amount, currency, own_mask, label_mask)
         values (1, $1, $2, now(), $1, 5, 'USD', $4, $4) returning id)
       insert into claim (source_id, source_key, patient_record_id, ingested_at, kind, status, adjudication_id, own_mask, label_mask)
         select 1, $1, $2, now(), 'ORAL', $3, a.id, $4, $4 from a`,
      [key, of.record, of.status, of.mask],
    );
  };
  try {
    const [doubter, former, breaker] = [await user(5), await user(6), await user(7)];
    const { uid: maria, recordRow } = story.maria;
    const perhaps = await record(-10, { key: 'Patient/P', mark: doubtMark, mask: 0, person: maria, assurance: 'PROBABLE' });
    await record(-9, { key: 'Patient/M', mark: maskedMark, mask: 1 << 2, person: maria, assurance: 'CERTAIN' });
    await record(-8, { key: 'Patient/H', mark: hiddenMark, mask: 1, person: maria, assurance: 'CERTAIN' });
    await client.query('insert into person (uid) values ($1)', [uuid(30)]);
    const veil = await record(-7, { key: 'Patient/V', mark: maskedMark, mask: 1 << 5, person: uuid(30), assurance: 'CERTAIN' });
    await caseOn(31, { record: veil, holder: story.advocate.row, mark: 'Zz-Veil' });
    await caseOn(32, { record: perhaps, holder: doubter, mark: doubtMark });
    // The last to come in, and another's: its place in a list must not tell that.
    await caseOn(33, { record: recordRow, holder: former, received: '2026-11-21T14:00:00Z', closed: true, mark: 'Zz-Closed' });
    await caseOn(35, { record: recordRow, holder: doubter, closed: true, mark: 'Zz-Closed' });
    const veiledCase = await caseOn(34, { record: recordRow, holder: story.advocate.row, mark: maskedMark, mask: 1 << 2 });
    await client.query(`insert into case_department (case_id, department_id) select id, $1 from case_file where uid = $2`, [
      story.department.row,
      story.john.caseUid,
    ]);
    await client.query(
      `insert into case_issue (case_id, domain, category, severity, coded_at) values ($1, 'RELATIONSHIP', 'COMMUNICATION', 2, now())`,
      [veiledCase],
    );
    await client.query(
      `insert into reminder (case_id, rule, subject, reason, due_at, status) values ($1, 'r', 's', $2, now(), 'SCHEDULED')`,
      [veiledCase, maskedMark],
    );
    await client.query('insert into person (uid) values ($1)', [uuid(41)]);
    const holders = { breaker, former, other: story.other.row, doubter, advocate: story.advocate.row, colleague: await user(8) };
    const grant = await addMutantGrants(client, holders, { maria, nobody: uuid(41) });
    // A score is shown where the relation is.
    await client.query('update person_link set score = 0.9 where score is null');
    await client.query(
      `insert into reminder (case_id, rule, subject, reason, due_at, status) select id, 'r', 's', 'Zz-Remind', now(), 'SCHEDULED' from case_file where uid = any($1::uuid[])`,
      [[story.maria.caseUid, story.john.caseUid]],
    );
    await client.query(
      `update patient_record set interpreter_needed = source_key <> 'Patient/1', address = coalesce(address, 'Zz-Street')`,
    );
    const john = await row(`select id from patient_record where source_key = 'Patient/2'`);
    await caseOn(36, { record: john, holder: former, closed: true, mark: 'Zz-Closed' });
    await client.query('insert into person (uid) values ($1)', [uuid(40)]);
    const eve = await record(-6, { key: 'Patient/E', mark: 'Zz-Eve', mask: 0, person: uuid(40), assurance: 'CERTAIN' });
    await caseOn(37, { record: eve, holder: story.advocate.row, mark: 'Zz-Eve' });
    await bill('Claim/J', { record: john, status: 'active', mask: 0 });
    await bill('Claim/E', { record: eve, status: 'active', mask: 0 });
    await bill('Claim/F', { record: eve, status: 'cancelled', mask: 4 });
    await client.query(
      `insert into account (source_id, source_key, patient_record_id, ingested_at, balance_amount, currency, own_mask, label_mask) select 1, 'Account/J', $1, now(), 12.34, 'USD', 0, 0`,
      [john],
    );
    await client.query(
      `insert into encounter (source_id, source_key, patient_record_id, ingested_at, status, reason_display, start_at, own_mask, label_mask) select 1, 'Encounter/P', $1, now(), $2, $2, now(), 0, 0`,
      [perhaps, doubtMark],
    );
    await client.query(
      `insert into account (source_id, source_key, patient_record_id, ingested_at, balance_amount, currency, own_mask, label_mask) select 1, 'Account/P', $1, now(), 9999.99, 'USD', 0, 0`,
      [perhaps],
    );
    const decided = await row(
      `insert into claim (source_id, source_key, patient_record_id, ingested_at, kind, status, serviced_from, encounter_id, billed_amount, billed_currency, own_mask, label_mask)
       select 1, 'Claim/D', $1, now(), 'PROFESSIONAL', 'active', '2026-10-01', e.id, 1, 'USD', 0, 0 from encounter e where e.source_key = 'encounter/mh' returning id`,
      [recordRow],
    );
    await client.query(
      `with a as (insert into adjudication (source_id, source_key, patient_record_id, ingested_at, claim_ref, claim_id, own_mask, label_mask)
         values (1, 'EOB/D', $1, now(), 'Claim/D', $2, 4, 4) returning id) update claim c set adjudication_id = a.id from a where c.id = $2`,
      [recordRow, decided],
    );
    // A claim of hers that names a visit, and is named by a payment, of the record that is only perhaps hers; and a payment
    // that is masked where its claim is not.
    await client.query(
      `with c as (insert into claim (source_id, source_key, patient_record_id, ingested_at, kind, status, serviced_from, encounter_id, own_mask, label_mask)
         select 1, 'Claim/P', $1, now(), 'ORAL', 'active', '2026-12-01', e.id, 0, 0 from encounter e where e.source_key = 'Encounter/P' returning id)
       insert into payment (source_id, source_key, patient_record_id, ingested_at, claim_id, payer, own_mask, label_mask) select 1, 'Pay/P', $2, now(), c.id, $3, 0, 0 from c union all select 1, 'Pay/M', $1, now(), c.id, $4, 4, 4 from c`,
      [recordRow, perhaps, doubtMark, maskedMark],
    );
    const consented = of.agreements ? await addConsents(client, { story, row, record, caseOn, bill }) : nobodyConsented;
    if (!of.grants) await client.query('update access_grant set revoked_at = now() where user_id <> $1', [breaker]);
    for (const table of factTables) await fill(client, table);
    // The latest of all, so that a short list of bookings begins with them.
    await client.query(`update appointment set start_at = '2027-01-01T09:00:00Z' where source_key = 'appointment/mh'`);
    await client.query(
      `insert into appointment (source_id, source_key, patient_record_id, ingested_at, status, start_at, own_mask, label_mask) select 1, 'Appointment/P', $1, now(), $2, '2027-02-01', 0, 0`,
      [perhaps, doubtMark],
    );
    // A masked row is in the list whatever it says: else the list would tell.
    await client.query(`update condition set clinical_status = 'resolved' where source_key = 'condition/hiv'`);
    await client.query(
      `update interaction set label_mask = 4, with_whom = $1, note = $1 where case_id = (select id from case_file where uid = $2)`,
      [maskedMark, story.maria.caseUid],
    );
    return {
      ...story,
      doubter: { uid: uuid(5), row: doubter },
      former: { uid: uuid(6), row: former },
      breaker: { uid: uuid(7), row: breaker, grant },
      doubtfulRecord: await row(`select uid as id from patient_record where id = $1`, [perhaps]),
      doubtfulVisit: await row(`select uid as id from encounter where source_key = 'Encounter/P'`),
      veiled: { uid: uuid(30), caseUid: uuid(31) },
      maskedCase: uuid(34),
      decidedClaim: String((await client.query<{ uid: string }>('select uid from claim where id = $1', [decided])).rows[0]?.uid),
      eve: uuid(40),
      ...consented,
      hiddenRows: await uidsOf(client, `label_mask is null or label_mask & ${hidden} <> 0`),
      maskedRows: await uidsOf(client, `label_mask & ${masked} <> 0 and label_mask & ${hidden} = 0`),
    };
  } finally {
    await client.end();
  }
}

/** Gives every column of the masked rows a value: what is null anyway would hide a missing mask. */
async function fill(client: pg.Client, table: string): Promise<void> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `select column_name as name, udt_name as type from information_schema.columns where table_schema = 'hub' and table_name = $1
       and is_nullable = 'YES' and column_name not like '%\\_id' and column_name not like '%\\_mask'`,
    [table],
  );
  const values: Readonly<Record<string, string>> = {
    text: `'${maskedMark}'`,
    int4: '7',
    bool: 'true',
    timestamptz: `'2026-09-11T09:00:00Z'`,
    date: `'2026-09-11'`,
    numeric: '7.77',
  };
  const ofRef: Readonly<Record<string, string>> = { location_ref: `'Location/1'`, organization_ref: `'Location/1'` };
  const sets = rows.flatMap(({ name, type }) => {
    const value = ofRef[name] ?? (name === 'currency' || name.endsWith('_currency') ? `'USD'` : values[type]);
    return value === undefined || name.endsWith('_ref') !== name in ofRef ? [] : [`${name} = coalesce(${name}, ${value})`];
  });
  const more: Readonly<Record<string, string>> = {
    encounter: `, practitioner_refs = '{Practitioner/1}'`,
    appointment: `, practitioner_refs = '{Practitioner/1}', reschedules = 7`,
    claim: `, encounter_id = (select id from encounter where source_key = 'Encounter/1')`,
    adjudication: `, denial_codes = '[{"system": "carc", "code": "${maskedMark}", "display": "${maskedMark}"}]'`,
  };
  await client.query(
    `update ${table} set ${sets.join(', ')}${more[table] ?? ''} where label_mask & ${masked} <> 0 and label_mask & ${hidden} = 0`,
  );
}
