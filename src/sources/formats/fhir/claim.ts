/** Claim: what was billed. `billed` is Claim.total and nothing else: Synthea's line charges do not add up to it.
 *  A cancelled or draft claim is shown with that status, and no sum counts it. */
import { claimLabelCodes, conditionsOf, encounterOf, isBilled, kindOf, placesOf, servicedOf, typeOf } from './claim-parts.js';
import { moneyOf } from './decimal.js';
import { text } from './fields.js';
import { insurerOf } from './insurers.js';
import { patientOf, type Mapping } from './reading.js';

export const readClaim: Mapping = (reading) => {
  const { resource, key, sourceUpdatedAt } = reading;
  if (!isBilled(resource)) return 'notTaken';
  if (resource['status'] === 'entered-in-error') return 'deleted';
  return [
    {
      kind: 'claim',
      key,
      sourceUpdatedAt,
      labelCodes: claimLabelCodes(reading),
      patient: patientOf(reading, 'patient'),
      claimKind: kindOf(resource),
      status: text(resource['status']),
      type: typeOf(resource),
      ...servicedOf(resource),
      encounter: encounterOf(reading),
      ...placesOf(reading),
      ...insurerOf(reading),
      billed: moneyOf(resource['total'], 'Claim.total'),
      conditions: conditionsOf(reading),
    },
  ];
};
