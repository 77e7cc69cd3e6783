/** What every way in promises. A connector reads and maps; the host keeps the cursor, counts, retries runs and writes.
 *  It lives apart from the connectors so that the host and the conformance kit know nothing of any wire. */
import type { Batch, Cursor } from '../records/index.js';

export interface PullOptions {
  /** Read everything again, whatever the cursor says of earlier runs. A walk of this kind left off midway is resumed. */
  readonly full?: boolean;
  readonly signal?: AbortSignal;
}

/** One source system. */
export interface Connector {
  /** The source's name in hub.yaml. */
  readonly source: string;
  /** Everything after `since`, at most 1,000 messages a batch. The same cursor gives the same messages; a batch's cursor
   *  means that everything up to and including the batch is done. Ends when the source has no more for now. */
  pull(since: Cursor | null, options?: PullOptions): AsyncIterable<Batch>;
}

export const batchLimit = 1000;
