/** Rows of the directory for programs that sign in as themselves. hub.yaml lists them, not the directory's file; their row
 *  bears the client's id as its name, so that the audit trail says which program asked. */
import type { UserSeed } from './seed-file.js';
import { uuidOfKey } from './stable-uuid.js';

export interface Machine {
  readonly id: string;
  readonly role: string;
}

/** A key of the directory's file has no blank in it: so no machine ever takes a person's id. */
export const machineUuid = (id: string): string => uuidOfKey('user', keyOf(id));
const keyOf = (id: string): string => `client ${id}`;

export const machineUsers = (machines: readonly Machine[]): UserSeed[] =>
  machines.map(({ id, role }) => ({
    key: keyOf(id),
    uuid: machineUuid(id),
    name: id,
    role,
    facilityKey: null,
    departmentKeys: [],
    active: true,
    machine: true,
  }));
