/** What becomes of the clocks of a case whose kind changes. Received on Friday 20 November 2026 in Boston. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ClockState } from '../../src/cases/clock-state.js';
import { deadlinesFor } from '../../src/cases/deadlines.js';
import { rederiveClocks, type KeptClock } from '../../src/cases/rederive-clocks.js';
import { loadCaseRules } from '../../src/cases/rules.js';
import { caseKinds, type CaseKind } from '../../src/cases/vocabulary.js';

const { clocks, calendars } = loadCaseRules();
const facility = { timeZone: 'America/New_York', jurisdiction: 'US-MA', programs: ['42-CFR-482'] };
const receivedAt = new Date('2026-11-20T14:00:00Z');
const wanted = (kind: CaseKind) => deadlinesFor({ kind, receivedAt, facility, flags: [] }, clocks, calendars);
const running = (kind: CaseKind): KeptClock[] => wanted(kind).map((clock) => ({ ...clock, status: 'RUNNING' }));
const stateOf = (kept: readonly KeptClock[], to: CaseKind, acknowledgedAt: Date | null = null): KeptClock[] => {
  const { withdrawn, revived, added } = rederiveClocks(kept, wanted(to), { acknowledgedAt });
  return [
    ...kept.map((clock): KeptClock => {
      const again = revived.find((one) => one.clock === clock);
      return { ...clock, ...(again?.state ?? {}), ...(withdrawn.includes(clock) ? { status: 'WITHDRAWN' as const } : {}) };
    }),
    ...added.map(({ clock, state }) => ({ ...clock, ...state })),
  ];
};
const told = (kept: readonly KeptClock[]): Record<string, ClockState['status']> =>
  Object.fromEntries(kept.map(({ rule, status }) => [rule, status]));

describe('a case of another kind', () => {
  it('that is a grievance now owes the reply, counted from receipt, and keeps the acknowledgement that it owed', () => {
    const now = stateOf(running('COMPLAINT'), 'GRIEVANCE');
    expect(told(now)).toEqual({ 'hub.internal.acknowledge': 'RUNNING', 'us.cms.hospital.reply': 'RUNNING' });
    expect(now.find(({ step }) => step === 'REPLY')?.dueAt).toEqual(new Date('2026-11-28T04:59:59.999Z'));
  });

  it('that is no grievance any more owes none; as praise it owes nothing at all', () => {
    expect(told(stateOf(running('GRIEVANCE'), 'COMPLAINT'))).toEqual({
      'hub.internal.acknowledge': 'RUNNING',
      'us.cms.hospital.reply': 'WITHDRAWN',
    });
    expect(Object.values(told(stateOf(running('GRIEVANCE'), 'COMPLIMENT')))).toEqual(['WITHDRAWN', 'WITHDRAWN']);
  });

  it('keeps what was done, in time or late', () => {
    const done = running('GRIEVANCE').map((clock): KeptClock => ({
      ...clock,
      status: clock.step === 'REPLY' ? 'MISSED' : 'MET',
      metAt: receivedAt,
    }));
    expect(stateOf(done, 'COMPLIMENT')).toEqual(done);
  });

  it.each([
    ['in time', '2026-11-26T04:59:59.999Z', 'MET'],
    ['late', '2026-11-26T05:00:00.000Z', 'MISSED'],
  ])('does not owe an acknowledgement that was given %s', (_, at, status) => {
    const now = stateOf([], 'COMPLAINT', new Date(at));
    expect(now).toMatchObject([{ rule: 'hub.internal.acknowledge', status, metAt: new Date(at) }]);
  });

  it('and of the first again has the clocks of the first, with the time that was granted meanwhile', () => {
    const extended = running('GRIEVANCE').map((clock): KeptClock =>
      clock.step === 'REPLY' ? { ...clock, status: 'EXTENDED', extendedTo: new Date('2026-12-05T04:59:59.999Z') } : clock,
    );
    expect(stateOf(stateOf(extended, 'COMPLIMENT'), 'GRIEVANCE')).toMatchObject(extended.map(({ rule, status }) => ({ rule, status })));
  });

  it('owes what its last kind asks for, whatever it was called in between', () => {
    const kinds = fc.constantFrom(...caseKinds);
    fc.assert(
      fc.property(kinds, fc.array(kinds, { maxLength: 6 }), kinds, (first, between, last) => {
        const end = [...between, last].reduce((kept, kind) => stateOf(kept, kind), running(first));
        const owed = end.filter(({ status }) => status === 'RUNNING').map(({ rule, dueAt }) => [rule, dueAt.getTime()]);
        expect(owed.sort()).toEqual(
          wanted(last)
            .map(({ rule, dueAt }) => [rule, dueAt.getTime()])
            .sort(),
        );
        expect(new Set(end.map(({ rule }) => rule)).size).toBe(end.length);
      }),
    );
  });
});
