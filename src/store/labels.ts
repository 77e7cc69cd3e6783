/** Bits of a row's label mask that belong to the hub itself; the policy gives out the lower ones. */

/** Labels that the row inherits are not worked out yet. No viewer sees such a row; `scope` clears the bit. */
export const PENDING = 1 << 30;
