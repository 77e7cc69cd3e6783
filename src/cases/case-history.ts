/** One change of a case: who, when, what. Each change raises the version by one and leaves one line, whose `after` is keyed
 *  by the fields of Case that changed: a colleague whose version is old is told which. It names rows by wire id and says no
 *  narrative; a reason is a person's own words and is shown like one. */
import { CaseEvent } from '../store/index.js';
import type { Deed } from './act-context.js';

export type ChangeWord =
  'OPENED' | 'ACKNOWLEDGED' | 'ASSIGNED' | 'INTERACTION_RECORDED' | 'DEADLINE_EXTENDED' | 'RECLASSIFIED' | 'ISSUE_CODED';

export interface Change {
  readonly what: ChangeWord;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>>;
}

export function writeHistory({ em, viewer, now }: Deed, file: { readonly id: string; readonly version: number }, change: Change): void {
  em.create(CaseEvent, {
    case: file.id,
    at: now,
    byUser: viewer.userRow,
    what: change.what,
    before: change.before,
    after: { version: file.version, ...change.after },
    labelMask: 0,
  });
}
