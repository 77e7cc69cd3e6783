/** A database of its own with one source and a run, and what tests ask of it. */
import type { Pool } from 'pg';
import type { HubRecord, Message } from '../../src/records/index.js';
import type { SourceId } from '../../src/kernel/index.js';
import { ingestBatch, openPool, registerSources, startRun, type Counts } from '../../src/store/index.js';
import { testDatabase } from '../support/services.js';

export const receivedAt = new Date('2026-06-01T12:00:00Z');

const emptied = [
  ...['document', 'outbox', 'set_aside', 'source_name', 'department_map', 'department', 'facility'],
  ...['encounter', 'appointment', 'condition', 'care_team_member', 'coverage', 'claim', 'adjudication', 'payment', 'account'],
  ...['person_link', 'person', 'patient_record'],
];

export interface StoreRoom {
  readonly urls: { readonly url: string; readonly gatewayUrl: string; readonly workerUrl: string };
  readonly worker: Pool;
  readonly owner: Pool;
  readonly sourceId: SourceId;
  ingest(messages: readonly Message[], options?: { maskOf?: (record: HubRecord) => number; cursor?: string }): Promise<Counts>;
  /** Rows as the owner sees them. */
  rows(sql: string, ...values: unknown[]): Promise<Record<string, unknown>[]>;
  /** Empties everything that a source brought. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

export async function openStoreRoom(): Promise<StoreRoom> {
  const database = await testDatabase();
  const worker = openPool(database.workerUrl, { max: 2, name: 'test-worker' });
  const owner = openPool(database.url, { max: 2, name: 'test-owner' });
  const [source] = await registerSources(worker, [{ name: 'ehr', kind: 'fhir', supplies: ['Patient'], expectedIntervalSeconds: 300 }]);
  if (!source) throw new Error('no source');
  const run = await startRun(worker, { sourceId: source.id, full: false, at: receivedAt });
  return {
    urls: database,
    worker,
    owner,
    sourceId: source.id,
    ingest: (messages, { maskOf = () => 0, cursor = 'c' } = {}) =>
      ingestBatch(worker, {
        sourceId: source.id,
        runId: run.id,
        receivedAt,
        batch: { messages, cursor: { at: cursor }, progress: null },
        maskOf,
      }),
    rows: async (sql, ...values) => (await owner.query<Record<string, unknown>>(sql, values)).rows,
    empty: async () => {
      // Deleting is faster than truncating where a table holds a handful of rows.
      await owner.query(emptied.map((table) => `delete from ${table}`).join('; '));
    },
    close: async () => {
      await Promise.all([worker.end(), owner.end()]);
      await database.drop();
    },
  };
}
