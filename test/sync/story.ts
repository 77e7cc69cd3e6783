/** A source whose batches a test writes itself, and what a run of it needs. */
import { join } from 'node:path';
import { readLabelRules } from '../../src/access/index.js';
import { packageRoot } from '../../src/kernel/index.js';
import type { Batch, Cursor, HubRecord, Mapped } from '../../src/records/index.js';
import type { Connector } from '../../src/sources/index.js';

const rules = readLabelRules(join(packageRoot, 'schema/policy/labels.yaml'));
/** Rules that stay, whatever policy the database has. */
export const labels = {
  current: () => ({ labels: rules, generation: null }),
  renew: () => Promise.resolve(),
};

export const message = (record: HubRecord): Mapped => ({
  outcome: 'mapped',
  key: record.key,
  raw: JSON.stringify(record),
  records: [record],
});

const base = { sourceUpdatedAt: null, labelCodes: [] };
export const patient = (id: number): HubRecord => ({
  ...base, kind: 'patient', key: `Patient/${id}`, name: `Zz-Ana Zz-Lopez${id}`, family: `Zz-Lopez${id}`, given: 'Zz-Ana', birthDate: '1970-01-31', deceasedAt: null, sex: null, language: null,
  interpreterNeeded: null, identifiers: [{ system: 'urn:mrn', value: `100${id}`, type: 'MR' }], contactPoints: [], address: null, preferences: [], alerts: [],
}); // prettier-ignore
export const encounter = (id: number, place: string | null = null): HubRecord => ({
  ...base, kind: 'encounter', key: `Encounter/${id}`, patient: `Patient/${id}`, identifiers: [], status: 'finished', class: 'AMB', virtual: false, type: null, reason: null,
  start: '2026-10-01T08:00:00Z', end: null, location: null, organization: place, practitioners: [],
}); // prettier-ignore
export const claim = (id: number, visit: string | null, provider: string | null = null): HubRecord => ({
  ...base, kind: 'claim', key: `Claim/${id}`, patient: `Patient/${id}`, claimKind: 'OTHER', status: 'active', type: null, servicedFrom: null, servicedTo: null,
  encounter: visit, provider, facility: null, insurer: null, insurerOrganization: null, billed: null, conditions: [],
}); // prettier-ignore
export const organization = (id: string, name: string): HubRecord => ({
  ...base,
  kind: 'named',
  key: `Organization/${id}`,
  namedKind: 'organization',
  name,
  aliases: [],
});

/** One batch of one message for each record; its cursor is the number of batches done. `before` runs before each. */
export function scripted(
  records: readonly HubRecord[],
  before: (at: number) => Promise<void> | void = () => undefined,
): Connector & { readonly asked: (Cursor | null)[]; readonly settled: string[] } {
  const asked: (Cursor | null)[] = [];
  const settled: string[] = [];
  return {
    source: 'scripted',
    asked,
    settled,
    async *pull(since): AsyncGenerator<Batch> {
      asked.push(since);
      for (let at = Number(since?.['done'] ?? 0); at < records.length; at++) {
        await before(at);
        const record = records[at];
        if (record)
          yield {
            messages: [message(record)],
            cursor: { done: at + 1 },
            progress: (at + 1) / records.length,
            settled: (result) => settled.push(result),
          };
      }
    },
  };
}
