/** What becomes of a clock follows from instants alone: a worker that was asleep changes no answer. */
import { describe, expect, it } from '@jest/globals';
import { doneAt, isOwed, nextDue, type ClockState } from '../../src/cases/clock-state.js';

const at = (day: number): Date => new Date(Date.UTC(2026, 10, day));
const clock = (more: Partial<ClockState> = {}): ClockState => ({ status: 'RUNNING', startedAt: at(2), dueAt: at(9), ...more });

describe('a clock of a case', () => {
  it('is met by what is done up to its last instant, and missed, though done, after it', () => {
    expect(doneAt(clock(), at(9))).toEqual({ status: 'MET', metAt: at(9) });
    expect(doneAt(clock(), new Date(at(9).getTime() + 1))?.status).toBe('MISSED');
  });
  it('counts to the new date where it was extended', () => {
    expect(doneAt(clock({ status: 'EXTENDED', extendedTo: at(20) }), at(15))?.status).toBe('MET');
  });
  it('is judged the same whether or not the worker has seen that it ran out', () => {
    expect(doneAt(clock({ status: 'MISSED' }), at(5))).toEqual(doneAt(clock(), at(5)));
    expect(doneAt(clock({ status: 'MISSED' }), at(12))).toEqual(doneAt(clock(), at(12)));
  });
  it('is not stopped twice, nor after it was withdrawn, nor by what was done before it started', () => {
    expect(doneAt(clock({ status: 'MET', metAt: at(3) }), at(5))).toBeNull();
    expect(doneAt(clock({ status: 'MISSED', metAt: at(10) }), at(12))).toBeNull();
    expect(doneAt(clock({ status: 'WITHDRAWN' }), at(5))).toBeNull();
    expect(doneAt(clock(), at(1))).toBeNull();
  });
  it('stays owed after it ran out, so that the case stays first in the worklist', () => {
    expect(isOwed(clock({ status: 'MISSED' }))).toBe(true);
    expect(nextDue([clock({ dueAt: at(20) }), clock({ status: 'MISSED', dueAt: at(9) })])).toEqual(at(9));
    expect(
      nextDue([clock({ status: 'MET', metAt: at(3) }), clock({ status: 'EXTENDED', extendedTo: at(25) }), clock({ dueAt: at(26) })]),
    ).toEqual(at(25));
    expect(nextDue([clock({ status: 'WITHDRAWN' })])).toBeNull();
  });
});
