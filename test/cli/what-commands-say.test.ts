import { describe, expect, it } from '@jest/globals';
import { readSpan } from '../../src/cli/advance.js';
import { faultOf } from '../../src/cli/fault.js';
import { progressLines } from '../../src/cli/first-sync.js';
import { sentence } from '../../src/cli/source.js';
import { table } from '../../src/cli/table.js';
import { openTerminal } from '../../src/cli/terminal.js';

describe('a table', () => {
  it('is as wide as its widest cells, with numbers to the right and no spaces at the end', () => {
    expect(
      table(
        ['name', 'read'],
        [
          ['ehr', '12'],
          ['billing', '1204'],
        ],
      ),
    ).toEqual(['name     read', 'ehr        12', 'billing  1204']);
  });
  it('has its heads alone where there is nothing', () => {
    expect(table(['name', 'kind'], [])).toEqual(['name  kind']);
  });
});

describe('a span of the business clock', () => {
  it.each([
    ['3d', 259_200_000],
    ['90m', 5_400_000],
    ['2h', 7_200_000],
    ['1w', 604_800_000],
  ])('%s is %d ms', (text, ms) => {
    expect(readSpan(text)).toBe(ms);
  });
  it.each(['', '3', 'd', '-1d', '0d', '1.5h', '3 d', '99999d', '3y'])('refuses %p, for the clock goes forward by whole spans', (text) => {
    expect(() => readSpan(text)).toThrow('expected a number with m, h, d or w behind it');
  });
});

describe('the progress of a first sync', () => {
  const source = (over: object) => ({ source: 'ehr', read: false, records: 0, share: null, errorCode: null, ...over });

  it('tells of each source how far it is', () => {
    const perSource = [source({ source: 'billing', records: 120, share: 0.459 }), source({ read: true, records: 4883, share: 1 })];
    expect(progressLines({ perSource, jobs: 3 })).toEqual([
      '  billing         120 records  reading, 45 %',
      '  ehr            4883 records  read',
    ]);
  });
  it('tells why a source cannot be read', () => {
    expect(progressLines({ perSource: [source({ errorCode: 'SOURCE_UNREACHABLE' })], jobs: 0 })).toEqual([
      '  ehr               0 records  not read: SOURCE_UNREACHABLE, trying again',
    ]);
  });
  it('tells what is left once all is read', () => {
    expect(progressLines({ perSource: [source({ read: true, records: 7 })], jobs: 4 }).at(-1)).toBe('  linking and labelling: 4 jobs left');
  });
});

describe('a run', () => {
  it('is told with all its counts', () => {
    const run = {
      id: '1',
      state: 'DONE',
      startedAt: new Date(0),
      read: 9,
      created: 1,
      updated: 2,
      unchanged: 3,
      deleted: 0,
      notTaken: 2,
      setAside: 1,
      error: null,
      progress: 1,
    };
    expect(sentence('ehr', run)).toBe('ehr: read 9, created 1, updated 2, unchanged 3, deleted 0, not taken 2, set aside 1.');
  });
});

describe('a terminal', () => {
  const screen = (isTTY: boolean) => {
    const written: string[] = [];
    return { written, terminal: openTerminal({ isTTY, write: (text) => written.push(text) }) };
  };

  it('rewrites progress in place', () => {
    const { written, terminal } = screen(true);
    terminal.show(['a 1', 'b 1']);
    terminal.show(['a 2', 'b 2']);
    expect(written.join('')).toBe('a 1\nb 1\n\u001b[2A\u001b[Ja 2\nb 2\n');
  });
  it('keeps progress below what is said meanwhile', () => {
    const { written, terminal } = screen(true);
    terminal.show(['a 1']);
    terminal.say('news');
    expect(written.join('')).toBe('a 1\n\u001b[1A\u001b[Jnews\na 1\n');
  });
  it('tells a file the first, and the last when it has settled, without control characters', () => {
    const { written, terminal } = screen(false);
    for (const line of ['a 1', 'a 2', 'a 3']) terminal.show([line]);
    terminal.settle();
    terminal.settle();
    expect(written.join('').replace('a 1\n', '')).toBe('a 3\n');
  });
});

describe('a fault in the log', () => {
  it('keeps kind, code and cause, and no message: a driver quotes values', () => {
    const error = Object.assign(new Error('Zz-Paula Zz-Reed was born 1957', { cause: new TypeError('Zz-Cause') }), { code: '23505' });
    expect(faultOf(error)).toMatchObject({ kind: 'Error', code: '23505', cause: { kind: 'TypeError', code: null } });
    expect(JSON.stringify(faultOf(error))).not.toContain('Zz-');
  });
});
