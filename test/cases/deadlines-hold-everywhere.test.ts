/** What must hold for every deadline, whatever the zone, the jurisdiction, the unit and the moment of receipt. */
import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { dueOn } from '../../src/cases/deadlines.js';
import { loadCaseRules } from '../../src/cases/rules.js';

const { calendars } = loadCaseRules();
const hour = 3_600_000;

const facility = fc.record({
  timeZone: fc.constantFrom(
    'America/New_York',
    'America/St_Johns',
    'Pacific/Auckland',
    'Pacific/Apia',
    'Asia/Kathmandu',
    'Africa/Cairo',
    'Australia/Lord_Howe',
    'UTC',
  ),
  jurisdiction: fc.constantFrom('US', 'US-MA', 'US-TX', 'GB-ENG', 'DE-BY', 'ZZ'),
  programs: fc.constant([]),
});
const limit = fc.record({
  count: fc.integer({ min: 1, max: 40 }),
  unit: fc.constantFrom('hour' as const, 'calendar-day' as const, 'business-day' as const, 'calendar-month' as const),
});
const instant = fc.date({ min: new Date('2010-01-01T00:00:00Z'), max: new Date('2035-01-01T00:00:00Z'), noInvalidDate: true });

describe('a deadline', () => {
  it('never falls before receipt', () => {
    fc.assert(
      fc.property(
        facility,
        limit,
        instant,
        (place, allowed, receivedAt) => dueOn(allowed, { facility: place, receivedAt }, calendars) > receivedAt,
      ),
    );
  });

  it('never falls earlier for what was received later', () => {
    fc.assert(
      fc.property(facility, limit, instant, fc.integer({ min: 0, max: 96 * hour }), (place, allowed, receivedAt, later) => {
        const first = dueOn(allowed, { facility: place, receivedAt }, calendars);
        const second = dueOn(allowed, { facility: place, receivedAt: new Date(receivedAt.getTime() + later) }, calendars);
        return first <= second;
      }),
    );
  });

  it('never falls earlier when one more is allowed', () => {
    fc.assert(
      fc.property(facility, limit, instant, (place, allowed, receivedAt) => {
        const facts = { facility: place, receivedAt };
        return dueOn(allowed, facts, calendars) < dueOn({ ...allowed, count: allowed.count + 1 }, facts, calendars);
      }),
    );
  });

  it('in business days leaves at least as much time as the same number of calendar days', () => {
    fc.assert(
      fc.property(facility, fc.integer({ min: 1, max: 40 }), instant, (place, count, receivedAt) => {
        const facts = { facility: place, receivedAt };
        return dueOn({ count, unit: 'business-day' }, facts, calendars) >= dueOn({ count, unit: 'calendar-day' }, facts, calendars);
      }),
    );
  });
});
