/** When to leave a source that does not answer alone. Pure. After five failed runs in a row its circuit opens: it is asked
 *  no more but for one probe now and then, so that a source in trouble is not asked to death and a dead one costs nothing. */
import type { Circuit } from '../store/index.js';

export type { Circuit };

export const failuresToOpen = 5;

/** @param failuresInARow this one included */
export function afterFailure(circuit: Circuit, failuresInARow: number): Circuit {
  return circuit === 'CLOSED' && failuresInARow < failuresToOpen ? 'CLOSED' : 'OPEN';
}

export const atStart = (circuit: Circuit): Circuit => (circuit === 'CLOSED' ? 'CLOSED' : 'HALF_OPEN');
