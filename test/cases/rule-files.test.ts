/** A rule file that cannot be taken stops the start, and says in one sentence a problem where it is and what was found. */
import { describe, expect, it } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { parseCalendars } from '../../src/cases/calendars.js';
import { parseClassificationRules } from '../../src/cases/classification-rules.js';
import { parseClockRules } from '../../src/cases/clock-rules.js';
import { loadCaseRules } from '../../src/cases/rules.js';
import { HubError } from '../../src/kernel/index.js';
import { emptyFolder } from '../support/empty-folder.js';

const clock = `
  - id: us.test
    start: RECEIVED
    step: REPLY
    citation: 42 CFR 482.13
    evidence: verified
    active: true
    regulatory: true
    pausable: false
    jurisdiction: US
    programs: []
    kinds: [GRIEVANCE]
    limit: { count: 7, unit: calendar-day }
    effective: { from: '2020-01-01' }
`;
const clocks = (rows: string): string => `version: 1\nclocks:${rows}`;

function complaint(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof HubError && error.code === 'RULES_INVALID') return error.message;
    throw error;
  }
  return 'was taken';
}
const ofClocks = (text: string): string => complaint(() => parseClockRules({ file: 'schema/clocks/us.yaml', text }));

describe('a clock file', () => {
  it('is taken when it is whole', () => {
    expect(ofClocks(clocks(clock))).toBe('was taken');
  });

  it.each([
    [
      'an unknown unit',
      clock.replace('calendar-day', 'weeks'),
      "schema/clocks/us.yaml:14 clocks[0].limit.unit: expected immediate | hour | calendar-day | business-day | calendar-month, found 'weeks'",
    ],
    [
      'a missing citation',
      clock.replace('    citation: 42 CFR 482.13\n', ''),
      'schema/clocks/us.yaml:3 clocks[0].citation: expected text, found nothing',
    ],
    [
      'a number in words',
      clock.replace('count: 7', 'count: seven'),
      "schema/clocks/us.yaml:14 clocks[0].limit.count: expected a number, found 'seven'",
    ],
    [
      'a word nobody knows',
      clock.replace('active:', 'enabled: true\n    active:'),
      'schema/clocks/us.yaml:8 clocks[0].enabled: unknown key',
    ],
    [
      'a regulatory clock that may be paused',
      clock.replace('pausable: false', 'pausable: true'),
      "schema/clocks/us.yaml:10 clocks[0].pausable: expected false on a regulatory clock, found 'true'",
    ],
    [
      'an active clock that starts with what the hub does not see',
      clock.replace('RECEIVED', 'APPEALED'),
      "schema/clocks/us.yaml:4 clocks[0].start: expected RECEIVED on an active clock, found 'APPEALED'",
    ],
    [
      'an active clock for what is no task of the office',
      clock.replace('REPLY', 'FILE'),
      "schema/clocks/us.yaml:5 clocks[0].step: expected ACKNOWLEDGE, START_REVIEW, REPLY on an active clock, found 'FILE'",
    ],
    [
      'an active clock of no kind of case',
      clock.replace('[GRIEVANCE]', '[]'),
      "schema/clocks/us.yaml:13 clocks[0].kinds: expected the kinds of case that an active clock runs on, found '[]'",
    ],
    [
      'no time at all',
      clock.replace('count: 7', 'count: 0'),
      "schema/clocks/us.yaml:14 clocks[0].limit.count: expected 1 or more, found '0'",
    ],
    [
      'a list that is none',
      clock.replace('programs: []', 'programs: { a: 1 }'),
      'schema/clocks/us.yaml:12 clocks[0].programs: expected a list, found a mapping',
    ],
    [
      'a day that is none',
      clock.replace('2020-01-01', '2020-13-01'),
      "schema/clocks/us.yaml:15 clocks[0].effective.from: expected a date (YYYY-MM-DD), found '2020-13-01'",
    ],
  ])('with %s is refused', (_, rows, message) => {
    expect(ofClocks(clocks(rows))).toBe(message);
  });

  it('is taken with clocks that are only to be known', () => {
    const known = clock.replace('active: true', 'active: false').replace('RECEIVED', 'DECIDED').replace('REPLY', 'KEEP_RECORD');
    expect(ofClocks(clocks(known.replace('[GRIEVANCE]', '[]')))).toBe('was taken');
  });

  it('names every problem at once', () => {
    expect(ofClocks(clocks(clock + clock.replace('REPLY', 'WAIT').replace('GRIEVANCE', 'RANT'))).split('\n')).toEqual([
      "schema/clocks/us.yaml:19 clocks[1].step: expected ACKNOWLEDGE | START_REVIEW | REPLY | GIVE_REASON | FILE | KEEP_RECORD, found 'WAIT'",
      "schema/clocks/us.yaml:27 clocks[1].kinds[0]: expected COMPLAINT | GRIEVANCE | CONCERN | COMPLIMENT | SUGGESTION | INQUIRY | PRIVACY_COMPLAINT, found 'RANT'",
    ]);
  });

  it('that is no YAML names the line', () => {
    expect(ofClocks('version: 1\nclocks: [\n')).toMatch(/^schema\/clocks\/us\.yaml:\d+: expected YAML, found that /);
  });
  it('that is empty says so', () => {
    expect(ofClocks('')).toBe('schema/clocks/us.yaml:1: expected a mapping, found nothing');
  });
});

describe('a classification file', () => {
  const text = (rules: string): string => `
version: 1
jurisdiction: US
effective: { from: '2020-01-01' }
flags: []
terms:
  authorized-filer: [{ authorityStated: true }]
rules:
${rules}`;
  const last = '  - { id: last, kind: GRIEVANCE, why: w, citation: c, evidence: policy }';
  const read = (rules: string): string => complaint(() => parseClassificationRules({ file: 'us.yaml', text: text(rules) }));

  it.each([
    ['is taken when its last rule asks for nothing', last, 'was taken'],
    [
      'must end with a rule that asks for nothing',
      '  - { id: a, is: [authorized-filer], kind: GRIEVANCE, why: w, citation: c, evidence: policy }',
      'us.yaml:9 rules[0]: expected the last rule to ask for nothing, so that every case gets a kind',
    ],
    [
      'may use only its own terms',
      `  - { id: a, is: [spoken], kind: GRIEVANCE, why: w, citation: c, evidence: policy }\n${last}`,
      "us.yaml:9 rules[0].is[0]: expected one of the terms above, found 'spoken'",
    ],
    ['names a rule once', `${last}\n${last}`, "us.yaml:10 rules[1].id: expected an id of its own, found 'last' a second time"],
  ])('%s', (_, rules, message) => {
    expect(read(rules)).toBe(message);
  });
});

describe('the files that ship', () => {
  const rules = loadCaseRules();
  it('can be read, and no unverified federal clock but the immediate review is active', () => {
    expect(rules.clocks.filter((row) => row.active).map((row) => row.id)).toEqual([
      'hub.internal.acknowledge',
      'us.cms.hospital.reply',
      'us.cms.hospital.endanger',
    ]);
  });
  it('a calendar with an eighth weekday is refused', () => {
    const text = 'version: 1\ncalendars: [{ jurisdiction: US, citation: c, evidence: policy, weekend: [8] }]';
    expect(complaint(() => parseCalendars({ file: 'us.yaml', text })).split('\n')).toEqual([
      "us.yaml:2 calendars[0].evidence: expected verified | secondary | unverified, found 'policy'",
      "us.yaml:2 calendars[0].weekend[0]: expected 7 or less, found '8'",
    ]);
  });
  it('clocks and calendars of the hospital are read from the folders that its settings name', () => {
    const place = emptyFolder();
    const folder = (name: string, text: string): string => {
      mkdirSync(join(place, name));
      writeFileSync(join(place, name, 'own.yaml'), text);
      return join(place, name);
    };
    const own = loadCaseRules({
      clocks: folder('my-clocks', 'version: 1\nclocks: []\n'),
      calendars: folder('my-calendars', 'version: 1\ncalendars: [{ jurisdiction: US, citation: c, evidence: verified, weekend: [1] }]\n'),
    });
    expect(own.clocks).toEqual([]);
    const monday = Temporal.PlainDate.from('2026-11-23');
    expect([own, rules].map(({ calendars }) => calendars.of('US').isBusinessDay(monday))).toEqual([false, true]);
    expect(own.classification).toEqual(rules.classification);
  });
  it('a folder that is not there is named', () => {
    expect(complaint(() => loadCaseRules({ clocks: '/nowhere/schema/clocks' }))).toBe(
      '/nowhere/schema/clocks: expected a folder of rule files, found none that can be read',
    );
  });
});
