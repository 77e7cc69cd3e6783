/** Money keeps its digits: nothing between the source's text and the record is a float. */
import { describe, expect, it } from '@jest/globals';
import { decimalText, keepDigits, sumOf } from '../../../../src/sources/formats/fhir/decimal.js';
import { only } from '../../reading.js';

const claimOf = (total: string): string => `{"resourceType":"Claim","id":"zz-1","patient":{"reference":"Patient/zz-1"},"total":${total}}`;

describe('money', () => {
  it.each([
    ['204.96999999999997', '204.96999999999997'],
    ['129.160', '129.160'],
    ['0.0', '0.0'],
    ['-12', '-12'],
    ['0.1000000000000000055511151231257827', null],
    ['1234567890123456.789', '1234567890123456.789'],
    ['1.25E+2', '125'],
    ['5e-3', '0.005'],
    ['1e400', null],
  ])('written as %s is %s', (written, exact) => {
    if (exact === null) expect(() => only('claim', claimOf(`{"value": ${written},"currency":"USD"}`))).toThrow('INVALID_VALUE');
    else expect(only('claim', claimOf(`{"value" : ${written} ,"currency":"USD"}`)).billed).toEqual({ amount: exact, currency: 'USD' });
  });

  it('may come as a string, as a Quantity with a currency code, or without a currency', () => {
    expect(only('claim', claimOf('{"value":"12.50","currency":"usd"}')).billed).toEqual({ amount: '12.50', currency: 'USD' });
    expect(only('claim', claimOf('{"value":12.5,"system":"urn:iso:std:iso:4217","code":"EUR"}')).billed).toEqual({
      amount: '12.5',
      currency: 'EUR',
    });
    expect(only('claim', claimOf('{"value":7}')).billed).toEqual({ amount: '7', currency: 'XXX' });
  });

  it('that cannot be read sets the claim aside instead of losing the amount', () => {
    expect(() => only('claim', claimOf('{"value":"about ten","currency":"USD"}'))).toThrow('Claim.total.value is not a decimal');
  });

  it('adds up exactly, and never over two currencies', () => {
    const usd = (amount: string) => ({ amount, currency: 'USD' });
    expect(sumOf([usd('0.1'), usd('0.2')])).toEqual(usd('0.3'));
    expect(sumOf([usd('7100.120000000000003'), usd('0.0000000000000005')])).toEqual(usd('7100.1200000000000035'));
    expect(sumOf([usd('-0.05'), usd('0.01')])).toEqual(usd('-0.04'));
    expect(sumOf([usd('1'), { amount: '1', currency: 'EUR' }])).toBeNull();
    expect(sumOf([])).toBeNull();
  });
});

describe('keeping digits', () => {
  it('touches numbers under the key value and nothing that only looks like one', () => {
    const note = JSON.stringify({ note: 'he said "value": 12.50, no more', value: 'x', other: { value: true } });
    expect(keepDigits(note)).toBe(note);
    expect(keepDigits('{"value":1.50}')).toBe('{"value":"1.50"}');
  });

  it('leaves what is no JSON number for JSON.parse to refuse', () => {
    expect(() => void JSON.parse(keepDigits('{"value":1.2.3}'))).toThrow();
    expect(() => void JSON.parse(keepDigits('{"value":01}'))).toThrow();
  });

  it('knows a decimal from what is none', () => {
    expect([decimalText('12.5'), decimalText('1,5'), decimalText(''), decimalText(Number.NaN), decimalText(true)]).toEqual([
      '12.5',
      null,
      null,
      null,
      null,
    ]);
  });
});
