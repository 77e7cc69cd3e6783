/** What comes in must have the form of its scalar; what goes out is passed on as it was written. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GraphQLScalarType, parseValue } from 'graphql';
import { hubSchema } from '../support/gateway.js';

const scalar = (name: string): GraphQLScalarType => {
  const type = hubSchema.getType(name);
  if (!(type instanceof GraphQLScalarType)) throw new Error(`${name} is no scalar`);
  return type;
};
const takes = (name: string, value: unknown): boolean => {
  try {
    return scalar(name).parseValue(value) === value;
  } catch {
    return false;
  }
};

describe('a DateTime', () => {
  it.each(['2026-11-23T14:00:00Z', '2026-11-23T14:00:00.123456Z', '2026-11-23T14:00:00+05:30', '2024-02-29T00:00:00Z'])(
    'takes %s',
    (text) => {
      expect(takes('DateTime', text)).toBe(true);
    },
  );
  it.each([
    '2026-11-23',
    '2026-11-23T14:00Z',
    '2026-11-23 14:00:00Z',
    '2026-11-23T14:00:00',
    '2026-13-01T00:00:00Z',
    '2026-11-23T25:00:00Z',
    '',
    7,
    null,
  ])('refuses %s', (text) => {
    expect(takes('DateTime', text)).toBe(false);
  });
  it('takes every instant as a machine writes it', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }), (date) =>
        takes('DateTime', date.toISOString()),
      ),
    );
  });
});

describe('a Date', () => {
  it.each(['2026-11-23', '2024-02-29', '1900-01-01'])('takes %s', (text) => {
    expect(takes('Date', text)).toBe(true);
  });
  it.each(['2026-02-29', '2026-02-30', '2026-11-31', '2026-00-10', '2026-1-1', '23.11.2026', '2026-11-23T00:00:00Z', 20261123])(
    'refuses %s',
    (text) => {
      expect(takes('Date', text)).toBe(false);
    },
  );
});

describe('a Decimal', () => {
  it.each(['0', '412.500', '-0.01', '123456789012345678901234567890.123456789'])('is passed on digit by digit: %s', (text) => {
    expect(takes('Decimal', text)).toBe(true);
    expect(scalar('Decimal').serialize(text)).toBe(text);
  });
  it.each(['1e3', '.5', '1.', '1,5', 'NaN', '', 412.5])('refuses %s', (text) => {
    expect(takes('Decimal', text)).toBe(false);
  });
});

it('literals in a document are held to the same form', () => {
  expect(scalar('Date').parseLiteral(parseValue('"2026-11-23"'))).toBe('2026-11-23');
  expect(() => scalar('Date').parseLiteral(parseValue('20261123'))).toThrow('Date: expected a date such as 2026-11-23');
  expect(() => scalar('DateTime').parseLiteral(parseValue('true'))).toThrow('DateTime: expected an RFC 3339 instant');
});
