/** Acts that no person asked for, such as the demo's, told to the audit trail under the name of who does them: one entry for
 *  each act, durable before its outcome is given. */
import { randomUUID } from 'node:crypto';
import type { Audit, AuditAction } from '../access/index.js';
import type { CaseActs, CaseOutcome } from '../cases/index.js';
import type { SystemActor } from '../kernel/index.js';

export function auditedActs(acts: CaseActs, { actor, audit }: { actor: SystemActor; audit: Pick<Audit, 'record'> }): CaseActs {
  const told =
    (operation: keyof CaseActs, action: AuditAction) =>
    async (input: object): Promise<CaseOutcome> => {
      const done = await acts[operation](input);
      const rest = { phiClasses: [], withheldFields: [] };
      await audit.record([{ actor, requestId: randomUUID(), action, operation, ...whatItTouched(done), ...rest }]);
      return done;
    };
  return {
    openCase: told('openCase', 'CREATE'),
    acknowledgeCase: told('acknowledgeCase', 'UPDATE'),
    assignCase: told('assignCase', 'UPDATE'),
    recordInteraction: told('recordInteraction', 'UPDATE'),
  };
}

function whatItTouched(done: CaseOutcome) {
  switch (done.outcome) {
    case 'changed':
      return { caseUid: done.caseUid, personUid: done.personUid, outcome: 'ALLOWED' } as const;
    case 'duplicate':
      return { caseUid: done.existingUid, personUid: done.personUid, outcome: 'ALLOWED' } as const;
    case 'conflict':
      return { caseUid: done.currentUid, personUid: done.personUid, outcome: 'ALLOWED' } as const;
    case 'refused':
      return { caseUid: null, personUid: null, outcome: 'REFUSED' } as const;
  }
}
