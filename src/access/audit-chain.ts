/** What a hash of the trail covers: the hash before it and every column of the entry, as text, in one order that a reader of
 *  the stored row can make again without the database's help. `append_audit` (migration 0008) makes the same text when it
 *  writes; a test holds the two together. Entries written before that migration have the first form: the JSON handed in, as
 *  jsonb prints it. Pure. */
import { createHash } from 'node:crypto';

/** An entry as it is stored, each column in its text form. */
export interface StoredEntry {
  readonly seq: number;
  /** First day of the month in which it was appended. */
  readonly month: string;
  readonly uid: string;
  /** With microseconds: 2026-11-23T14:00:00.123000Z. */
  readonly at: string;
  readonly requestId: string;
  readonly userUid: string | null;
  readonly system: string | null;
  readonly role: string | null;
  readonly purpose: string;
  readonly tokenId: string | null;
  readonly action: string;
  readonly operation: string | null;
  readonly personUid: string | null;
  readonly caseUid: string | null;
  readonly phiClasses: readonly string[];
  readonly phiText: string;
  readonly outcome: string;
  readonly withheldFields: readonly string[];
  readonly withheldText: string;
  readonly grantUid: string | null;
  readonly hash: Buffer;
}

/** The hash before the first entry. */
export const chainStart: Buffer = Buffer.from([0]);

/** @param firstFormTo the last entry that has the first form */
export function hashOf(before: Buffer, entry: StoredEntry, firstFormTo: number): Buffer {
  const text = entry.seq <= firstFormTo ? firstForm(entry) : secondForm(entry);
  return createHash('sha256').update(before).update(text, 'utf8').digest();
}

function secondForm(e: StoredEntry): string {
  const { seq, month, uid, at, requestId, userUid, system, role, purpose, tokenId, action, operation, personUid, caseUid } = e;
  const columns = [
    ...[uid, at, requestId, userUid, system, role, purpose, tokenId, action, operation, personUid, caseUid],
    ...[e.phiText, e.outcome, e.withheldText, e.grantUid],
  ];
  return `${seq} ${month} ${jsonList(columns)}`;
}

/** jsonb puts shorter keys first; an entry of a person has no `system`, one of a system none of the person's. */
function firstForm(e: StoredEntry): string {
  const people: [string, string][] = [['userUid', JSON.stringify(e.userUid)]];
  const pairs: [string, string][] = [
    ['at', JSON.stringify(e.at.replace(/000Z$/, 'Z'))],
    ['uid', JSON.stringify(e.uid)],
    ...(e.system === null ? [['role', JSON.stringify(e.role)] as [string, string]] : []),
    ['action', JSON.stringify(e.action)],
    ...(e.system === null ? [] : [['system', JSON.stringify(e.system)] as [string, string]]),
    ['caseUid', JSON.stringify(e.caseUid)],
    ['outcome', JSON.stringify(e.outcome)],
    ['purpose', JSON.stringify(e.purpose)],
    ...(e.system === null ? [['tokenId', JSON.stringify(e.tokenId)] as [string, string], ...people] : []),
    ['operation', JSON.stringify(e.operation)],
    ['personUid', JSON.stringify(e.personUid)],
    ['requestId', JSON.stringify(e.requestId)],
    ['phiClasses', jsonList(e.phiClasses)],
    ['withheldFields', jsonList(e.withheldFields)],
  ];
  return `${e.seq}{${pairs.map(([key, value]) => `"${key}": ${value}`).join(', ')}}`;
}

/** As PostgreSQL prints a list: a blank after the comma. */
const jsonList = (values: readonly (string | null)[]): string => `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
