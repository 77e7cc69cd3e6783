/** Why a resource cannot be taken. Thrown by a mapping, caught by the format's door, which sets the resource aside
 *  whole. `reason` names paths and kinds, never a value: it is shown to people who may not read the resource. */
import type { Rejected } from '../../../records/index.js';

export class Unreadable extends Error {
  readonly code: Rejected['code'];
  constructor(code: Rejected['code'], reason: string) {
    super(reason);
    this.name = 'Unreadable';
    this.code = code;
  }
}
