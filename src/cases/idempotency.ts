/** The same request twice is done once. A key belongs to a person and an operation; what was asked is kept as a hash, so
 *  that the same key with another request is noticed, and no text is kept. Only what changed a case is remembered: a refusal
 *  changed nothing and may be tried again. */
import { createHash } from 'node:crypto';
import { CaseFile, Idempotency } from '../store/index.js';
import type { Deed } from './act-context.js';
import { refuse } from './outcome.js';

export interface Keyed {
  readonly operation: string;
  readonly key: string;
  readonly hash: string;
}

export interface Earlier {
  readonly caseUid: string;
  readonly number: string;
  readonly patientRecordId: string | null;
  readonly subjectUid: string | null;
}

/** What an earlier request with this key did; null where this is the first. Requests with the same key wait for each other.
 *  @throws Stopped where the key was used for something else */
export async function earlierRequest({ em, viewer }: Deed, { operation, key, hash }: Keyed): Promise<Earlier | null> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 1))', [`${viewer.userRow} ${operation} ${key}`]);
  const known = await em.findOne(Idempotency, { user: viewer.userRow, operation, key });
  if (!known) return null;
  if (known.requestHash !== hash) {
    throw refuse('BAD_INPUT', 'idempotencyKey: this key was used for another request. Use a new key for a new request.', 'idempotencyKey');
  }
  const file = await em.findOne(CaseFile, { id: known.case.id });
  if (!file) throw refuse('NOT_FOUND', 'The case of the earlier request is not one that you may know of any more.');
  return { caseUid: file.uid, number: file.number, patientRecordId: file.patientRecord?.id ?? null, subjectUid: known.subjectUid ?? null };
}

export function rememberRequest(
  { em, viewer, now }: Deed,
  { operation, key, hash }: Keyed,
  done: { caseId: string; subjectUid: string | null },
): void {
  em.create(Idempotency, {
    user: viewer.userRow,
    operation,
    key,
    requestHash: hash,
    case: done.caseId,
    subjectUid: done.subjectUid,
    createdAt: now,
  });
}

/** A hash of what was asked, whatever the order of its keys. */
export function requestHash(request: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(request)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}
