import { describe, expect, it } from '@jest/globals';
import { mayMove, missingFor, transitions, type CaseStep } from '../../src/cases/transitions.js';
import { caseStatuses } from '../../src/cases/vocabulary.js';

describe('the steps of a case', () => {
  it.each([
    ['acknowledge', 'RECEIVED', 'ACKNOWLEDGED'],
    ['acknowledge', 'REOPENED', 'ACKNOWLEDGED'],
    ['startReview', 'ACKNOWLEDGED', 'INVESTIGATING'],
    ['askDepartment', 'INVESTIGATING', 'AWAITING_RESPONSE'],
    ['answerTask', 'AWAITING_RESPONSE', 'INVESTIGATING'],
    ['resolve', 'INVESTIGATING', 'RESOLVED'],
    ['close', 'RESOLVED', 'CLOSED'],
    ['reopen', 'CLOSED', 'REOPENED'],
    ['assign', 'ACKNOWLEDGED', 'ACKNOWLEDGED'],
    ['recordInteraction', 'CLOSED', 'CLOSED'],
    ['extendDeadline', 'INVESTIGATING', 'INVESTIGATING'],
  ] as const)('%s leads from %s to %s', (step, from, to) => {
    expect(mayMove(from, step)).toEqual({ allowed: true, to });
  });

  it.each([
    ['acknowledge', 'ACKNOWLEDGED'],
    ['acknowledge', 'CLOSED'],
    ['close', 'RECEIVED'],
    ['assign', 'CLOSED'],
    ['reopen', 'RECEIVED'],
    ['extendDeadline', 'CLOSED'],
  ] as const)('%s may not be taken from %s, and the answer says from where it may', (step, from) => {
    expect(mayMove(from, step)).toEqual({ allowed: false, allowedFrom: transitions[step].from });
  });

  it('every status can be reached from the first, and every status has a way on', () => {
    const steps = Object.keys(transitions) as CaseStep[];
    const reached = new Set(['RECEIVED']);
    for (const _ of caseStatuses)
      for (const from of caseStatuses.filter((status) => reached.has(status)))
        for (const step of steps) {
          const move = mayMove(from, step);
          if (move.allowed) reached.add(move.to);
        }
    expect([...reached].sort()).toEqual([...caseStatuses].sort());
    for (const from of caseStatuses)
      expect(
        steps.some((step) => {
          const move = mayMove(from, step);
          return move.allowed && move.to !== from;
        }),
      ).toBe(true);
  });

  it('a grievance is resolved with contact person, steps taken and result; a compliment with nothing', () => {
    expect(missingFor('resolve', 'GRIEVANCE', { resolution: 'Apologised.' })).toEqual(['contactPerson', 'stepsTaken']);
    expect(missingFor('resolve', 'GRIEVANCE', { resolution: 'Apologised.', contactPerson: 'Zz-Contact', stepsTaken: ' ' })).toEqual([
      'stepsTaken',
    ]);
    expect(missingFor('resolve', 'COMPLAINT', {})).toEqual(['resolution']);
    expect(missingFor('resolve', 'COMPLIMENT', {})).toEqual([]);
    expect(missingFor('assign', 'GRIEVANCE', { assigneeId: null })).toEqual(['assigneeId']);
  });
});
