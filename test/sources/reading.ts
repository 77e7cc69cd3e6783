/** Short ways for the tests to read a resource and look at what it means. */
import { readResource } from '../../src/sources/formats/fhir/mapping.js';
import type { HubRecord, Message, RecordKind, RecordOf } from '../../src/records/index.js';
import type { Connector } from '../../src/sources/index.js';
import type { Batch, Cursor } from '../../src/records/index.js';

export type Loose = { readonly [key: string]: unknown };

/** A resource is written as an object, or as text where its digits matter. */
export const read = (resource: Loose | string): Message => readResource(typeof resource === 'string' ? resource : JSON.stringify(resource));

export function recordsOf(message: Message): readonly HubRecord[] {
  if (message.outcome !== 'mapped') throw new Error(`expected a mapped message, found ${JSON.stringify(message)}`);
  return message.records;
}

export function only<K extends RecordKind>(kind: K, resource: Loose | string): RecordOf<K> {
  const found = recordsOf(read(resource)).find((record): record is RecordOf<K> => record.kind === kind);
  if (!found) throw new Error(`no ${kind} among the records`);
  return found;
}

export async function pullAll(connector: Connector, since: Cursor | null = null, full = false): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of connector.pull(since, { full })) batches.push(batch);
  return batches;
}
export const messagesIn = (batches: readonly Batch[]): Message[] => batches.flatMap((batch) => batch.messages);
export const recordsIn = (batches: readonly Batch[]): HubRecord[] =>
  messagesIn(batches).flatMap((message) => (message.outcome === 'mapped' ? message.records : []));
export const countOutcomes = (batches: readonly Batch[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { outcome } of messagesIn(batches)) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};
