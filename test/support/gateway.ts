/** A gateway without a socket: the real schema, reader, policy and row-level security over a test database. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, type ExecutionResult } from 'graphql';
import { planFor, readPolicy } from '../../src/access/index.js';
import { caseShapes, type CaseActs } from '../../src/cases/index.js';
import { departmentShape, facilityShape, userShape } from '../../src/directory/index.js';
import type { AgreementActs } from '../../src/patients/index.js';
import { buildHubSchema, createExecutor, executeInterpreted, newTrail, type OperationContext } from '../../src/graphql/index.js';
import { packageRoot, silentLog, toWireId, type RowId, type Shape } from '../../src/kernel/index.js';
import { patientShapes } from '../../src/patients/index.js';
import { createReader, openReaders } from '../../src/read/index.js';
import { reminderShape } from '../../src/reminders/index.js';
import { setAsideShape, sourceShape, syncRunShape } from '../../src/sync/index.js';

export const shapes: readonly Shape[] = [
  ...patientShapes,
  ...caseShapes,
  userShape,
  departmentShape,
  facilityShape,
  sourceShape,
  syncRunShape,
  setAsideShape,
  reminderShape,
];
export const labels = [
  { name: 'PART2', bit: 0 },
  { name: 'SUD', bit: 1 },
  { name: 'MH', bit: 2 },
  { name: 'PSY', bit: 3 },
  { name: 'PSYTHPN', bit: 4 },
  { name: 'HIV', bit: 5 },
  { name: 'BH', bit: 6 },
  { name: 'RESTRICTED', bit: 28 },
  { name: 'VERY_RESTRICTED', bit: 29 },
];
export const testPolicy = readPolicy(join(packageRoot, 'schema/policy'), labels);
export const hubSchema = buildHubSchema(shapes);
export const operation = (name: string): string => readFileSync(join(packageRoot, 'schema/operations', `${name}.graphql`), 'utf8');

export interface Asking {
  readonly role: string;
  readonly purpose: string;
  readonly user: { readonly uid: string; readonly row: string };
  readonly departments?: readonly { readonly uid: string; readonly row: string }[];
  readonly facility?: { readonly uid: string; readonly row: string };
  /** Without them this viewer only reads. */
  readonly acts?: CaseActs;
  readonly agreements?: AgreementActs;
}
export interface TestGateway {
  ask(
    who: Asking,
    document: string,
    variables?: Record<string, unknown>,
    way?: 'compiled' | 'interpreted',
  ): Promise<ExecutionResult & { readonly context: OperationContext }>;
  /** Texts of the statements sent so far; emptied by reading. */
  statements(): string[];
  close(): Promise<void>;
}

export const noActs: CaseActs = {
  openCase: () => Promise.reject(new Error('this gateway reads only')),
  acknowledgeCase: () => Promise.reject(new Error('this gateway reads only')),
  assignCase: () => Promise.reject(new Error('this gateway reads only')),
  recordInteraction: () => Promise.reject(new Error('this gateway reads only')),
};

export const noAgreements: AgreementActs = {
  recordRestriction: () => Promise.reject(new Error('this gateway reads only')),
  endRestriction: () => Promise.reject(new Error('this gateway reads only')),
  recordConfidentialContact: () => Promise.reject(new Error('this gateway reads only')),
};

/** @param alter for a test that breaks statements on purpose */
export function openTestGateway(gatewayUrl: string, alter: (text: string) => string = (text) => text): TestGateway {
  const sent: string[] = [];
  const readers = openReaders(gatewayUrl, { connections: 2, log: silentLog, onStatement: (text) => void sent.push(text) });
  const reader = createReader(shapes, { ...readers, fly: (flight) => readers.fly({ ...flight, text: alter(flight.text) }) });
  const run = createExecutor(hubSchema);
  const documents = new Map<string, ReturnType<typeof parse>>();
  return {
    async ask(who, text, variables = {}, way = 'compiled') {
      const document = documents.get(text) ?? parse(text);
      documents.set(text, document);
      const context: OperationContext = {
        viewer: {
          userId: toWireId('usr', who.user.uid),
          userUuid: who.user.uid,
          role: who.role,
          purpose: who.purpose,
          departments: (who.departments ?? []).map(({ uid }) => uid),
          facility: who.facility?.uid ?? null,
          tokenId: 'test',
        },
        rows: {
          userRow: who.user.row as RowId,
          departmentRows: (who.departments ?? []).map(({ row }) => row as RowId),
          facilityRow: (who.facility?.row ?? null) as RowId | null,
        },
        plan: planFor(testPolicy, who, 1),
        requestId: 'test',
        reader,
        acts: who.acts ?? noActs,
        agreements: who.agreements ?? noAgreements,
        trail: newTrail(),
      };
      const of = { document, operationName: null, variables, context };
      const result = way === 'compiled' ? await run(of) : await executeInterpreted(hubSchema, of);
      return { ...result, context };
    },
    statements: () => sent.splice(0),
    close: () => readers.close(),
  };
}
