import { describe, expect, it } from '@jest/globals';
import { jobNames, queueNames, readJob, requestJob } from '../../src/kernel/index.js';

describe('the catalogue of jobs', () => {
  it('knows three queues', () => {
    expect(queueNames).toEqual(['sync', 'scope', 'reminders']);
  });

  it('reads a job back with the queue that it goes to', () => {
    const payload = { table: 'encounter', fromId: '1', toId: '1000', generation: 3 };
    expect(readJob('labelRange', payload)).toEqual({ fits: true, name: 'labelRange', queue: 'scope', payload });
  });

  it('keeps an id beyond 2^53 whole', () => {
    const { payload } = requestJob('linkRange', { fromId: '9007199254740993', toId: '9223372036854775807' });
    expect(readJob('linkRange', payload)).toMatchObject({ payload: { fromId: '9007199254740993', toId: '9223372036854775807' } });
  });

  it.each([
    ['a name that is not in the catalogue', 'brewCoffee', {}],
    ['a name that every object has', 'constructor', {}],
    ['an id as a number', 'linkRange', { fromId: 1, toId: '2' }],
    ['an id that is a name', 'linkRange', { fromId: 'Zz-Grey', toId: '2' }],
    ['a table that is free text', 'labelRange', { table: 'Zz-Grey, born 1960', fromId: '1', toId: '2', generation: 1 }],
    ['a missing field', 'pullSource', { sourceId: 1 }],
    ['a field too many', 'dueReminders', { narrative: 'Zz-Grey was rude' }],
    ['no payload at all', 'dueReminders', null],
  ])('refuses %s, and does not repeat what it was given', (_, name, payload) => {
    const read = readJob(name, payload);
    expect(read.fits).toBe(false);
    expect(JSON.stringify(read)).not.toMatch(/Zz-|brewCoffee|narrative/);
  });

  // A word in a payload could be a person's: only digits, a switch or a table's name may stand there.
  it.each(jobNames)('takes no free text in %s', (name) => {
    const words = { sourceId: 'Zz-A', full: 'Zz-B', table: 'Zz-C', fromId: 'Zz-D', toId: 'Zz-E', generation: 'Zz-F' };
    for (const [field, word] of Object.entries(words)) {
      const payload = { sourceId: 1, full: false, table: 'claim', fromId: '1', toId: '2', generation: 1, [field]: word };
      expect(readJob(name, payload).fits).toBe(false);
    }
  });
});
