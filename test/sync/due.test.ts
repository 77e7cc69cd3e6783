/** When a source is read again, and when it is left alone. */
import { describe, it, expect } from '@jest/globals';
import { afterFailure, atStart } from '../../src/sync/circuit.js';
import { isDue, type SourceTimes } from '../../src/sync/due.js';

const at = (time: string): Date => new Date(`2026-11-20T${time}Z`);
const source: SourceTimes = { id: 1, circuit: 'CLOSED', expectedIntervalSeconds: 300, lastAttemptAt: at('12:00:00'), failed: false };

describe('a source is read', () => {
  it('at once when it never was', () => {
    expect(isDue({ ...source, lastAttemptAt: null }, at('12:00:00'))).toBe(true);
  });
  it('again after its interval and at most a tenth more', () => {
    expect(isDue(source, at('12:04:59'))).toBe(false);
    expect(isDue(source, at('12:05:30'))).toBe(true);
  });
  it('not at the same moment as another with the same interval', () => {
    const firstDue = (id: number): number => {
      let seconds = 0;
      while (!isDue({ ...source, id }, new Date(at('12:00:00').getTime() + seconds * 1000))) seconds++;
      return seconds;
    };
    expect(new Set([1, 2, 3].map(firstDue)).size).toBe(3);
  });
  it('sooner after a failure', () => {
    expect(isDue({ ...source, failed: true }, at('12:00:14'))).toBe(false);
    expect(isDue({ ...source, failed: true }, at('12:00:17'))).toBe(true);
  });
  it('once a minute while its circuit is open', () => {
    expect(isDue({ ...source, circuit: 'OPEN', failed: true }, at('12:00:59'))).toBe(false);
    expect(isDue({ ...source, circuit: 'OPEN', failed: true }, at('12:01:06'))).toBe(true);
  });
  it('never later than its interval, though it failed', () => {
    expect(isDue({ ...source, expectedIntervalSeconds: 5, failed: true }, at('12:00:06'))).toBe(true);
  });
});

describe('the circuit of a source', () => {
  it('opens with the fifth failure in a row', () => {
    expect([1, 2, 3, 4, 5].map((failures) => afterFailure('CLOSED', failures))).toEqual(['CLOSED', 'CLOSED', 'CLOSED', 'CLOSED', 'OPEN']);
  });
  it('is half open while a probe runs, and opens again when that fails', () => {
    expect(atStart('OPEN')).toBe('HALF_OPEN');
    expect(afterFailure('HALF_OPEN', 1)).toBe('OPEN');
    expect(atStart('CLOSED')).toBe('CLOSED');
  });
});
