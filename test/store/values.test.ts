import { describe, expect, it } from '@jest/globals';
import { phoneDigits, searchName } from '../../src/store/ingest/patient-cells.js';
import { textArray } from '../../src/store/ingest/text-array.js';
import { dayText, exactText, instantText, jsonText, keyText, listText, wholeText } from '../../src/store/ingest/values.js';

describe('values on their way into columns', () => {
  it('are taken where the column can hold them', () => {
    expect(instantText('at', '2026-03-01T10:00:00+02:00')).toBe('2026-03-01T08:00:00.000Z');
    expect(dayText('on', '2024-02-29')).toBe('2024-02-29');
    expect(exactText('amount', '-12.50')).toBe('-12.50');
    expect(wholeText('minutes', 30)).toBe('30');
    expect(listText(['a"b', 'c\\d', 'e,{f}'])).toBe('{"a\\"b","c\\\\d","e,{f}"}');
    expect([instantText('at', null), dayText('on', null), exactText('amount', null), wholeText('minutes', null)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it.each([
    ['an hour without zone', () => instantText('start', '2026-03-01T10:00:00'), 'start: an RFC 3339 instant expected'],
    ['a year that there never was', () => instantText('start', '0000-01-01T00:00:00Z'), 'start: an RFC 3339 instant expected'],
    ['a day that there never was', () => dayText('birthDate', '2023-02-29'), 'birthDate: a calendar date expected'],
    ['a month', () => dayText('birthDate', '2023-02'), 'birthDate: a calendar date expected'],
    ['an amount in words', () => exactText('billed', 'NaN'), 'billed: a decimal number expected'],
    ['a fraction of a minute', () => wholeText('minutes', 1.5), 'minutes: a whole number expected'],
    ['a key longer than an index takes', () => keyText('key', 'x'.repeat(601)), 'key: at most 600 characters expected'],
  ])('are refused by name, without the value: %s', (_, write, message) => {
    expect(write).toThrow(message);
  });

  it('keep a text that says \\u0000 and lose only the character itself', () => {
    expect(jsonText(['\\u0000'])).toBe('["\\\\u0000"]');
    expect(jsonText(['a\0b'])).toBe('["a\uFFFDb"]');
  });

  it('are packed as a text[] in binary form', () => {
    const expected = '0000000100000001000000190000000300000001' + '0000000161' + 'ffffffff' + '00000002c3a9';
    expect(textArray(['a', null, 'é']).toString('hex')).toBe(expected);
  });
});

describe('how people are found', () => {
  it('by name without accents, case or double spaces', () => {
    expect(searchName({ family: 'Zz-Nuñez  Ørsted', given: 'Zz-André', name: null })).toBe('zz nunez ørsted zz andre');
    expect(searchName({ family: null, given: null, name: 'Zz-Ada' })).toBe('zz ada');
    expect(searchName({ family: null, given: null, name: null })).toBeNull();
    expect(searchName({ family: 'Zz-O’Brien', given: "Zz-D'Arcy", name: null })).toBe('zz obrien brien zz darcy arcy');
  });

  it('by the digits of a telephone, North American ones as their last ten', () => {
    const phone = (value: string) => ({ kind: 'phone', value, use: null, confidential: false });
    expect(phoneDigits([phone('+1 (555) 010-1234'), phone('555-010-1234'), phone('555.010.1234 ext. 77'), phone('none')])).toEqual([
      '5550101234',
    ]);
    expect(phoneDigits([{ ...phone('555-010-1234'), kind: 'email' }])).toEqual([]);
  });
});
