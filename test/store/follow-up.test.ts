import { describe, expect, it } from '@jest/globals';
import { followUps } from '../../src/store/ingest/follow-up.js';

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
