/** How many statements each document needs, counted by the server itself (pg_stat_statements), and how many flights, counted
 *  where they are sent: BEGIN, SET LOCAL, the read and COMMIT travel in one. The audit entry's one call is apart: it goes
 *  over a connection of its own and is shared by the operations of one commit. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'graphql';
import pg from 'pg';
import { planFor, type GrantActs, type PrivacyActs } from '../../src/access/index.js';
import { hubSchema, hubShapes } from '../../src/cli/shapes.js';
import { createExecutor, newTrail, type AgreementActs, type CaseActs } from '../../src/graphql/index.js';
import { packageRoot, silentLog, toWireId, type RowId } from '../../src/kernel/index.js';
import { createReader, openReaders } from '../../src/read/index.js';
import { benchRules, type Hospital } from './hospital.js';

const readsOnly = new Proxy({} as CaseActs & GrantActs & PrivacyActs & AgreementActs, {
  get: () => () => Promise.reject(new Error('this bench reads only')),
});

export async function countStatements(hospital: Hospital, say: (line: string) => void): Promise<void> {
  const owner = new pg.Client({ connectionString: hospital.ownerUrl });
  await owner.connect();
  const { rows } = await owner.query<{ holder: RowId; uid: string; person: string }>(
    `select c.assigned_to::text as holder, c.uid, p.uid as person from hub.case_file c join hub.person_link l on l.patient_record_id = c.patient_record_id
     join hub.person p on p.id = l.person_id order by c.id limit 1`,
  );
  await owner.query('create extension if not exists pg_stat_statements');
  const [first] = rows;
  if (!first) throw new Error('expected a case, found none');
  let flights = 0;
  const readers = openReaders(hospital.gatewayUrl, { connections: 1, log: silentLog });
  const reader = createReader(hubShapes, { fly: (flight) => ((flights += 1), readers.fly(flight)), close: () => readers.close() });
  const run = createExecutor(hubSchema());
  const { policy } = benchRules();
  const variables: Readonly<Record<string, Record<string, unknown>>> = {
    'patient-context': { caseId: `case_${first.uid}` },
    worklist: {},
    'find-patient': { search: { name: 'zz-a' } },
    timeline: { id: `pat_${first.person}` },
  };
  for (const [name, given] of Object.entries(variables)) {
    flights = 0;
    await owner.query('select pg_stat_statements_reset()');
    const viewer = {
      userId: toWireId('usr', first.uid),
      userUuid: first.uid,
      role: 'ADVOCATE',
      purpose: 'HOPERAT',
      departments: [],
      facility: null,
      tokenId: 'bench',
    };
    const context = {
      viewer,
      rows: { userRow: first.holder, departmentRows: [], facilityRow: null },
      plan: planFor(policy, viewer, hospital.generation),
      requestId: 'bench',
      reader,
      acts: readsOnly,
      grants: readsOnly,
      privacy: readsOnly,
      agreements: readsOnly,
      trail: newTrail(),
      renewed: () => Promise.reject(new Error('the bench has one policy')),
    };
    const document = parse(readFileSync(join(packageRoot, 'schema/operations', `${name}.graphql`), 'utf8'));
    const { errors } = await run({ document, operationName: null, variables: given, context });
    if (errors) throw new Error(`${name} failed: ${errors[0]?.message}`);
    say(`${name}: ${flights} flight${flights === 1 ? '' : 's'}; on the server ${await sentBy(owner)}`);
  }
  await readers.close();
  await owner.end();
}

/** What the gateway's role has sent since the counters were set back, kind by kind. */
async function sentBy(owner: pg.Client): Promise<string> {
  const { rows } = await owner.query<{ kind: string; calls: number }>(
    `select case when query ~* '^begin' then 'BEGIN' when query ~* '^commit' then 'COMMIT' when query ~* '^set local' then 'SET LOCAL' else 'read' end as kind,
            sum(calls)::int as calls
       from pg_stat_statements s join pg_roles r on r.oid = s.userid where r.rolname = 'hub_gateway' and s.dbid = (select oid from pg_database where datname = current_database())
      group by 1 order by 1 desc`,
  );
  return rows.map(({ kind, calls }) => `${calls} ${kind}`).join(', ');
}
