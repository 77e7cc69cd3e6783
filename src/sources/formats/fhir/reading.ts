/** What every mapping gets: one resource, its key, and who it refers to; and what it may answer. */
import type { HubRecord, InstantText, RecordKey, Reference } from '../../../records/index.js';
import type { Json } from './fields.js';
import type { References } from './references.js';
import { Unreadable } from './unreadable.js';

export interface Reading {
  readonly resource: Json;
  readonly type: string;
  readonly key: RecordKey;
  readonly sourceUpdatedAt: InstantText | null;
  readonly references: References;
}

/** Records; or `deleted`, where the source itself says that it was entered in error and the record has no status to show
 *  it by; or `notTaken`, where no rule needs this use of the type. */
export type Mapping = (reading: Reading) => readonly HubRecord[] | 'deleted' | 'notTaken';

/** The patient that a fact hangs on. Without one it belongs to nobody and is set aside. */
export function patientOf({ resource, type, references }: Reading, field: string): Reference {
  const patient = references.toOneOf(resource[field], ['Patient']);
  if (patient === null) throw new Unreadable('NO_SUBJECT', `${type}.${field} names no Patient of this source`);
  return patient;
}
