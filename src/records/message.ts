/** What a connector hands to the host: one source message (a resource, a v2 message, a loop) and what it means.
 *  The raw text is kept whole as a document beside the typed records it gave. */
import type { HubRecord, RecordKey } from './records.js';

/** One input that was read: its raw text whole, and the records it means. */
export interface Mapped {
  readonly outcome: 'mapped';
  readonly key: RecordKey;
  readonly raw: string;
  readonly records: readonly HubRecord[];
}

/** A type that no rule of the hub needs: counted, not kept (minimum necessary, 45 CFR 164.502(b)). */
export interface NotTaken {
  readonly outcome: 'notTaken';
  readonly type: string;
}

/** Input that could not be read, kept whole, with a reason a person can act on. Never PHI in `reason`. */
export interface Rejected {
  readonly outcome: 'rejected';
  readonly code: 'NOT_JSON' | 'NOT_FHIR' | 'NO_ID' | 'NO_SUBJECT' | 'INVALID_VALUE' | 'TRUNCATED';
  readonly reason: string;
  readonly raw: string;
}

/** The source says that it no longer has it. */
export interface Deleted {
  readonly outcome: 'deleted';
  readonly key: RecordKey;
}

export type Message = Mapped | NotTaken | Rejected | Deleted;

/** Where a source was left off. Opaque to the host; the same cursor must give the same messages. */
export type Cursor = { readonly [key: string]: string | number | boolean | null };

/** One unit of work: messages, records and cursor commit together. At most 1,000 messages. */
export interface Batch {
  readonly messages: readonly Message[];
  readonly cursor: Cursor;
  /** How far, 0..1, where the connector can tell. */
  readonly progress: number | null;
  /** Called by the host once the batch is committed or has failed: the moment for an HL7 acknowledgement. */
  settled?(result: 'committed' | 'failed'): void;
}
