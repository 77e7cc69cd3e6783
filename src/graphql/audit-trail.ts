/** Turns what an operation touched into audit entries: one for each person, and one for the operation itself where it
 *  touched nobody, was refused, failed in part, or searched. Pure. */
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
  const common = { actor: viewer, requestId, operation };
  const persons = trail.touched.map((touched): AuditEntry => ({
    ...common,
    action: trail.action === 'SEARCH' ? 'READ' : trail.action,
    personUid: touched.personUid,
    caseUid: touched.caseUid,
    phiClasses: [...touched.phiClasses],
    outcome: touched.withheldFields.size > 0 ? 'PARTLY_WITHHELD' : 'ALLOWED',
    withheldFields: [...touched.withheldFields],
    grantUid: touched.grantUid,
  }));
  if (persons.length > 0 && trail.action !== 'SEARCH' && !failed) return merged(persons);
  const whole: AuditEntry = {
    ...common,
    action: trail.action,
    personUid: null,
    caseUid: null,
    phiClasses: [],
    outcome: failed ? 'ERROR' : trail.refused ? 'REFUSED' : 'ALLOWED',
    withheldFields: [],
  };
  return [whole, ...merged(persons)];
}

/** Several root fields of one operation may touch the same person: still one entry. */
function merged(entries: readonly AuditEntry[]): AuditEntry[] {
  const byWhom = new Map<string, AuditEntry>();
  for (const entry of entries) {
    const key = entry.personUid ?? `case:${entry.caseUid}`;
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
