/** A patient-relations office over a database of its own: the demo directory, a few patients in two source systems, and
 *  staff who act through the gateway's role under the shipped policy. Everybody carries the mark Zz-. */
import { join } from 'node:path';
import type { Pool } from 'pg';
import { planFor, readLabelRules, readPolicy } from '../../src/access/index.js';
import { caseActs, loadCaseRules, type CaseActs, type CaseOutcome, type Changed } from '../../src/cases/index.js';
import { openDirectory, readDirectory, seedDirectory, uuidOfKey } from '../../src/directory/index.js';
import { fixedClock, packageRoot, silentLog, toWireId, type Clock, type MatchKey, type WireId } from '../../src/kernel/index.js';
import { openOrm, openPool } from '../../src/store/index.js';
import { testDatabase } from '../support/services.js';

const schema = (...path: string[]): string => join(packageRoot, 'schema', ...path);
export const caseRules = loadCaseRules();
export const demoDirectory = readDirectory(schema('directory', 'demo.yaml'));
const policy = readPolicy(schema('policy'), readLabelRules(schema('policy', 'labels.yaml')).labels);

export const userId = (key: string): WireId => toWireId('usr', uuidOfKey('user', key));
export const departmentId = (key: string): WireId => toWireId('dep', uuidOfKey('department', key));
export const facilityId = (key: string): WireId => toWireId('fac', uuidOfKey('facility', key));

export interface Staff {
  /** A key of the demo directory. */
  readonly user?: string;
  readonly purpose?: string;
  /** Keys; the user's own where not said. */
  readonly departments?: readonly string[];
  readonly facility?: string | null;
  readonly clock?: Clock | string;
  /** What the policy is to say nothing of for this person. */
  readonly without?: readonly MatchKey[];
}

export interface Office {
  /** May do what a worker may. */
  readonly worker: Pool;
  readonly owner: Pool;
  as(staff?: Staff): Promise<CaseActs>;
  /** Rows of one table of a case, for looking at what was written. */
  rows<T extends object>(sql: string, ...values: unknown[]): Promise<T[]>;
  close(): Promise<void>;
}

export const noon = '2026-11-20T17:00:00.000Z';

export async function openOffice(): Promise<Office> {
  const database = await testDatabase();
  const worker = openPool(database.workerUrl, { max: 4, name: 'test-worker' });
  const owner = openPool(database.url, { max: 2, name: 'test-owner' });
  const gateway = openPool(database.gatewayUrl, { max: 2, name: 'test-gateway' });
  const orm = await openOrm(database.gatewayUrl, { log: silentLog });
  await seedDirectory(worker, demoDirectory);
  await worker.query(`insert into policy_state (generation, digest, applied_at) values (1, 'test', now())`);
  const directory = openDirectory(gateway);
  return {
    worker,
    owner,
    async as({ user = 'advocate', purpose = 'HOPERAT', departments, facility, clock = noon, without = [] } = {}) {
      const known = demoDirectory.users.find(({ key }) => key === user);
      const site = facility === undefined ? known?.facilityKey : facility;
      const actor = {
        userId: userId(user),
        userUuid: uuidOfKey('user', user),
        role: known?.role ?? '',
        purpose,
        departments: (departments ?? known?.departmentKeys ?? []).map((key) => uuidOfKey('department', key)),
        facility: site ? uuidOfKey('facility', site) : null,
        tokenId: 'test',
      };
      const viewer = await directory.viewerRows(actor);
      if (!viewer || !known) throw new Error(`${user} is not an active user of the demo directory`);
      const match = policy.match.map((rule) => ({ ...rule, by: rule.by.filter((key) => !without.includes(key)) }));
      const plan = planFor({ ...policy, match }, { role: known.role, purpose }, 1);
      const time = typeof clock === 'string' ? fixedClock(clock) : clock;
      return caseActs({ ...plan, em: orm.em.fork(), viewer, clock: time, rules: caseRules, told: { actor, requestId: 'office' } });
    },
    rows: async <T extends object>(sql: string, ...values: unknown[]) => (await owner.query<T>(sql, values)).rows,
    async close() {
      await orm.close(true);
      await Promise.all([worker.end(), owner.end(), gateway.end()]);
      await database.drop();
    },
  };
}

/** A person with one record in each source named, linked with certainty. Gives the person's wire id. */
export async function addPatient(
  { owner }: Pick<Office, 'owner'>,
  person: {
    given: string;
    family: string;
    birthDate: string;
    mrn: string;
    phone?: string;
    sources?: readonly string[];
    labelMask?: number;
  },
): Promise<{ id: WireId; uid: string; records: string[] }> {
  const { given, family, birthDate, mrn, phone, sources = ['ehr', 'billing'], labelMask = 0 } = person;
  const made = await owner.query<{ id: string; uid: string }>('insert into person default values returning id, uid');
  const { id, uid } = made.rows[0] ?? { id: '', uid: '' };
  const records: string[] = [];
  for (const source of sources) {
    await owner.query(`insert into source (name, kind) values ($1, 'fhir') on conflict (name) do nothing`, [source]);
    const { rows } = await owner.query<{ id: string }>(
      `insert into patient_record (source_id, source_key, ingested_at, name, family, given, birth_date, own_mask, label_mask)
       select s.id, $2, now(), $3, $4, $5, $6, $7, $7 from source s where s.name = $1 returning id`,
      [source, `Patient/${mrn}`, `${given} ${family}`, family, given, birthDate, labelMask],
    );
    const record = rows[0]?.id ?? '';
    records.push(record);
    await owner.query(
      `insert into person_link (patient_record_id, person_id, assurance, linked_by, linked_at) values ($1, $2, 'CERTAIN', 'identity', now())`,
      [record, id],
    );
    if (source === 'ehr') await owner.query(`insert into patient_identifier values ($1, 'urn:mrn', $2, 'MR')`, [record, mrn]);
    if (phone) await owner.query(`insert into patient_phone values ($1, $2)`, [record, phone]);
  }
  return { id: toWireId('pat', uid), uid, records };
}

export function changed(outcome: CaseOutcome): Changed {
  if (outcome.outcome !== 'changed') throw new Error(`expected a change, found ${JSON.stringify(outcome)}`);
  return outcome;
}
export const caseIdOf = (outcome: CaseOutcome): WireId => toWireId('case', changed(outcome).caseUid);

/** An office with one patient; `open` takes her telephone complaint of Friday 20 November 2026, 14:00 UTC, held by the demo
 *  advocate unless said otherwise. */
export async function openMariasOffice() {
  const office = await openOffice();
  const maria = await addPatient(office, { given: 'Zz-Maria', family: 'Zz-Lopez', birthDate: '1959-02-03', mrn: '7001' });
  let count = 0;
  const open = async (more: object = {}): Promise<WireId> => {
    count += 1;
    const said = { channel: 'PHONE', summary: `Complaint ${count}`, patientId: maria.id, receivedAt: '2026-11-20T14:00:00Z', ...more };
    return caseIdOf(await (await office.as()).openCase(said));
  };
  return { office, maria, open };
}
export type MariasOffice = Awaited<ReturnType<typeof openMariasOffice>>;
