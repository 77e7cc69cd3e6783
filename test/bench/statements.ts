/** How many statements, and how many flights to the database, each document needs: counted where they are sent. BEGIN,
 *  set_config and COMMIT travel in the same flight and are not counted; nor is the audit entry's one call. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'graphql';
import pg from 'pg';
import { planFor } from '../../src/access/index.js';
import { hubSchema, hubShapes } from '../../src/cli/shapes.js';
import { createExecutor, newTrail, type CaseActs } from '../../src/graphql/index.js';
import { packageRoot, silentLog, toWireId, type RowId } from '../../src/kernel/index.js';
import { createReader, openReaders } from '../../src/read/index.js';
import { benchRules, type Hospital } from './hospital.js';

const readsOnly = new Proxy({} as CaseActs, { get: () => () => Promise.reject(new Error('this bench reads only')) });

export async function countStatements(hospital: Hospital, say: (line: string) => void): Promise<void> {
  const owner = new pg.Client({ connectionString: hospital.ownerUrl });
  await owner.connect();
  const { rows } = await owner.query<{ holder: RowId; uid: string; person: string }>(
    `select c.assigned_to::text as holder, c.uid, p.uid as person from hub.case_file c join hub.person_link l on l.patient_record_id = c.patient_record_id
     join hub.person p on p.id = l.person_id order by c.id limit 1`,
  );
  await owner.end();
  const [first] = rows;
  if (!first) throw new Error('expected a case, found none');
  let statements = 0;
  let flights = 0;
  const readers = openReaders(hospital.gatewayUrl, { connections: 1, log: silentLog, onStatement: () => (statements += 1) });
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
    statements = flights = 0;
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
      trail: newTrail(),
    };
    const document = parse(readFileSync(join(packageRoot, 'schema/operations', `${name}.graphql`), 'utf8'));
    const { errors } = await run({ document, operationName: null, variables: given, context });
    if (errors) throw new Error(`${name} failed: ${errors[0]?.message}`);
    say(`${name}: ${statements} read statement${statements === 1 ? '' : 's'} in ${flights} flight${flights === 1 ? '' : 's'}`);
  }
  await readers.close();
}
