/** How much a viewer may ask for in a while, on a clock of the test's own. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openRateLimit } from '../../src/http/index.js';

function limitAt(rate: { burst: number; perMinute: number }) {
  let now = Date.parse('2026-11-23T14:00:00Z');
  const { takeTokens } = openRateLimit(rate, { now: () => new Date(now) });
  const take = (cost: number, viewer = 'ana'): Record<string, unknown> => {
    try {
      return takeTokens(viewer, cost).headers;
    } catch (error) {
      const { code, message, headers } = error as { code: string; message: string; headers: Record<string, string> };
      return { code, message, ...headers };
    }
  };
  return { take, pass: (seconds: number) => void (now += seconds * 1000) };
}

describe('a viewer', () => {
  it('is told after each request what is left, and when it will be all there again', () => {
    const { take, pass } = limitAt({ burst: 600, perMinute: 60 });
    expect(take(100)).toEqual({ 'ratelimit-policy': '"viewer";q=600;w=600', ratelimit: '"viewer";r=500;t=100' });
    pass(40);
    expect(take(0)).toMatchObject({ ratelimit: '"viewer";r=540;t=60' });
    pass(3_600);
    expect(take(1)).toMatchObject({ ratelimit: '"viewer";r=599;t=1' });
  });

  it('who has asked for too much is told what it costs, what is left and how long to wait; waiting so long is enough', () => {
    const { take, pass } = limitAt({ burst: 1_000, perMinute: 600 });
    take(900);
    expect(take(250)).toEqual({
      code: 'RATE_LIMITED',
      message: 'This request costs 250 and 100 is left of 1,000. Ask again in 15 s.',
      'ratelimit-policy': '"viewer";q=1000;w=100',
      ratelimit: '"viewer";r=100;t=90',
      'retry-after': '15',
    });
    pass(14);
    expect(take(250)).toMatchObject({ code: 'RATE_LIMITED', 'retry-after': '1' });
    pass(1);
    expect(take(250)).toMatchObject({ ratelimit: '"viewer";r=0;t=100' });
  });

  it('takes nothing from others', () => {
    const { take } = limitAt({ burst: 100, perMinute: 60 });
    take(100);
    expect(take(1)).toMatchObject({ code: 'RATE_LIMITED' });
    expect(take(100, 'olu')).toMatchObject({ ratelimit: '"viewer";r=0;t=100' });
  });

  it('may ask once, from a full bucket, for what costs more than it holds', () => {
    const { take, pass } = limitAt({ burst: 100, perMinute: 60 });
    expect(take(5_000)).toMatchObject({ ratelimit: '"viewer";r=0;t=100' });
    expect(take(5_000)).toMatchObject({ code: 'RATE_LIMITED', 'retry-after': '100' });
    pass(100);
    expect(take(5_000)).toMatchObject({ ratelimit: '"viewer";r=0;t=100' });
  });

  it('never gets more than the bucket and what has flowed into it, whatever is asked when', () => {
    const step = fc.record({ cost: fc.nat(300), wait: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { take, pass } = limitAt({ burst: 200, perMinute: 600 });
        let got = 0;
        let seconds = 0;
        for (const { cost, wait } of steps) {
          pass(wait);
          seconds += wait;
          if (!('code' in take(cost))) got += Math.min(cost, 200);
          if (got > 200 + seconds * 10) return false;
        }
        return true;
      }),
    );
  });
});
