/** Every kind of fact that hangs on a patient record, in the order in which they are written. */
import type { RecordKind } from '../../records/index.js';
import { accounts, adjudications, claims, coverages, payments } from './billing-facts.js';
import { appointments, careTeamMembers, conditions, encounters } from './clinical-facts.js';
import { consentProvisions } from './consent-facts.js';
import type { FactTable } from './fact.js';

export const facts: readonly FactTable[] = [
  encounters,
  appointments,
  conditions,
  careTeamMembers,
  coverages,
  claims,
  adjudications,
  payments,
  accounts,
  consentProvisions,
];

export const factOf = (kind: RecordKind): FactTable | undefined => facts.find((fact) => fact.kind === kind);
