/** Where tests of consents play: the hospital of the story, FHIR Consents that arrive as a source sends them, and the people
 *  who look. */
import type { Pool } from 'pg';
import { readResource } from '../../src/sources/formats/fhir/mapping.js';
import { ingestBatch, openPool, startRun } from '../../src/store/index.js';
import { openTestGateway, type Asking, type TestGateway } from '../support/gateway.js';
import { testDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

export interface ConsentRoom {
  readonly story: Story;
  readonly gateway: TestGateway;
  readonly worker: Pool;
  readonly ownerUrl: string;
  readonly advocate: Asking;
  /** Of the source `ehr`, about Maria unless the resource says otherwise. */
  arrives(id: string, more: object): Promise<void>;
  /** What `denials` says of Maria for the advocate. */
  denials(options?: DenialOptions): Promise<number[] | null>;
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  forget(): Promise<void>;
  close(): Promise<void>;
}
interface DenialOptions {
  readonly rules: string;
  readonly viewer?: string;
  readonly departments?: readonly string[];
}

export async function openConsentRoom(): Promise<ConsentRoom> {
  const database = await testDatabase();
  const story = await tellStory(database.url);
  const gateway = openTestGateway(database.gatewayUrl);
  const worker = openPool(database.workerUrl, { max: 2, name: 'test-worker' });
  const { rows } = await worker.query<{ id: number }>(`select id from source where name = 'ehr'`);
  const sourceId = rows[0]!.id;
  const run = await startRun(worker, { sourceId: sourceId as never, full: false, at: new Date('2026-11-20T12:00:00Z') });
  const sql: ConsentRoom['sql'] = async (text, values = []) => (await worker.query<Record<string, unknown>>(text, [...values])).rows;
  return {
    story,
    gateway,
    worker,
    ownerUrl: database.url,
    advocate: { role: 'ADVOCATE', purpose: 'HOPERAT', user: story.advocate },
    sql,
    arrives: async (id, more) => {
      const message = readResource(JSON.stringify(consent(id, more)));
      await ingestBatch(worker, {
        sourceId: sourceId,
        runId: run.id,
        receivedAt: new Date('2026-11-20T12:00:00Z'),
        batch: { messages: [message], cursor: { at: id }, progress: null },
        maskOf: () => 0,
      });
    },
    denials: async ({ rules, viewer = story.advocate.row, departments = [] } = { rules: '{}' }) => {
      const [row] = await sql(`select denials(array[$1::bigint], $2, $3, $4) as d`, [story.maria.recordRow, viewer, departments, rules]);
      return (row?.['d'] ?? null) as number[] | null;
    },
    forget: async () => {
      await sql('delete from consent_provision');
      await sql(`delete from document where key like 'Consent/%'`);
      await sql('delete from restriction');
      await sql('delete from set_aside');
    },
    close: async () => {
      await gateway.close();
      await worker.end();
      await database.drop();
    },
  };
}

export const consent = (id: string, more: object): object => ({
  resourceType: 'Consent',
  id,
  status: 'active',
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
  patient: { reference: 'Patient/1' },
  dateTime: '2026-01-01T00:00:00Z',
  ...more,
});

/** A consent that allows, with these exceptions. */
export const allows = (...exceptions: object[]): object => ({ provision: { type: 'permit', provision: exceptions } });
export const denies = (conditions: object = {}): object => ({ type: 'deny', ...conditions });
export const permits = (conditions: object = {}): object => ({ type: 'permit', ...conditions });
const coded =
  (system: string) =>
  (...codes: string[]) =>
    codes.map((code) => ({ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }));
export const purposes = (...codes: string[]) => ({ purpose: coded('v3-ActReason')(...codes) });
export const labels = (...codes: string[]) => ({ securityLabel: coded('v3-ActCode')(...codes) });
export const classes = (...codes: string[]) => ({ class: codes.map((code) => ({ system: 'http://hl7.org/fhir/resource-types', code })) });
export const actions = (...codes: string[]) => ({ action: codes.map((code) => ({ coding: coded('consentaction')(code) })) });
export const actors = (...references: string[]) => ({
  actor: references.map((reference) => ({ role: { coding: coded('v3-ParticipationType')('PRCP') }, reference: { reference } })),
});
