/** Who pays, as a claim or its answer says it: the insurer, else the payor of the coverage contained in the same resource,
 *  else what the coverage is called (Synthea's claims have nothing but a display). */
import type { Reference } from '../../../records/index.js';
import { object, objects, text } from './fields.js';
import type { Reading } from './reading.js';

export interface Insurer {
  readonly insurer: string | null;
  readonly insurerOrganization: Reference | null;
}

export function insurerOf({ resource, references }: Reading): Insurer {
  const insurances = objects(resource['insurance']);
  const coverage = (insurances.find((one) => one['focal'] === true) ?? insurances[0])?.['coverage'];
  const payor = objects(references.contained(coverage)?.['payor'])[0];
  return {
    insurer: references.named(resource['insurer']) ?? references.named(payor) ?? text(object(coverage)?.['display']),
    insurerOrganization: references.toOneOf(resource['insurer'], ['Organization']) ?? references.toOneOf(payor, ['Organization']),
  };
}
