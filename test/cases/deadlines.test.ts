/** Deadlines by hand-made tables: every due date below was counted on a calendar, and its UTC instant worked out from
 *  the zone's offset on that day. */
import { describe, expect, it } from '@jest/globals';
import { deadlinesFor, dueOn, type ClockFacts } from '../../src/cases/deadlines.js';
import type { ClockRule } from '../../src/cases/clock-rules.js';
import { loadCaseRules } from '../../src/cases/rules.js';

const { clocks, calendars } = loadCaseRules();
const boston = { timeZone: 'America/New_York', jurisdiction: 'US-MA', programs: ['42-CFR-482'] };

const grievance = (receivedAt: string, facts: Partial<ClockFacts> = {}): ClockFacts => ({
  kind: 'GRIEVANCE',
  receivedAt: new Date(receivedAt),
  facility: boston,
  flags: [],
  ...facts,
});

function due(rule: string, facts: ClockFacts): string | undefined {
  return deadlinesFor(facts, clocks, calendars)
    .find((clock) => clock.rule === rule)
    ?.dueAt.toISOString();
}

describe('the hospital reply, seven calendar days', () => {
  it.each([
    ['an ordinary week in winter', '2026-01-12T15:00:00Z', '2026-01-20T04:59:59.999Z'],
    ['a week in which clocks spring forward (8 March 2026)', '2026-03-05T15:00:00Z', '2026-03-13T03:59:59.999Z'],
    ['the last day is the day of the change itself', '2026-03-01T15:00:00Z', '2026-03-09T03:59:59.999Z'],
    ['a week in which clocks fall back (1 November 2026)', '2026-10-28T15:00:00Z', '2026-11-05T04:59:59.999Z'],
    ['a leap day counts like any other', '2028-02-25T15:00:00Z', '2028-03-04T04:59:59.999Z'],
    ['across the end of the year', '2026-12-28T15:00:00Z', '2027-01-05T04:59:59.999Z'],
    ['received a minute before local midnight', '2026-01-13T04:59:00Z', '2026-01-20T04:59:59.999Z'],
    ['received at local midnight, a minute later', '2026-01-13T05:00:00Z', '2026-01-21T04:59:59.999Z'],
  ])('%s', (_, receivedAt, expected) => {
    expect(due('us.cms.hospital.reply', grievance(receivedAt))).toBe(expected);
  });

  it.each([
    // 12 January, 15:00 UTC is already the 13th in Auckland (UTC+13) and still the 12th in Honolulu (UTC-10).
    ['Pacific/Auckland', '2026-01-20T10:59:59.999Z'],
    ['Pacific/Honolulu', '2026-01-20T09:59:59.999Z'],
    ['Asia/Kathmandu', '2026-01-19T18:14:59.999Z'],
  ])('ends with the local day in %s', (timeZone, expected) => {
    expect(due('us.cms.hospital.reply', grievance('2026-01-12T15:00:00Z', { facility: { ...boston, timeZone } }))).toBe(expected);
  });

  it('does not run in a hospital outside the program, on another kind of case, or in another country', () => {
    const at = '2026-01-12T15:00:00Z';
    expect(due('us.cms.hospital.reply', grievance(at, { facility: { ...boston, programs: ['42-CFR-485'] } }))).toBeUndefined();
    expect(due('us.cms.hospital.reply', grievance(at, { kind: 'COMPLAINT' }))).toBeUndefined();
    expect(due('us.cms.hospital.reply', grievance(at, { facility: { ...boston, jurisdiction: 'GB-ENG' } }))).toBeUndefined();
    expect(due('us.cms.hospital.reply', grievance(at, { facility: { ...boston, jurisdiction: 'USX' } }))).toBeUndefined();
  });
});

describe('the internal acknowledgement, three business days', () => {
  it.each([
    ['Monday to Thursday', '2026-01-12T15:00:00Z', '2026-01-16T04:59:59.999Z'],
    ['over a weekend: Friday to Wednesday', '2026-01-09T15:00:00Z', '2026-01-15T04:59:59.999Z'],
    ['received on a Saturday, Monday is the first day', '2026-01-10T15:00:00Z', '2026-01-15T04:59:59.999Z'],
    ['Martin Luther King Day (19 January 2026) does not count', '2026-01-15T15:00:00Z', '2026-01-22T04:59:59.999Z'],
    ['4 July 2026 is a Saturday, kept on Friday the 3rd', '2026-07-01T15:00:00Z', '2026-07-08T03:59:59.999Z'],
    ['Patriots Day (20 April 2026) is kept in Massachusetts', '2026-04-17T15:00:00Z', '2026-04-24T03:59:59.999Z'],
    ['Evacuation Day (17 March 2026) is not kept state-wide', '2026-03-16T15:00:00Z', '2026-03-20T03:59:59.999Z'],
    ['11 November 2028 is a Saturday, kept on Friday the 10th', '2028-11-08T15:00:00Z', '2028-11-15T04:59:59.999Z'],
    ['New Year 2028 is a Saturday, kept on Friday 31 December 2027', '2027-12-29T15:00:00Z', '2028-01-05T04:59:59.999Z'],
    ['over Thanksgiving and a change of month', '2026-11-25T15:00:00Z', '2026-12-02T04:59:59.999Z'],
  ])('%s', (_, receivedAt, expected) => {
    expect(due('hub.internal.acknowledge', grievance(receivedAt))).toBe(expected);
  });

  it('counts Patriots Day as a business day outside Massachusetts', () => {
    expect(due('hub.internal.acknowledge', grievance('2026-04-17T15:00:00Z', { facility: { ...boston, jurisdiction: 'US-NY' } }))).toBe(
      '2026-04-23T03:59:59.999Z',
    );
  });

  it('counts Easter Monday (6 April 2026) as no business day in England', () => {
    const facility = { timeZone: 'Europe/London', jurisdiction: 'GB-ENG', programs: [] };
    expect(due('hub.internal.acknowledge', grievance('2026-04-02T10:00:00Z', { facility }))).toBe('2026-04-09T22:59:59.999Z');
  });

  it('knows weekends only where nobody knows the jurisdiction, so that it is never too late', () => {
    const facility = { timeZone: 'UTC', jurisdiction: 'ZZ', programs: [] };
    expect(due('hub.internal.acknowledge', grievance('2026-12-24T10:00:00Z', { facility }))).toBe('2026-12-29T23:59:59.999Z');
  });

  it.each(['COMPLIMENT', 'SUGGESTION', 'INQUIRY'] as const)('does not run on a %s: no clock does', (kind) => {
    expect(deadlinesFor(grievance('2026-01-12T15:00:00Z', { kind }), clocks, calendars)).toEqual([]);
  });
});

describe('all clocks of a case', () => {
  it('come soonest first, with citation, and say which are regulatory', () => {
    const receivedAt = new Date('2026-01-12T15:00:00Z');
    expect(deadlinesFor(grievance('2026-01-12T15:00:00Z', { flags: ['ABUSE_OR_NEGLECT'] }), clocks, calendars)).toEqual([
      {
        rule: 'us.cms.hospital.endanger',
        step: 'START_REVIEW',
        citation: '42 CFR 482.13(a)(2); SOM Appendix A, A-0122',
        regulatory: true,
        startedAt: receivedAt,
        dueAt: receivedAt,
      },
      {
        rule: 'hub.internal.acknowledge',
        step: 'ACKNOWLEDGE',
        citation: 'Hub policy',
        regulatory: false,
        startedAt: receivedAt,
        dueAt: new Date('2026-01-16T04:59:59.999Z'),
      },
      {
        rule: 'us.cms.hospital.reply',
        step: 'REPLY',
        citation: '42 CFR 482.13(a)(2); SOM Appendix A, A-0122',
        regulatory: true,
        startedAt: receivedAt,
        dueAt: new Date('2026-01-20T04:59:59.999Z'),
      },
    ]);
  });

  it('coded harm alone starts no immediate review', () => {
    expect(due('us.cms.hospital.endanger', grievance('2026-01-12T15:00:00Z', { flags: ['PATIENT_HARM'] }))).toBeUndefined();
  });

  it('an immediate review runs also where somebody without authority raised it', () => {
    const facts = grievance('2026-01-12T15:00:00Z', { kind: 'COMPLAINT', flags: ['ABUSE_OR_NEGLECT'] });
    expect(due('us.cms.hospital.endanger', facts)).toBe('2026-01-12T15:00:00.000Z');
  });

  it('a rule that is loaded but not active starts nothing', () => {
    const facility = { timeZone: 'Europe/London', jurisdiction: 'GB-ENG', programs: ['SI-2009-309'] };
    expect(due('uk.eng.ack', grievance('2026-04-02T10:00:00Z', { facility }))).toBeUndefined();
  });

  it('a rule holds from its first day and no longer on its last', () => {
    const reply = clocks.find((clock) => clock.id === 'us.cms.hospital.reply') as ClockRule;
    const rule: ClockRule = { ...reply, effective: { from: '2026-02-01', until: '2026-03-01' } };
    const runs = (receivedAt: string): boolean => deadlinesFor(grievance(receivedAt), [rule], calendars).length === 1;
    expect(runs('2026-02-01T04:59:59Z')).toBe(false); // still 31 January in Boston
    expect(runs('2026-02-01T05:00:00Z')).toBe(true);
    expect(runs('2026-03-01T04:59:59Z')).toBe(true); // still 28 February in Boston
    expect(runs('2026-03-01T05:00:00Z')).toBe(false);
  });
});

describe('other units', () => {
  const receivedAt = new Date('2026-03-08T05:30:00Z'); // half past midnight, the night the clocks spring forward
  it('hours are exact, whatever the clocks do', () => {
    expect(dueOn({ count: 24, unit: 'hour' }, { receivedAt, facility: boston }, calendars).toISOString()).toBe('2026-03-09T05:30:00.000Z');
  });
  it('a month that is too short ends on its last day', () => {
    const augustEnd = new Date('2026-08-31T15:00:00Z');
    expect(dueOn({ count: 6, unit: 'calendar-month' }, { receivedAt: augustEnd, facility: boston }, calendars).toISOString()).toBe(
      '2027-03-01T04:59:59.999Z',
    );
  });
  it('a day without a midnight still ends', () => {
    // Cairo springs forward at 00:00 on Friday 24 April 2026: the 23rd ends at 22:00 UTC (UTC+2).
    const facility = { timeZone: 'Africa/Cairo', jurisdiction: 'EG', programs: [] };
    expect(
      dueOn({ count: 1, unit: 'calendar-day' }, { receivedAt: new Date('2026-04-22T10:00:00Z'), facility }, calendars).toISOString(),
    ).toBe('2026-04-23T21:59:59.999Z');
  });
});
