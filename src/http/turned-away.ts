/** Who is known and turned away leaves an entry, too: at the door, or at a limit. */
import type { Audit } from '../access/index.js';
import type { Viewer } from '../kernel/index.js';

const refused = {
  action: 'READ',
  operation: null,
  personUid: null,
  caseUid: null,
  phiClasses: [],
  outcome: 'REFUSED',
  withheldFields: [],
} as const;

export const noteTurnedAway = (audit: Pick<Audit, 'record'>, by: { readonly viewer: Viewer; readonly requestId: string }): Promise<void> =>
  audit.record([{ ...refused, actor: by.viewer, requestId: by.requestId }]);
