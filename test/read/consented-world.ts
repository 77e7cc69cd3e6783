/** Persons who deny something to the advocate that works for them: everything that is denied bears one mark. */
import type pg from 'pg';
import { factTables } from '../support/labelled-rows.js';
import type { Story } from '../support/story.js';

export const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** Stands on what a consent or a restriction denies. */
export const deniedMark = 'Zz-DENIED';
/** Stands on a record with a label that its person denies. */
export const refusedMark = `${deniedMark}-I`;
/** Label IDS: shown by the policy. */
const refused = 1 << 23;

/** What is denied to the advocate, and by what: all but the case by a consent, the case by a consent, the same by what was
 *  agreed, and rows with one label by a consent. */
export interface Consented {
  readonly connie: string;
  readonly nora: string;
  readonly bea: string;
  readonly nell: string;
  readonly ida: string;
}
/** The case of each. */
export const caseOf = (person: string): string => person.replace(/0$/, '1');

export interface ConsentedWorld {
  /** Persons of the advocate's who deny something; all of it bears the mark. */
  readonly consented: Consented;
  /** A claim of which the decision alone has the label that its person denies. */
  readonly refusedDecision: string;
  /** Uuids of rows with the label that their person denies. */
  readonly refusedRows: ReadonlySet<string>;
}

/** How the world around makes what it is made of; each gives the row's id. */
interface Makers {
  readonly story: Story;
  row(sql: string, values?: unknown[]): Promise<string>;
  record(id: number, of: { key: string; mark: string; mask: number; person: string; assurance: string }): Promise<string>;
  caseOn(n: number, of: { record: string; holder: string; mark: string; mask?: number }): Promise<string>;
  bill(key: string, of: { record: string; status: string; mask: number }): Promise<void>;
}

export async function addConsents(client: pg.Client, { story, row, record, caseOn, bill }: Makers): Promise<ConsentedWorld> {
  const deny = (record: string, of: { classes?: string[]; labels?: string[] }): Promise<unknown> =>
    client.query(
      `insert into consent_provision (source_id, source_key, patient_record_id, ingested_at, position, status, scope, denies, classes, security_labels, vague)
       select 1, 'Consent/' || count(*), $1, now(), 0, 'active', 'patient-privacy', true, $2, $3, false from consent_provision`,
      [record, of.classes ?? [], of.labels ?? []],
    );
  const agree = (record: string, classes: readonly string[]): Promise<unknown> =>
    client.query(
      `insert into restriction (patient_record_id, recipient, phi_classes, start_at, reason, agreed_by, agreed_at) values ($1, 'VIEWERS', $2, now() - interval '1 day', 'Asked for it', $3, now())`,
      [record, classes, story.other.row],
    );
  /** A fact of every kind, with the mark in it. */
  const addFacts = async (record: string, mask: number): Promise<void> => {
    const add = (table: string, more: Readonly<Record<string, string>>): Promise<unknown> =>
      client.query(
        `insert into ${table} (source_id, source_key, patient_record_id, ingested_at, own_mask, label_mask, ${Object.keys(more).join(', ')})
         select 1, $1 || '/' || $2, $2::bigint, now(), $3, $3, ${Object.values(more).join(', ')}`,
        [table, record, mask],
      );
    const said = `'${deniedMark}'`;
    await add('encounter', { start_at: 'now()', status: said, reason_display: said, type_display: said });
    await add('appointment', { start_at: `'2027-03-01'`, status: said, service_display: said });
    await add('condition', { onset_at: 'now()', clinical_status: `'active'`, code: said, code_display: said });
    await add('care_team_member', { position: '1', name: said, role: said });
    await add('coverage', { start_on: `'2026-01-01'`, payor: said, member_id: said });
    await add('account', { balance_amount: '5', currency: `'USD'` });
    await bill(`claim/${record}`, { record, status: 'active', mask });
    await client.query(`update claim set serviced_from = '2026-10-02', type_display = $2 where patient_record_id = $1`, [
      record,
      deniedMark,
    ]);
    await client.query(`update adjudication set denied = true, insurer = $2 where patient_record_id = $1`, [record, deniedMark]);
  };
  const person = async (n: number, marks: { readonly name: string; readonly case: string }): Promise<string> => {
    await client.query('insert into person (uid) values ($1)', [uuid(n)]);
    const id = await record(n - 200, {
      key: marks.name === deniedMark ? `${deniedMark}/${n}` : `Patient/${n}`,
      mark: marks.name,
      mask: 0,
      person: uuid(n),
      assurance: 'CERTAIN',
    });
    await caseOn(n + 1, { record: id, holder: story.advocate.row, mark: marks.case });
    return id;
  };
  const connie = await person(50, { name: deniedMark, case: 'Zz-Case' });
  await deny(connie, { classes: ['Patient', 'Appointment', 'Encounter', 'Coverage', 'Claim'] });
  const nora = await person(60, { name: 'Zz-Nora', case: deniedMark });
  await deny(nora, { classes: ['Communication'] });
  const bea = await person(70, { name: deniedMark, case: 'Zz-Case' });
  await agree(bea, ['IDENTITY', 'CONTACT', 'DEMOGRAPHIC', 'SCHEDULING', 'CLINICAL', 'COVERAGE', 'BILLING']);
  const nell = await person(80, { name: 'Zz-Nell', case: deniedMark });
  await agree(nell, ['NARRATIVE']);
  const ida = await person(90, { name: 'Zz-Ida', case: 'Zz-Case' });
  await deny(ida, { labels: ['IDS'] });
  await record(-210, { key: 'Patient/I', mark: refusedMark, mask: refused, person: uuid(90), assurance: 'CERTAIN' });
  for (const id of [connie, bea]) await addFacts(id, 0);
  await addFacts(ida, refused);
  await client.query(
    `insert into interaction (case_id, at, channel, direction, with_whom, note, counts_as_response, label_mask) select id, now(), 'PHONE', 'OUTBOUND', $1, $1, false, $3 from case_file where uid = $2`,
    [deniedMark, uuid(91), refused],
  );
  await caseOn(92, { record: ida, holder: story.advocate.row, mark: deniedMark, mask: refused });
  await client.query(`update condition set clinical_status = 'resolved' where patient_record_id = $1`, [ida]);
  await bill('Claim/R', { record: ida, status: 'active', mask: refused });
  await client.query(`update adjudication set denied = true, insurer = $1 where source_key = 'Claim/R'`, [deniedMark]);
  const decision = await row(
    `update claim set own_mask = 0, label_mask = 0, serviced_from = '2026-10-03' where source_key = 'Claim/R' returning uid as id`,
  );
  const refusedRows = await uidsOf(client, `label_mask = ${refused}`);
  return {
    refusedDecision: decision,
    consented: nobodyConsented.consented,
    refusedRows,
  };
}

/** None of them is there. */
export const nobodyConsented: ConsentedWorld = {
  refusedDecision: uuid(99),
  consented: { connie: uuid(50), nora: uuid(60), bea: uuid(70), nell: uuid(80), ida: uuid(90) },
  refusedRows: new Set(),
};

export async function uidsOf(client: pg.Client, which: string): Promise<ReadonlySet<string>> {
  const tables = ['patient_record', ...factTables, 'interaction', 'case_file'];
  const { rows } = await client.query<{ uid: string }>(
    tables.map((table) => `select uid from ${table} where ${which}`).join(' union all '),
  );
  return new Set(rows.map(({ uid }) => uid));
}
