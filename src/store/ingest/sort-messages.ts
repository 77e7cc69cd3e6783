/** What a batch of messages comes to, before the database is asked: one last word for each document, what cannot be read,
 *  and how many need no further look. Pure. */
import { hash } from 'node:crypto';
import type { Deleted, HubRecord, Mapped, Message, RecordKey, Rejected } from '../../records/index.js';

export interface Arrival {
  readonly key: RecordKey;
  readonly raw: string;
  readonly records: readonly HubRecord[];
  /** Half a SHA-256 of what it says, in hex: the raw text, but see `meaning`. */
  readonly hash: string;
  /** The newest time of change that its records state. */
  readonly updatedAt: Date | null;
  /** The source deleted it earlier in this batch, so what is stored does not count as a newer version. */
  readonly afresh: boolean;
}

export interface Sorted {
  readonly arrivals: ReadonlyMap<RecordKey, Arrival>;
  readonly deleted: ReadonlySet<RecordKey>;
  readonly rejected: readonly Rejected[];
  readonly notTaken: number;
  /** Overtaken within the batch by another message on the same document. */
  readonly superseded: number;
}

export const contentHash = (raw: string): string => hash('sha256', raw, 'hex').slice(0, 32);

export function sortMessages(messages: readonly Message[]): Sorted {
  const last = new Map<RecordKey, Arrival | Deleted>();
  const rejected: Rejected[] = [];
  let notTaken = 0;
  let superseded = 0;
  for (const message of messages) {
    switch (message.outcome) {
      case 'rejected':
        rejected.push(message);
        break;
      case 'notTaken':
        notTaken += 1;
        break;
      case 'deleted':
      case 'mapped': {
        const earlier = last.get(message.key);
        if (earlier) superseded += 1;
        last.set(message.key, lastWord(earlier, message));
      }
    }
  }
  const arrivals = new Map<RecordKey, Arrival>();
  const deleted = new Set<RecordKey>();
  for (const [key, word] of last) {
    if ('outcome' in word) deleted.add(key);
    else arrivals.set(key, word);
  }
  return { arrivals, deleted, rejected, notTaken, superseded };
}

/** As if they came one by one: the later wins, unless it states an older version than the earlier. */
function lastWord(earlier: Arrival | Deleted | undefined, message: Mapped | Deleted): Arrival | Deleted {
  if (message.outcome === 'deleted') return message;
  const gone = earlier !== undefined && 'outcome' in earlier;
  const arrival = arrive(message, gone || (earlier?.afresh ?? false));
  return earlier && !gone && isOlder(arrival.updatedAt, earlier.updatedAt) ? earlier : arrival;
}

const isOlder = (at: Date | null, than: Date | null): boolean => at !== null && than !== null && at < than;

function arrive({ key, raw, records }: Mapped, afresh: boolean): Arrival {
  const stated = records.map((record) => Date.parse(record.sourceUpdatedAt ?? '')).filter((at) => !Number.isNaN(at));
  const updatedAt = stated.length > 0 ? new Date(Math.max(...stated)) : null;
  return { key, raw, records, hash: contentHash(meaning({ raw, records, updatedAt })), updatedAt, afresh };
}

/** Published bundles each bring their own copy of an organization or practitioner, undated, and differing in what no rule
 *  needs (counts of visits so far). Taken by their bytes they would overtake each other at every reading. */
function meaning({ raw, records, updatedAt }: Pick<Arrival, 'raw' | 'records' | 'updatedAt'>): string {
  const onlyNames = updatedAt === null && records.length > 0 && records.every(({ kind }) => kind === 'named');
  return onlyNames ? JSON.stringify(records) : raw;
}
