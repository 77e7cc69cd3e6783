import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { followUps, idRanges } from '../../src/store/ingest/follow-up.js';

describe('ranges of ids', () => {
  it('count both ends and span at most a thousand', () => {
    expect(idRanges(['3', '1', '1000', '1001', '9000000000000000001'])).toEqual([
      { fromId: '1', toId: '1000' },
      { fromId: '1001', toId: '1001' },
      { fromId: '9000000000000000001', toId: '9000000000000000001' },
    ]);
    expect(idRanges([])).toEqual([]);
  });

  it('hold every id exactly once, in order, without overlapping', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 1n, max: 10_000n })), (ids) => {
        const ranges = idRanges(ids.map(String)).map(({ fromId, toId }) => [BigInt(fromId), BigInt(toId)] as const);
        for (const id of ids) expect(ranges.filter(([from, to]) => from <= id && id <= to)).toHaveLength(1);
        for (const [from, to] of ranges) expect(to - from).toBeLessThan(1000n);
      }),
    );
  });
});

describe('what follows from changed rows', () => {
  it('is linking for patient records and labelling for the rest', () => {
    const changed = new Map([
      ['patient_record', ['7']],
      ['claim', ['1', '2']],
    ]);
    expect(followUps(changed, 3)).toEqual([
      { name: 'linkRange', payload: { fromId: '7', toId: '7' } },
      { name: 'labelRange', payload: { table: 'claim', fromId: '1', toId: '2', generation: 3 } },
    ]);
  });
});
