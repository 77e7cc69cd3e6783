/** The audit entry of a policy that was put in force, or refused: by the hub itself, about nobody. */
import { randomUUID } from 'node:crypto';
import type { AuditEntry, AuditOutcome } from '../access/index.js';
import { asSystem } from '../kernel/index.js';

export const policyEntry = (outcome: AuditOutcome): AuditEntry => ({
  actor: asSystem('policy', 'HSYSADMIN'),
  requestId: randomUUID(),
  action: 'SYSTEM',
  operation: 'policy apply',
  personUid: null,
  caseUid: null,
  phiClasses: [],
  outcome,
  withheldFields: [],
});
