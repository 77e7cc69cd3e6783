/** Records written out as rows, kind by kind, before anything is stored. A message with a value that no column can hold is
 *  left out as a whole and set aside. Pure but for `maskOf`. */
import type { HubRecord, NamedRecord, PatientRecord, RecordKey, RecordKind, Rejected } from '../../records/index.js';
import type { FactTable } from './fact.js';
import { factOf } from './facts.js';
import { patientCells } from './patient-cells.js';
import type { Arrival } from './sort-messages.js';
import type { Cell } from './text-array.js';
import { keyText, listText, Unreadable } from './values.js';

/** One row to be: what every fact carries, and the cells of its own columns. */
export interface StagedRow {
  readonly key: RecordKey;
  readonly patient: string | null;
  readonly updatedAt: Cell;
  readonly labelCodes: string;
  readonly mask: number;
  readonly cells: readonly Cell[];
}
export interface StagedPatient extends StagedRow {
  readonly record: PatientRecord;
}
export interface StagedName {
  readonly record: NamedRecord;
  readonly documentKey: RecordKey;
  readonly labelCodes: string;
  readonly mask: number;
}

export interface Staged {
  readonly stored: readonly Arrival[];
  readonly patients: ReadonlyMap<RecordKey, StagedPatient>;
  /** By kind and key. */
  readonly facts: ReadonlyMap<FactTable, ReadonlyMap<RecordKey, readonly StagedRow[]>>;
  readonly names: readonly StagedName[];
  readonly rejected: readonly Rejected[];
}

export function stage(arrivals: readonly Arrival[], maskOf: (record: HubRecord) => number): Staged {
  const stored: Arrival[] = [];
  const rejected: Rejected[] = [];
  const patients = new Map<RecordKey, StagedPatient>();
  const facts = new Map<FactTable, Map<RecordKey, readonly StagedRow[]>>();
  const names: StagedName[] = [];
  for (const arrival of arrivals) {
    try {
      const write = arrival.records.map((record) => stageRecord(record, arrival, maskOf));
      keyText('key', arrival.key);
      for (const row of write) {
        if (row.as === 'patient') keepNewest(patients, row.key, row);
        else if (row.as === 'name') names.push(row);
        else keepNewest(rowsOf(facts, row.fact), row.key, row.rows);
      }
      stored.push(arrival);
    } catch (fault) {
      if (!(fault instanceof Unreadable)) throw fault;
      rejected.push({ outcome: 'rejected', code: 'INVALID_VALUE', reason: fault.message, raw: arrival.raw });
    }
  }
  return { stored, patients, facts, names, rejected };
}

function stageRecord(record: HubRecord, arrival: Arrival, maskOf: (record: HubRecord) => number) {
  if (record.kind === 'named') {
    [record.key, ...record.aliases].forEach((alias) => keyText('alias', alias));
    return { as: 'name', record, documentKey: arrival.key, labelCodes: listText(record.labelCodes), mask: maskOf(record) } as const;
  }
  const common = {
    key: keyText('key', record.key),
    updatedAt: arrival.updatedAt?.toISOString() ?? null,
    labelCodes: listText(record.labelCodes),
    mask: maskOf(record),
  };
  if (record.kind === 'patient') {
    return { as: 'patient', ...common, patient: null, cells: patientCells(record), record } as const;
  }
  const fact = factOf(record.kind);
  if (!fact) throw new TypeError(`no table for records of kind ${record.kind}`);
  const patient = keyText('patient', fact.patient(record));
  const rows = Array.from({ length: fact.rows(record) }, (_, at) => ({ ...common, patient, cells: fact.cells(record, at) }));
  return { as: 'fact', key: record.key, fact, rows } as const;
}

/** Two documents may give the same record; the later wins, unless it states an older version. */
function keepNewest<V extends StagedRow | readonly StagedRow[]>(all: Map<RecordKey, V>, key: RecordKey, next: V): void {
  const was = versionOf(all.get(key));
  const is = versionOf(next);
  if (!was || !is || was <= is) all.set(key, next);
}

function versionOf(row: StagedRow | readonly StagedRow[] | undefined): Cell {
  return (isList(row) ? row[0] : row)?.updatedAt ?? null;
}

const isList = (row: StagedRow | readonly StagedRow[] | undefined): row is readonly StagedRow[] => Array.isArray(row);

function rowsOf<K, V>(all: Map<K, Map<RecordKey, V>>, of: K): Map<RecordKey, V> {
  const found = all.get(of) ?? new Map<RecordKey, V>();
  all.set(of, found);
  return found;
}

/** What a document is on record to have given: the kind, and the key where it is not the document's own. */
export const yieldOf = (record: { readonly kind: RecordKind; readonly key: RecordKey }, documentKey: RecordKey): string =>
  record.key === documentKey ? record.kind : `${record.kind} ${record.key}`;

export function readYield(text: string, documentKey: RecordKey): { kind: string; key: RecordKey } {
  const space = text.indexOf(' ');
  return space < 0 ? { kind: text, key: documentKey } : { kind: text.slice(0, space), key: text.slice(space + 1) };
}
