/** Who may write to a case: whoever may read its narrative. The policy says by which relation that is (held or shared, or
 *  the whole facility); nobody writes what they may not read. One exception, the policy's own remedy: a colleague of the same
 *  facility may take a case over, which the case's history and the audit trail both keep. Pure. */
import type { Decision } from '../access/index.js';

export interface CaseRelation {
  /** The viewer holds the case, or shares it through a department. */
  readonly related: boolean;
  /** The case is of the viewer's facility. */
  readonly facility: boolean;
}

export function mayWrite(narrative: Decision, relation: CaseRelation): boolean {
  switch (narrative.may) {
    case 'always':
      return true;
    case 'when':
      // Who broke the glass reads, and changes nothing.
      return narrative.conditions.some((condition) => condition !== 'glass' && relation[condition]);
    case 'never':
      return false;
  }
}

export const mayTakeOver = (narrative: Decision, relation: CaseRelation): boolean => narrative.may !== 'never' && relation.facility;
