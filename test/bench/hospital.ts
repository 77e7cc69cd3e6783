/** A hospital to measure on: an embedded Postgres of its own with fsync on, 1,000 synthetic patients read over HTTP from the
 *  sandbox's three systems, and 500 cases held by one advocate, all of patients whose rows carry no labels, so that the
 *  hand-written baseline and the hub have the same to say. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { openIssuer, standardClaims } from '../../src/auth/index.js';
import { demoSettings, startDemoSources } from '../../src/cli/demo-sources.js';
import { untilSettled } from '../../src/cli/first-sync.js';
import { startGateway, type Gateway } from '../../src/cli/gateway-service.js';
import { prepareDatabase } from '../../src/cli/prepare.js';
import { readRules } from '../../src/cli/rules.js';
import { uuidOfKey } from '../../src/directory/index.js';
import { asSystem, packageRoot, silentLog, toWireId } from '../../src/kernel/index.js';
import { roleUrls, startEmbeddedPostgres } from '../../src/store/index.js';
import { startWorkers } from '../../workers/main.js';

import { benchFolder } from './folder.js';

export interface Hospital {
  readonly ownerUrl: string;
  readonly gatewayUrl: string;
  readonly dataDir: string;
  readonly generation: number;
  /** Bearer token of the advocate who holds the cases. */
  readonly token: string;
  readonly caseUids: readonly string[];
  stop(): Promise<void>;
}

const quiet = { say: () => undefined, show: () => undefined, settle: () => undefined };
const passwords = { gatewayPassword: 'bench', workerPassword: 'bench' };
const schema = (name: string): string => join(packageRoot, 'schema', name);
export const benchRules = () =>
  readRules({
    rules: { policy: schema('policy'), clocks: schema('clocks'), calendars: schema('calendars'), directory: schema('directory/demo.yaml') },
  });

export async function buildHospital(size: {
  readonly patients: number;
  readonly cases: number;
  readonly say: (line: string) => void;
}): Promise<Hospital> {
  const dataDir = await benchFolder();
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLog });
  const { gateway, worker } = roleUrls(postgres.url, passwords);
  const sandbox = await startDemoSources(postgres.url, { people: size.patients, log: silentLog });
  const sources = demoSettings(sandbox);
  const rules = benchRules();
  const {
    policy: { generation },
  } = await prepareDatabase({ ownerUrl: postgres.url, workerUrl: worker, passwords }, { queue: { backend: 'postgres' }, sources }, rules);
  const begun = Date.now();
  const workers = await startWorkers({ databaseUrl: worker, queue: { backend: 'postgres', databaseUrl: worker }, sources, log: silentLog });
  await untilSettled({ workerUrl: worker, queue: { backend: 'postgres' } }, { terminal: quiet, log: silentLog });
  size.say(`${size.patients} patients read, linked and labelled in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  await workers.stop();
  await sandbox.stop();
  const advocate = uuidOfKey('user', 'advocate');
  const service = await startGateway(settings(dataDir), { gatewayUrl: gateway, rules, log: silentLog });
  const caseUids = await openCases(service, { ownerUrl: postgres.url, advocate, count: size.cases });
  await service.stop();
  const issuer = await openIssuer(dataDir);
  const token = await issuer.issueToken({
    role: 'ADVOCATE',
    userId: toWireId('usr', advocate),
    purpose: 'HOPERAT',
    departments: [],
    facility: null,
    minutes: 600,
  });
  const owner = new pg.Client({ connectionString: postgres.url });
  await owner.connect();
  // What the loading left to be written and counted would else be done in the midst of what is measured.
  await owner.query('vacuum analyze');
  await owner.query('checkpoint');
  await owner.end();
  const stop = async (): Promise<void> => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { ownerUrl: postgres.url, gatewayUrl: gateway, dataDir, generation, token, caseUids, stop };
}

export const settings = (data: string) => ({
  auth: { kind: 'development', claims: standardClaims } as const,
  data,
  host: '127.0.0.1',
  port: 0,
});

/** Persons of whom no row carries a label, and who are known in all three systems. */
const unlabelled = `select p.uid from hub.person p join hub.person_link l on l.person_id = p.id
  where p.alias_of is null group by p.id having count(*) = 3 and not exists (
    select from hub.person_link k where k.person_id = p.id and exists (
      select label_mask from hub.encounter f where f.patient_record_id = k.patient_record_id and label_mask is distinct from 0
      union all select label_mask from hub.appointment f where f.patient_record_id = k.patient_record_id and label_mask is distinct from 0
      union all select label_mask from hub.condition f where f.patient_record_id = k.patient_record_id and label_mask is distinct from 0
      union all select label_mask from hub.claim f where f.patient_record_id = k.patient_record_id and label_mask is distinct from 0
      union all select label_mask from hub.account f where f.patient_record_id = k.patient_record_id and label_mask is distinct from 0
      union all select label_mask from hub.adjudication f where f.patient_record_id = k.patient_record_id and label_mask is distinct from 0)) order by p.uid`;

async function openCases(service: Gateway, of: { ownerUrl: string; advocate: string; count: number }): Promise<string[]> {
  const owner = new pg.Client({ connectionString: of.ownerUrl });
  await owner.connect();
  try {
    const { rows } = await owner.query<{ uid: string }>(unlabelled);
    if (rows.length === 0) throw new Error('expected patients without labels, found none');
    const acts = await service.actsFor(
      {
        userId: toWireId('usr', of.advocate),
        userUuid: of.advocate,
        role: 'ADVOCATE',
        purpose: 'HOPERAT',
        departments: [],
        facility: null,
        tokenId: 'bench',
      },
      asSystem('bench', 'HOPERAT'),
    );
    for (let n = 0; n < of.count; n += 1) {
      const person = rows[n % rows.length]?.uid ?? '';
      const opened = await acts.openCase({
        channel: n % 2 === 0 ? 'PHONE' : 'LETTER',
        summary: `Appointment ${n} moved twice`,
        narrative: 'They moved the appointment twice and nobody called.',
        patientId: toWireId('pat', person),
        facilityId: toWireId('fac', uuidOfKey('facility', 'lakeside')),
        complainant: { relationship: 'SELF' },
        issues: [{ category: 'SCHEDULING', severity: 1 + (n % 3) }],
        departmentIds: [toWireId('dep', uuidOfKey('department', 'cardiology'))],
        receivedAt: new Date(Date.now() - (n % 20) * 86_400_000).toISOString(),
      });
      if (opened.outcome !== 'changed') throw new Error(`expected a new case, found ${JSON.stringify(opened)}`);
      await acts.recordInteraction({
        caseId: toWireId('case', opened.caseUid),
        channel: 'PHONE',
        direction: 'INBOUND',
        note: 'Rang to ask how far we are.',
      });
    }
    const cases = await owner.query<{ uid: string }>('select uid from hub.case_file order by id');
    return cases.rows.map(({ uid }) => uid);
  } finally {
    await owner.end();
  }
}
