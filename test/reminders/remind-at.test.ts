/** When reminders are due, counted by hand on a calendar of Massachusetts: Thanksgiving 2026 is Thursday 26 November. */
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadCaseRules } from '../../src/cases/index.js';
import { packageRoot } from '../../src/kernel/index.js';
import { remindAt } from '../../src/reminders/remind-at.js';
import { loadReminderRules, parseReminderRules } from '../../src/reminders/reminder-rules.js';

const calendar = loadCaseRules().calendars.of('US-MA');
const rules = loadReminderRules(join(packageRoot, 'schema', 'reminders', 'first.yaml'));
const boston = (startedAt: string, endsAt: string) => ({
  startedAt: new Date(startedAt),
  endsAt: new Date(endsAt),
  timeZone: 'America/New_York',
});
const at = (step: string, clock: ReturnType<typeof boston>): string =>
  remindAt(clock, rules.get(step)?.when ?? 'at-once', calendar).toISOString();

describe('a reminder', () => {
  it.each([
    [
      'a reply due on Friday after Thanksgiving: Wednesday, Tuesday',
      'REPLY',
      '2026-11-20T14:00:00Z',
      '2026-11-28T04:59:59.999Z',
      '2026-11-24T14:00:00.000Z',
    ],
    ['a reply due on a Sunday: Friday, Thursday', 'REPLY', '2026-11-01T14:00:00Z', '2026-11-09T04:59:59.999Z', '2026-11-05T14:00:00.000Z'],
    [
      'across the end of summer time, nine stays nine',
      'REPLY',
      '2026-10-26T14:00:00Z',
      '2026-11-03T04:59:59.999Z',
      '2026-10-29T13:00:00.000Z',
    ],
    [
      'an acknowledgement due on a Monday: Friday',
      'ACKNOWLEDGE',
      '2026-11-11T14:00:00Z',
      '2026-11-17T04:59:59.999Z',
      '2026-11-13T14:00:00.000Z',
    ],
    ['a review: at once, at night too', 'START_REVIEW', '2026-11-21T04:00:00Z', '2026-11-21T04:00:00Z', '2026-11-21T04:00:00.000Z'],
    ['never before the clock has started', 'REPLY', '2026-11-24T20:00:00Z', '2026-11-26T04:59:59.999Z', '2026-11-24T20:00:00.000Z'],
  ])('of %s', (_, step, startedAt, endsAt, expected) => {
    expect(at(step, boston(startedAt, endsAt))).toBe(expected);
  });
});

describe('the reminder file', () => {
  it('names what it cannot take, with its line', () => {
    const read =
      (when: string, step = 'REPLY') =>
      () =>
        parseReminderRules('first.yaml', `version: 1\nreminders:\n  - { id: a.b, step: ${step}, when: ${when}, reason: Due }\n`);
    expect(read('soon')).toThrow('first.yaml:3 reminders[0].when: expected at-once, or businessDaysBefore and at');
    expect(read("{ businessDaysBefore: 1, at: '25:00' }")).toThrow('reminders[0].when');
    expect(() =>
      parseReminderRules(
        'first.yaml',
        'version: 1\nreminders:\n  - { id: a, step: REPLY, when: at-once, reason: x }\n  - { id: b, step: REPLY, when: at-once, reason: y }\n',
      ),
    ).toThrow("first.yaml:4 reminders[1].step: expected a step of its own, found 'REPLY'");
  });
});
