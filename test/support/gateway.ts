/** A gateway without a socket: the real schema, reader, policy and row-level security over a test database. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, type ExecutionResult } from 'graphql';
import {
  accessShapes,
  planFor,
  readLabelRules,
  readPolicy,
  type GrantActs,
  type Policy,
  type PrivacyActs,
} from '../../src/access/index.js';
import { caseShapes, type CaseActs } from '../../src/cases/index.js';
import { departmentShape, facilityShape, userShape } from '../../src/directory/index.js';
import type { AgreementActs } from '../../src/patients/index.js';
import {
  buildHubSchema,
  createCompiledExecutor,
  createExecutor,
  executeInterpreted,
  JsonText,
  newTrail,
  type OperationContext,
} from '../../src/graphql/index.js';
import { packageRoot, silentLog, toWireId, type RowId, type Shape } from '../../src/kernel/index.js';
import { patientShapes } from '../../src/patients/index.js';
import { createReader, openReaders } from '../../src/read/index.js';
import { reminderShapes } from '../../src/reminders/index.js';
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
  ...reminderShapes,
  ...accessShapes,
];
/** Labels of the shipped policy, by name and bit. */
export const { labels } = readLabelRules(join(packageRoot, 'schema/policy/labels.yaml'));
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
  readonly grants?: GrantActs;
  readonly privacy?: PrivacyActs;
  /** Another one than ships; for a gateway of its own, because statements are kept by generation. */
  readonly policy?: Policy;
  readonly agreements?: AgreementActs;
}
/** `usual`: as the gateway chooses. */
export type Way = 'usual' | 'compiled' | 'interpreted';
export interface TestGateway {
  ask(
    who: Asking,
    document: string,
    variables?: Record<string, unknown>,
    way?: Way,
  ): Promise<ExecutionResult & { readonly context: OperationContext; readonly passed: boolean }>;
  /** Texts of the statements sent so far; emptied by reading. */
  statements(): string[];
  /** What they reported that they touched, as they reported it; emptied by reading. */
  reports(): unknown[];
  close(): Promise<void>;
}

export const noActs: CaseActs = {
  openCase: () => Promise.reject(new Error('this gateway reads only')),
  acknowledgeCase: () => Promise.reject(new Error('this gateway reads only')),
  assignCase: () => Promise.reject(new Error('this gateway reads only')),
  recordInteraction: () => Promise.reject(new Error('this gateway reads only')),
  extendDeadline: () => Promise.reject(new Error('this gateway reads only')),
  classifyCase: () => Promise.reject(new Error('this gateway reads only')),
  codeIssue: () => Promise.reject(new Error('this gateway reads only')),
};

export const noAgreements: AgreementActs = {
  recordRestriction: () => Promise.reject(new Error('this gateway reads only')),
  endRestriction: () => Promise.reject(new Error('this gateway reads only')),
  recordConfidentialContact: () => Promise.reject(new Error('this gateway reads only')),
};
export const noGrants: GrantActs = {
  breakGlass: () => Promise.reject(new Error('this gateway reads only')),
  revokeGrant: () => Promise.reject(new Error('this gateway reads only')),
  reviewGrant: () => Promise.reject(new Error('this gateway reads only')),
};
export const noPrivacyActs: PrivacyActs = {
  recordDisclosure: () => Promise.reject(new Error('this gateway reads only')),
  suspendAccounting: () => Promise.reject(new Error('this gateway reads only')),
  reviewAccess: () => Promise.reject(new Error('this gateway reads only')),
};

/** @param alter for a test that breaks statements on purpose
 *  @param breakSettings for one that breaks those of row-level security */
export function openTestGateway(
  gatewayUrl: string,
  alter: (text: string) => string = (text) => text,
  breakSettings: (hidden: number) => { readonly hidden: number; readonly reviews?: boolean } = (hidden) => ({ hidden }),
): TestGateway {
  const sent: string[] = [];
  const reported: string[] = [];
  const readers = openReaders(gatewayUrl, { connections: 2, log: silentLog, onStatement: (text) => void sent.push(text) });
  const reader = createReader(shapes, {
    ...readers,
    fly: async (flight) => {
      const text = alter(flight.text);
      // A statement has one text under one name.
      const answer = await readers.fly({ ...flight, text, name: text === flight.text ? flight.name : '', ...breakSettings(flight.hidden) });
      if (answer.t !== null) reported.push(answer.t);
      return answer;
    },
  });
  const ways = {
    usual: createExecutor(hubSchema),
    compiled: createCompiledExecutor(hubSchema),
    interpreted: (of: Parameters<typeof executeInterpreted>[1]) => executeInterpreted(hubSchema, of),
  };
  const documents = new Map<string, ReturnType<typeof parse>>();
  return {
    async ask(who, text, variables = {}, way = 'usual') {
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
        plan: planFor(who.policy ?? testPolicy, who, 1),
        requestId: 'test',
        reader,
        acts: who.acts ?? noActs,
        grants: who.grants ?? noGrants,
        privacy: who.privacy ?? noPrivacyActs,
        agreements: who.agreements ?? noAgreements,
        trail: newTrail(),
        renewed: () => Promise.reject(new Error('this gateway has one policy')),
      };
      const of = { document, operationName: null, variables, context };
      const { data, ...rest } = await ways[way](of);
      const values = data instanceof JsonText ? (JSON.parse(data.text) as ExecutionResult['data']) : data;
      return { ...rest, ...(values === undefined ? {} : { data: values }), passed: data instanceof JsonText, context };
    },
    statements: () => sent.splice(0),
    reports: () => reported.splice(0).map((text): unknown => JSON.parse(text)),
    close: () => readers.close(),
  };
}
