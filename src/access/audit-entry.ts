/** What an entry of the trail says, and how it is handed to `append_audit`. A read is audited after it and before its answer
 *  (audit.ts); an act in its own transaction, by appending as the last statement before the commit: the chain's head is locked
 *  no longer than that, and nobody who holds it waits for anything else. */
import { randomUUID } from 'node:crypto';
import type { ClientBase, Pool } from 'pg';
import { realClock, type SystemActor, type Viewer } from '../kernel/index.js';

export const auditActions = [
  'READ', 'SEARCH', 'CREATE', 'UPDATE', 'DELETE', 'BREAK_GLASS', 'EXPORT', 'DISCLOSE', 'LOGIN', 'SYSTEM',
] as const; // prettier-ignore
export type AuditAction = (typeof auditActions)[number];
export const auditOutcomes = ['ALLOWED', 'PARTLY_WITHHELD', 'REFUSED', 'ERROR'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/** One person touched by one operation; or, without a person, the operation itself. */
export interface AuditEntry {
  readonly actor: Viewer | SystemActor;
  readonly requestId: string;
  readonly action: AuditAction;
  readonly operation: string | null;
  readonly personUid: string | null;
  readonly caseUid: string | null;
  readonly phiClasses: readonly string[];
  readonly outcome: AuditOutcome;
  readonly withheldFields: readonly string[];
  /** The break-glass grant under which it was answered. */
  readonly grantUid?: string | null;
}

/** Whose acts are told, and in which request: the part of an entry that is known before anything is done. */
export interface Told {
  readonly actor: Viewer | SystemActor;
  readonly requestId: string;
}

/** The argument of `append_audit`. @param at by the real clock: a business clock can be moved */
export function entriesText(told: readonly { readonly entries: readonly AuditEntry[]; readonly at: Date }[]): string {
  return JSON.stringify(told.flatMap(({ entries, at }) => entries.map((entry) => rowOf(entry, at))));
}

/** Appends within the caller's transaction, as its last statement before the commit. */
export async function appendEntries(client: ClientBase | Pool, entries: readonly AuditEntry[]): Promise<void> {
  await client.query('select append_audit($1::jsonb)', [entriesText([{ entries, at: realClock.now() }])]);
}

function rowOf(entry: AuditEntry, at: Date): object {
  const { actor } = entry;
  const who =
    'system' in actor
      ? { system: actor.system, purpose: actor.purpose }
      : { userUid: actor.userUuid, role: actor.role, purpose: actor.purpose, tokenId: actor.tokenId };
  return {
    uid: randomUUID(),
    at: at.toISOString(),
    requestId: entry.requestId,
    ...who,
    action: entry.action,
    operation: entry.operation,
    personUid: entry.personUid,
    caseUid: entry.caseUid,
    phiClasses: entry.phiClasses,
    outcome: entry.outcome,
    withheldFields: entry.withheldFields,
    ...(entry.grantUid ? { grantUid: entry.grantUid } : {}),
  };
}
