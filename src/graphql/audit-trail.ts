/** Turns what an operation touched into audit entries: one for each person; one for each act that was tried and not done; and
 *  one for the operation itself where it touched nobody, was refused, failed in part, or searched. An act that was done has its
 *  entry from its own transaction: it is not written twice, unless the answer told more than the act itself. Pure. */
import { Kind, type OperationDefinitionNode } from 'graphql';
import type { AuditEntry } from '../access/index.js';
import type { OperationContext } from './context.js';

/** What the entries call an operation: its name, or the root fields that an unnamed one asks. Never an alias: a client may
 *  write anything into one. */
export function calledIn(operation: OperationDefinitionNode | undefined): string | null {
  if (!operation) return null; // which of several was not said
  if (operation.name) return operation.name.value;
  const fields = operation.selectionSet.selections.flatMap((selection) => (selection.kind === Kind.FIELD ? [selection.name.value] : []));
  return fields.length > 0 ? [...new Set(fields)].join(', ') : null;
}

export function entriesOf(context: OperationContext, operation: string | null, failed: boolean): AuditEntry[] {
  const { viewer, requestId, trail } = context;
  const common = { actor: viewer, requestId };
  const attempts = trail.attempts.map((attempt): AuditEntry => ({ ...common, ...attempt, outcome: 'REFUSED', withheldFields: [] }));
  const known = new Map([...trail.entered, ...attempts].map((act) => [keyOf(act), new Set(act.phiClasses)]));
  const reads = merged(
    trail.touched.map((touched): AuditEntry => ({
      ...common,
      operation,
      action: 'READ',
      personUid: touched.personUid,
      caseUid: touched.caseUid,
      phiClasses: [...touched.phiClasses],
      outcome: touched.withheldFields.size > 0 ? 'PARTLY_WITHHELD' : 'ALLOWED',
      withheldFields: [...touched.withheldFields],
      grantUid: touched.grantUid,
    })),
  ).filter((read) => {
    const told = known.get(keyOf(read));
    return !told || read.withheldFields.length > 0 || (read.grantUid ?? null) !== null || read.phiClasses.some((phi) => !told.has(phi));
  });
  const nothing = attempts.length + reads.length + trail.entered.length === 0;
  if (!nothing && trail.action !== 'SEARCH' && !failed && !trail.refused) return [...attempts, ...reads];
  const whole: AuditEntry = {
    ...common,
    operation,
    action: trail.action,
    personUid: null,
    caseUid: null,
    phiClasses: [],
    outcome: failed ? 'ERROR' : trail.refused ? 'REFUSED' : 'ALLOWED',
    withheldFields: [],
  };
  return [whole, ...attempts, ...reads];
}

const keyOf = ({ personUid, caseUid }: Pick<AuditEntry, 'personUid' | 'caseUid'>): string => personUid ?? `case:${caseUid}`;

/** Several root fields of one operation may touch the same person: still one entry. */
function merged(entries: readonly AuditEntry[]): AuditEntry[] {
  const byWhom = new Map<string, AuditEntry>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const known = byWhom.get(key);
    byWhom.set(
      key,
      known
        ? {
            ...known,
            caseUid: known.caseUid ?? entry.caseUid,
            grantUid: known.grantUid ?? entry.grantUid ?? null,
            phiClasses: union(known.phiClasses, entry.phiClasses),
            withheldFields: union(known.withheldFields, entry.withheldFields),
            outcome: known.outcome === 'ALLOWED' ? entry.outcome : known.outcome,
          }
        : entry,
    );
  }
  return [...byWhom.values()];
}

const union = (one: readonly string[], other: readonly string[]): string[] => [...new Set([...one, ...other])];
