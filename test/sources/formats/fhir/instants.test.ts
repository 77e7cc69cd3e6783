/** Dates and instants as servers really send them. */
import { describe, expect, it } from '@jest/globals';
import { dateOf, instantOf } from '../../../../src/sources/formats/fhir/instants.js';

describe('an instant', () => {
  it.each([
    ['2012-05-29T23:45:32Z', '2012-05-29T23:45:32Z'],
    ['2017-03-14T08:23:30+11:00', '2017-03-14T08:23:30+11:00'],
    ['2021-10-12T12:30:30.123456-08:00', '2021-10-12T12:30:30.123456-08:00'],
    ['2021-10-12T12:30:30.123456789Z', '2021-10-12T12:30:30.123456Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59Z'],
    ['2021-10-12T12:30:30', '2021-10-12T12:30:30Z'],
    ['2021-10-12T12:30+01:00', '2021-10-12T12:30:00+01:00'],
    ['2021-10-12', '2021-10-12T00:00:00Z'],
    ['2021-10', '2021-10-01T00:00:00Z'],
    ['2021', '2021-01-01T00:00:00Z'],
    ['IGNORED_FIELD', null],
    ['2021-02-30', null],
    ['2021-13-01T00:00:00Z', null],
    ['2021-10-12T25:00:00Z', null],
    ['0000-01-01', null],
    [20211012, null],
    [undefined, null],
  ])('sent as %s is %s', (sent, kept) => {
    expect(instantOf(sent)).toBe(kept);
  });
});

describe('a date', () => {
  it.each([
    ['1974-12-25', '1974-12-25'],
    ['2000-02-29', '2000-02-29'],
    ['1900-02-29', null],
    ['2009-08-01T23:44:29-05:00', '2009-08-01'],
    ['1974-12', null],
    ['IGNORED_FIELD', null],
  ])('sent as %s is %s: the day in the source’s own zone, or none', (sent, kept) => {
    expect(dateOf(sent)).toBe(kept);
  });
});
