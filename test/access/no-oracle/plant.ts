/** Writes the world into a database, with a canary in every column that a class of PHI covers, and in what nobody is ever shown. */
import pg from 'pg';
import { amount, phone, receivedAt, word } from './canaries.js';
import { maskOf } from './rules.js';
import { countOfUsers, departments, facilities, sources, type Case, type Fact, type World } from './world.js';

type Cells = Readonly<Record<string, unknown>>;

/** Rows have their number in front, so that a test can tell whose an id is. */
export const uidOf = (n: number): string => `${n.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
export const numberIn = (id: string): number => parseInt(/([0-9a-f]{8})-0000-4000-8000-000000000000$/.exec(id)?.[1] ?? 'x', 16);
export const userUid = (user: number): string => uidOf(user + 1);
/** What the payer decided of a claim is a row of its own. */
const decisionOf = (claim: number): number => claim + 500_000;
export const dayOf = (n: number): string => `2026-${String((n % 10) + 1).padStart(2, '0')}-${String((n % 28) + 1).padStart(2, '0')}`;
export const isActive = (condition: number): boolean => condition % 2 === 1;
/** A reminder goes to somebody, or to nobody and so to the departments that share the case. */
export const recipientOf = (n: number): number | null => (n % 3 === 0 ? null : n % countOfUsers);
export const instantOf = (n: number): string => `${dayOf(n)}T09:00:00.000Z`;

const own = (n: number, labels: Parameters<typeof maskOf>[0]): Cells => ({
  id: n,
  uid: uidOf(n),
  own_mask: maskOf(labels) ?? 0,
  label_mask: maskOf(labels),
});
const told = (source: number, key: string): Cells => ({ source_id: source, source_key: key, ingested_at: '2026-10-01T00:00:00Z' });

const cellsOf: Readonly<Record<Fact['kind'], (n: number) => Cells>> = {
  Encounter: (n) => ({ status: word(n, 'status'), class: word(n, 'class'), type_code: 'v', type_display: word(n, 'type'), reason_code: 'r', reason_display: word(n, 'reason'), start_at: instantOf(n), end_at: instantOf(n) }),
  Appointment: (n) => ({ status: word(n, 'status'), service_code: 's', service_display: word(n, 'service'), reason_code: 'r', reason_display: word(n, 'reason'), cancellation_reason: word(n, 'cancelled'), start_at: instantOf(n) }),
  Condition: (n) => ({ code_system: 'icd', code: word(n, 'code'), code_display: word(n, 'display'), clinical_status: isActive(n) ? 'active' : 'resolved', onset_at: instantOf(n) }),
  Coverage: (n) => ({ payor: word(n, 'payor'), member_id: word(n, 'member'), type_code: 't', type_display: word(n, 'type'), start_on: dayOf(n) }),
  CareTeamMember: (n) => ({ position: n, name: word(n, 'teammate'), role: word(n, 'role') }),
  Account: (n) => ({ status: 'active', balance_amount: amount(n, 'balance'), currency: 'USD' }),
  Claim: (n) => ({ kind: 'PROFESSIONAL', status: 'active', type_code: 't', type_display: word(n, 'type'), insurer: word(n, 'insurer'), serviced_from: dayOf(n), serviced_to: dayOf(n), billed_amount: amount(n, 'billed'), billed_currency: 'USD' }),
  Payment: (n) => ({ paid_on: dayOf(n), amount: amount(n, 'payment'), currency: 'USD', payer: word(n, 'payer') }),
}; // prettier-ignore
export const tableOf: Readonly<Record<Fact['kind'], string>> = {
  Encounter: 'encounter',
  Appointment: 'appointment',
  Condition: 'condition',
  Coverage: 'coverage',
  CareTeamMember: 'care_team_member',
  Account: 'account',
  Claim: 'claim',
  Payment: 'payment',
};

export async function plant(ownerUrl: string, world: World): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, options: '-c search_path=hub' });
  await client.connect();
  const write = async (table: string, rows: readonly Cells[]): Promise<void> => {
    if (rows.length === 0) return;
    const names = Object.keys(rows[0]!).join(', ');
    await client.query(`insert into ${table} (${names}) select ${names} from jsonb_populate_recordset(null::${table}, $1)`, [JSON.stringify(rows)]); // prettier-ignore
  };
  try {
    await client.query(`insert into policy_state (generation, digest, applied_at) values (1, 'test', now())`);
    await write('facility', facilities.map((n) => ({ id: n, uid: uidOf(n), name: `Zz Facility ${n}`, time_zone: 'UTC', jurisdiction: 'US-MA', programs: [] }))); // prettier-ignore
    await write(
      'department',
      departments.map((n) => ({ id: n, uid: uidOf(n), name: `Zz Department ${n}`, facility_id: 1 })),
    );
    await write('directory_user', world.users.map((user) => ({ id: user + 1, uid: userUid(user), name: `Zz-User ${user}`, role: 'ADVOCATE', active: true, machine: false }))); // prettier-ignore
    await write('source', sources.map((n) => ({ id: n, uid: uidOf(n), name: `zz-source-${n}`, kind: 'fhir', supplies: ['Patient'], active: true, expected_interval_seconds: 300, circuit: 'CLOSED', records: 0 }))); // prettier-ignore
    await writeRecords(write, world);
    for (const [kind, table] of Object.entries(tableOf))
      await write(
        table,
        world.facts
          .filter((fact) => fact.kind === kind)
          .map((fact) => ({ ...own(fact.n, fact.labels), ...told(fact.record.source, `${kind}/${fact.n}`), patient_record_id: fact.record.n, ...cellsOf[fact.kind](fact.n) })), // prettier-ignore
      );
    await writeBills(client, write, world);
    await client.query('alter table case_file disable trigger access'); // some were closed long ago
    await write('case_file', world.cases.map(caseCells));
    await client.query('alter table case_file enable trigger access');
    await write('case_department', world.cases.flatMap((one) => one.departments.map((department, position) => ({ case_id: one.n, department_id: department, position })))); // prettier-ignore
    await writeParts(write, world);
    await write('disclosure', world.disclosures.map(({ n, record }) => ({ id: n, uid: uidOf(n), patient_record_id: record.n, at: '2026-01-01T00:00:00Z', recipient: word(n, 'recipient'), description: word(n, 'description'), purpose: word(n, 'purpose'), recorded_at: '2026-01-01T00:00:00Z' }))); // prettier-ignore
    // Agreed towards somebody who is no viewer: it is told to who reviews, and binds nobody who asks here.
    await write('restriction', world.disclosures.map(({ n, record }) => ({ id: n, uid: uidOf(n), patient_record_id: record.n, recipient: 'NAMED', recipient_name: word(n, 'towards'), start_at: '2026-01-01T00:00:00Z', reason: word(n, 'agreed'), agreed_by: 1, agreed_at: '2026-01-01T00:00:00Z', end_reason: word(n, 'ended') }))); // prettier-ignore
    await write('access_grant', world.grants.map((grant) => ({
      id: grant.n, uid: uidOf(grant.n), user_id: grant.user + 1, role: 'ADVOCATE', purpose: 'HOPERAT', person_id: grant.person.n, record_ids: grant.records.map(({ n }) => n), reason: word(grant.n, 'why'),
      granted_at: '2026-01-01T00:00:00Z', expires_at: grant.state === 'over' ? '2026-01-02T00:00:00Z' : '2999-01-01T00:00:00Z', revoked_at: grant.state === 'taken back' ? '2026-01-01T00:01:00Z' : null, review_due_at: '2026-01-02T00:00:00Z', reviewed_at: '2026-01-02T00:00:00Z', reviewed_by: ((grant.user + 1) % countOfUsers) + 1, review_note: word(grant.n, 'judgement'),
    }))); // prettier-ignore
  } finally {
    await client.end();
  }
}

type Write = (table: string, rows: readonly Cells[]) => Promise<void>;

async function writeRecords(write: Write, { persons, records }: World): Promise<void> {
  await write('person', persons.map(({ n, aliasOf }) => ({ id: n, uid: uidOf(n), alias_of: aliasOf?.n ?? null, created_at: '2026-01-01T00:00:00Z' }))); // prettier-ignore
  await write('patient_record', records.map(({ n, labels, source, family, bornOn }) => ({
    ...own(n, labels), ...told(source, `Patient/${word(n, 'key')}`), stub: false, name: `${word(n, 'name')} ${family}`, name_search: `${word(n, 'name')} ${family}`.toLowerCase(), birth_date: bornOn, sex: word(n, 'sex'),
    language: word(n, 'language'), interpreter_needed: true, deceased_at: instantOf(n), address: word(n, 'address'), preferences: [word(n, 'preference')], alerts: [word(n, 'alert')],
    identifiers: [{ system: 'mrn', value: word(n, 'identifier'), type: 'MR' }],
    contact_points: [{ kind: 'email', value: word(n, 'mail'), use: 'home', confidential: false }, { kind: 'phone', value: phone(n), use: 'home', confidential: true }],
  }))); // prettier-ignore
  await write(
    'patient_identifier',
    records.map(({ n }) => ({ patient_record_id: n, system: 'mrn', value: word(n, 'identifier'), type: 'MR' })),
  );
  await write(
    'patient_phone',
    records.map(({ n }) => ({ patient_record_id: n, digits: phone(n) })),
  );
  await write('person_link', records.map(({ n, person, certain }) => ({ patient_record_id: n, person_id: person.n, assurance: certain ? 'CERTAIN' : 'PROBABLE', score: 0.5, evidence: [word(n, 'evidence')], linked_by: 'test', linked_at: '2026-01-01T00:00:00Z' }))); // prettier-ignore
  // What a source sent is kept whole, and shown to nobody.
  await write('document', records.map(({ n, source }) => ({ source_id: source, key: `Patient/${n}`, hash: '\\x01', received_at: '2026-01-01T00:00:00Z', yielded: [], body: word(n, 'raw') }))); // prettier-ignore
  await write('set_aside', records.slice(0, 20).map(({ n, source }) => ({ id: n, uid: uidOf(n), source_id: source, received_at: '2026-01-01T00:00:00Z', code: 'UNREADABLE', reason: null, state: 'WAITING', hash: `\\x${n.toString(16).padStart(8, '0')}`, body: word(n, 'raw') }))); // prettier-ignore
}

async function writeBills(client: pg.Client, write: Write, { claims, payments }: World): Promise<void> {
  await write('adjudication', claims.map(({ n, decided, decidedFor: record }) => ({
    ...own(decisionOf(n), decided), ...told(record.source, `Decision/${n}`), patient_record_id: record.n, claim_ref: `Claim/${n}`, claim_id: n, adjudicated_at: instantOf(n), denied: true, currency: 'USD',
    allowed_amount: amount(n, 'allowed'), paid_amount: amount(n, 'paid'), owes_amount: amount(n, 'owes'), denial_codes: [{ system: 'carc', code: '1', display: word(n, 'denial') }],
  }))); // prettier-ignore
  await client.query('update claim c set adjudication_id = a.id from adjudication a where a.claim_id = c.id');
  for (const { n, encounter } of claims) await client.query('update claim set encounter_id = $2 where id = $1', [n, encounter?.n ?? null]);
  for (const { n, claim } of payments) await client.query('update payment set claim_id = $2 where id = $1', [n, claim?.n ?? null]);
}

function caseCells({ n, labels, record, holder, facility, sort, closed }: Case): Cells {
  const at = { open: null, 'a while ago': '2026-11-01T00:00:00Z', 'long ago': '2020-01-01T00:00:00Z' }[closed];
  return {
    ...own(n, labels), number: `PR-${n}`, kind: sort, status: closed === 'open' ? 'RECEIVED' : 'CLOSED', version: 1, facility_id: facility, classification: word(n, 'rule'), channel: 'PHONE', received_at: receivedAt(n), opened_at: instantOf(n),
    closed_at: at, access_ended_at: at, summary: word(n, 'summary'), narrative: word(n, 'narrative'), severity: 2, escalation_level: 0, patient_record_id: record?.n ?? null, assigned_to: holder + 1, next_due_at: `2026-12-${String((n % 28) + 1).padStart(2, '0')}T00:00:00Z`,
    complainant_name: word(n, 'complainant'), complainant_relationship: 'SELF', complainant_authorized: true, complainant_authority: word(n, 'authority'), complainant_contact_points: [{ kind: 'email', value: word(n, 'reach'), use: 'home', confidential: false }],
  }; // prettier-ignore
}

async function writeParts(write: Write, { parts }: World): Promise<void> {
  const of = (kind: string, cells: (n: number) => Cells): Cells[] =>
    parts
      .filter((part) => part.kind === kind)
      .map((part) => ({ id: part.n, uid: uidOf(part.n), case_id: part.of.n, label_mask: maskOf(part.labels), ...cells(part.n) }));
  await write('interaction', of('Interaction', (n) => ({ at: instantOf(n), channel: 'PHONE', direction: 'OUTBOUND', with_whom: word(n, 'with'), note: word(n, 'note'), counts_as_response: false }))); // prettier-ignore
  await write('case_issue', of('Issue', (n) => ({ domain: 'RELATIONSHIP', category: 'COMMUNICATION', subcategory: word(n, 'subcategory'), stage: word(n, 'stage'), coded_at: instantOf(n) }))); // prettier-ignore
  await write('deadline', of('Deadline', (n) => ({ rule: `rule-${n}`, step: 'REPLY', citation: 'x', regulatory: true, started_at: instantOf(n), due_at: instantOf(n), status: 'RUNNING' }))); // prettier-ignore
  await write('reminder', of('Reminder', (n) => ({ rule: 'test', subject: String(n), reason: word(n, 'reason'), due_at: instantOf(n), status: 'SCHEDULED', recipient_id: recipientOf(n) === null ? null : Number(recipientOf(n)) + 1, channel: 'IN_APP', escalation_level: 0 }))); // prettier-ignore
}
