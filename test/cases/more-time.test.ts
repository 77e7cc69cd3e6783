/** More time for a clock, by a table made by hand. The facility is in Boston; every instant below was worked out from the
 *  zone's offset on that day. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lastInstant, type ClockState } from '../../src/cases/clock-state.js';
import { whyNoMoreTime, type MoreTime } from '../../src/cases/more-time.js';

/** Of a grievance that came on Monday 2 February 2026: thirty days end with 4 March. */
const clock = {
  rule: 'us.ma.grievance',
  status: 'RUNNING',
  startedAt: new Date('2026-02-02T15:00:00Z'),
  dueAt: new Date('2026-03-05T04:59:59.999Z'),
} as const;
const fourteen = { extension: { days: 14, condition: 'The enrollee asks for it.' } };
const asked = (more: Partial<Omit<MoreTime, 'until' | 'now'>> & { until: string; now?: string }): MoreTime => ({
  clock,
  rule: fourteen,
  timeZone: 'America/New_York',
  ...more,
  until: new Date(more.until),
  now: new Date(more.now ?? '2026-02-20T12:00:00Z'),
});

describe('more time for a clock', () => {
  it.each([
    // The clocks go forward on 8 March: fourteen days after 4 March end at 03:59:59.999 UTC.
    ['to the last millisecond of the fourteenth day', asked({ until: '2026-03-19T03:59:59.999Z' })],
    ['by a minute', asked({ until: '2026-03-05T05:00:59.999Z' })],
    ['at the last instant', asked({ until: '2026-03-10T12:00:00Z', now: '2026-03-05T04:59:59.999Z' })],
    [
      'again, within the same fourteen days',
      asked({
        clock: { ...clock, status: 'EXTENDED', extendedTo: new Date('2026-03-10T03:59:59.999Z') },
        until: '2026-03-19T03:59:59.999Z',
      }),
    ],
    [
      'without an end, where the rule sets none',
      asked({ rule: { extension: { condition: 'A status letter names the new date.' } }, until: '2027-03-05T04:59:59.999Z' }),
    ],
  ])('may be taken %s', (_, more) => {
    expect(whyNoMoreTime(more)).toBeNull();
  });

  it.each([
    [
      'a millisecond beyond the fourteenth day',
      asked({ until: '2026-03-19T04:00:00.000Z' }),
      'until',
      'expected 2026-03-19T03:59:59.999Z at the latest, 14 days after 2026-03-05T04:59:59.999Z',
    ],
    [
      'for less time',
      asked({ until: '2026-03-05T04:59:59.999Z' }),
      'until',
      'expected an instant after 2026-03-05T04:59:59.999Z, until when it runs now',
    ],
    [
      'when it has run out',
      asked({ until: '2026-03-10T00:00:00Z', now: '2026-03-05T05:00:00.000Z' }),
      'deadlineId',
      'expected a clock that runs, found one that ran out on 2026-03-05T04:59:59.999Z: more time is taken before',
    ],
    [
      'when it is met',
      asked({ clock: { ...clock, status: 'MET', metAt: new Date('2026-02-10T00:00:00Z') }, until: '2026-03-10T00:00:00Z' }),
      'deadlineId',
      'expected a clock that is still owed, found one that is MET',
    ],
    [
      'where the rule knows of none',
      asked({ rule: {}, until: '2026-03-10T00:00:00Z' }),
      'deadlineId',
      'us.ma.grievance knows of no more time',
    ],
    [
      'where nobody knows the rule any more',
      asked({ rule: null, until: '2026-03-10T00:00:00Z' }),
      'deadlineId',
      'us.ma.grievance knows of no more time',
    ],
  ])('may not be taken %s', (_, more, field, says) => {
    expect(whyNoMoreTime(more)).toEqual({ field, says });
  });

  it('only ever moves the end on, and never beyond the limit however often it is taken', () => {
    const instants = fc.date({ min: new Date('2026-01-01'), max: new Date('2026-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(fc.array(instants, { maxLength: 20 }), instants, (untils, now) => {
        let at: ClockState & { rule: string } = clock;
        for (const until of untils) {
          const before = lastInstant(at);
          if (whyNoMoreTime({ clock: at, rule: fourteen, until, now, timeZone: 'America/New_York' }) === null)
            at = { ...at, status: 'EXTENDED', extendedTo: until };
          expect(lastInstant(at).getTime()).toBeGreaterThanOrEqual(before.getTime());
          expect(lastInstant(at).getTime()).toBeLessThanOrEqual(Date.parse('2026-03-19T03:59:59.999Z'));
        }
      }),
    );
  });
});
