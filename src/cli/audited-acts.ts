/** Acts that no person asked for, such as the demo's. What is done has its entry from its own transaction (cases/perform.ts);
 *  what is not done, or fails, is told to the audit trail here, before its outcome is given. */
import { randomUUID } from 'node:crypto';
import type { Audit, AuditAction, AuditEntry } from '../access/index.js';
import type { CaseActs, CaseOutcome } from '../cases/index.js';
import type { SystemActor } from '../kernel/index.js';

export function auditedActs(acts: CaseActs, { actor, audit }: { actor: SystemActor; audit: Pick<Audit, 'record'> }): CaseActs {
  const told =
    (operation: keyof CaseActs, action: AuditAction) =>
    async (input: object): Promise<CaseOutcome> => {
      const tell = (what: Pick<AuditEntry, 'caseUid' | 'personUid' | 'outcome'>): Promise<void> =>
        audit.record([{ actor, requestId: randomUUID(), action, operation, ...what, phiClasses: [], withheldFields: [] }]);
      try {
        const done = await acts[operation](input);
        const left = whatIsLeftToTell(done);
        if (left) await tell(left);
        return done;
      } catch (error) {
        await tell({ caseUid: null, personUid: null, outcome: 'ERROR' });
        throw error;
      }
    };
  return {
    openCase: told('openCase', 'CREATE'),
    acknowledgeCase: told('acknowledgeCase', 'UPDATE'),
    assignCase: told('assignCase', 'UPDATE'),
    recordInteraction: told('recordInteraction', 'UPDATE'),
    extendDeadline: told('extendDeadline', 'UPDATE'),
    classifyCase: told('classifyCase', 'UPDATE'),
    codeIssue: told('codeIssue', 'UPDATE'),
  };
}

function whatIsLeftToTell(done: CaseOutcome) {
  switch (done.outcome) {
    case 'changed':
      return null;
    case 'duplicate':
      return { caseUid: done.existingUid, personUid: done.personUid, outcome: 'REFUSED' } as const;
    case 'conflict':
      return { caseUid: done.currentUid, personUid: done.personUid, outcome: 'REFUSED' } as const;
    case 'refused':
      return { caseUid: null, personUid: null, outcome: 'REFUSED' } as const;
  }
}
