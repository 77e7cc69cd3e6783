/** That something changed, as gateways tell each other: which row, never what is in it. Whoever hears of it reads the row
 *  anew, under the plan of whoever is to be told. */
import type { RowId } from './ids.js';

export type Change =
  | { readonly kind: 'case'; readonly uid: string }
  /** Fell due. Without a recipient it is for the departments that share the case. */
  | { readonly kind: 'reminder'; readonly uid: string; readonly recipientRow: RowId | null; readonly departmentRows: readonly RowId[] }
  | { readonly kind: 'run'; readonly uid: string; readonly sourceRow: RowId };
