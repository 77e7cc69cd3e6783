/** How a FHIR search is read: dates of any precision, prefixes, and what becomes of a parameter that nobody knows. */
import { describe, it, expect } from '@jest/globals';
import { readRange, readSearch } from '../../src/sandbox/wire/search.js';

const at = (text: string): number => Date.parse(text);
const ehr = { honoursLastUpdated: true, strict: false };

describe('a date parameter', () => {
  it.each([
    ['2026-03-05', { from: at('2026-03-05T00:00:00Z'), until: at('2026-03-06T00:00:00Z') }],
    ['2026-02', { from: at('2026-02-01T00:00:00Z'), until: at('2026-03-01T00:00:00Z') }],
    ['2026', { from: at('2026-01-01T00:00:00Z'), until: at('2027-01-01T00:00:00Z') }],
    ['ge2026-03-05', { from: at('2026-03-05T00:00:00Z') }],
    ['gt2026-03-05', { from: at('2026-03-06T00:00:00Z') }],
    ['le2026-03-05', { until: at('2026-03-06T00:00:00Z') }],
    ['lt2026-03-05', { until: at('2026-03-05T00:00:00Z') }],
    ['ge2026-03-05T10:00:00-05:00', { from: at('2026-03-05T15:00:00Z') }],
    ['gt2026-03-05T10:00:00.500Z', { from: at('2026-03-05T10:00:00.501Z') }],
    ['gt2026-03-05T10:00:00Z', { from: at('2026-03-05T10:00:01Z') }],
  ])('%s covers the span that its precision says', (text, range) => {
    expect(readRange(text)).toEqual(range);
  });

  it.each(['yesterday', 'ge', '2026-13-45T', 'ge03/05/2026'])('%s is refused', (text) => {
    expect(() => readRange(text)).toThrow('A date parameter was expected');
  });
});

describe('a search', () => {
  it('cuts pages at 250, whatever is asked', () => {
    expect(readSearch('Patient', new URLSearchParams('_count=9999'), ehr).search.count).toBe(250);
  });

  it('takes a patient as an id, a reference or a whole address', () => {
    for (const named of ['pat-7', 'Patient/pat-7', 'http://127.0.0.1:1/fhir/Patient/pat-7']) {
      expect(readSearch('Encounter', new URLSearchParams({ patient: named }), ehr).search.patient).toBe('pat-7');
    }
  });

  it('warns with 59100 of a parameter that it does not know, and refuses it where handling is strict', () => {
    const query = new URLSearchParams('shoe-size=44');
    expect(readSearch('Patient', query, ehr).warnings.map(({ detail }) => detail)).toEqual(['59100']);
    expect(() => readSearch('Patient', query, { ...ehr, strict: true })).toThrow('shoe-size');
  });

  it('does not filter by _lastUpdated in a system that ignores it, and says so even where handling is strict', () => {
    const query = new URLSearchParams('_lastUpdated=ge2026-01-01');
    for (const strict of [false, true]) {
      const { search, warnings } = readSearch('Appointment', query, { honoursLastUpdated: false, strict });
      expect(search.lastUpdated).toEqual([]);
      expect(warnings.map(({ detail }) => detail)).toEqual(['59100']);
    }
  });
});
