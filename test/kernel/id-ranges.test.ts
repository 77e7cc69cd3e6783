import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { idRanges } from '../../src/kernel/index.js';

describe('ranges of ids', () => {
  it('count both ends and span at most a thousand', () => {
    expect(idRanges(['3', '1', '1000', '1001', '9000000000000000001'])).toEqual([
      { fromId: '1', toId: '1000' },
      { fromId: '1001', toId: '1001' },
      { fromId: '9000000000000000001', toId: '9000000000000000001' },
    ]);
    expect(idRanges([])).toEqual([]);
  });

  it('leap over no more than they are told to', () => {
    expect(idRanges(['1', '3', '6', '7'], 2)).toEqual([
      { fromId: '1', toId: '3' },
      { fromId: '6', toId: '7' },
    ]);
  });

  it('hold every id exactly once, in order, without overlapping', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 1n, max: 10_000n })), fc.option(fc.nat({ max: 1500 }), { nil: undefined }), (ids, apart) => {
        const ranges = idRanges(ids.map(String), apart).map(({ fromId, toId }) => [BigInt(fromId), BigInt(toId)] as const);
        for (const id of ids) expect(ranges.filter(([from, to]) => from <= id && id <= to)).toHaveLength(1);
        for (const [from, to] of ranges) expect(to - from).toBeLessThan(1000n);
      }),
    );
  });
});
