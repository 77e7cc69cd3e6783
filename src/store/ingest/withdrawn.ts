/** Rows that a document gave and gives no longer, because its new version does not or because the source deleted it. */
import type { RecordKey } from '../../records/index.js';
import type { Screened } from './documents.js';
import { readYield, type Staged, yieldOf } from './stage.js';
import type { Work } from './work.js';
import { removeFacts } from './write-facts.js';
import { removeNames } from './write-names.js';
import { blankPatients } from './write-patients.js';

export interface Withdrawn {
  /** Keys of records, by kind. */
  readonly rows: ReadonlyMap<string, readonly RecordKey[]>;
  /** Documents that gave names. */
  readonly naming: readonly RecordKey[];
}

/** Pure: what was given before, less what the batch gives, be it through another document. */
export function withdrawn({ staged, screened, gone }: { staged: Staged; screened: Screened; gone: readonly RecordKey[] }): Withdrawn {
  const given = new Set(staged.stored.flatMap(({ records, afresh }) => (afresh ? [] : records.map((record) => yieldOf(record, '')))));
  const rows = new Map<string, RecordKey[]>();
  const naming: RecordKey[] = [];
  for (const key of [...gone, ...staged.stored.map((arrival) => arrival.key)]) {
    for (const text of screened.prior.get(key)?.yielded ?? []) {
      const was = readYield(text, key);
      if (was.kind === 'named') naming.push(key);
      else if (!given.has(`${was.kind} ${was.key}`)) rows.set(was.kind, [...(rows.get(was.kind) ?? []), was.key]);
    }
  }
  return { rows, naming };
}

export async function removeWithdrawn(work: Work, { rows, naming }: Withdrawn): Promise<void> {
  for (const [kind, keys] of rows) {
    if (kind === 'patient') await blankPatients(work, keys);
    else await removeFacts(work, kind, keys);
  }
  await removeNames(work, naming);
}
