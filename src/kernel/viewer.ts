/** Who asks, and for what. Made by `auth` from a verified token; everything behind the door takes it as given.
 *  Role and purpose are strings here: which ones exist is the policy's to say (45 CFR 164.514(d)(2)). */
import type { RowId, WireId } from './ids.js';

export interface Viewer {
  /** The directory user's wire id (`usr_...`). */
  readonly userId: WireId;
  readonly userUuid: string;
  readonly role: string;
  /** HL7 v3-ActReason purpose of use. */
  readonly purpose: string;
  /** Uuids of the departments whose cases the viewer shares. */
  readonly departments: readonly string[];
  /** Uuid of the viewer's facility; null where the token names none. */
  readonly facility: string | null;
  /** Id of the token, for the audit trail. */
  readonly tokenId: string;
}

/** The rows by which statements know a viewer; they never leave the hub. */
export interface ViewerRows {
  readonly userRow: RowId;
  readonly departmentRows: readonly RowId[];
  readonly facilityRow: RowId | null;
}

/** Work that no person asked for has a name and a purpose, and is audited like a person's. */
export interface SystemActor {
  readonly system: string;
  readonly purpose: string;
}
export const asSystem = (system: string, purpose: string): SystemActor => ({ system, purpose });
