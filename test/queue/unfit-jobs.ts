/** Jobs that do not fit the catalogue, from this version or another, and what becomes of them. */
import { expect } from '@jest/globals';
import type { JobToAdd } from '../../src/queue/index.js';
import { linking, rangeJob, withQueues, type Check } from './bench.js';

export const unfitJobs: readonly Check[] = [
  {
    name: 'refuses a job that does not fit the catalogue when it is added, and with it the whole call',
    run: (bench) =>
      withQueues(bench, async (queues) => {
        const unfit: JobToAdd = { name: 'linkRange', payload: { fromId: '1', toId: '9', family: 'Zz-Grey' }, jobId: '2' };
        const refusal = queues.add([rangeJob(1), unfit]);
        await expect(refusal).rejects.toMatchObject({
          code: 'JOB_UNREADABLE',
          message: 'Outbox row 2: linkRange: payload: 1 field(s) that this job does not take',
        });
        await expect(queues.add([{ name: 'brewCoffee', payload: {}, jobId: '3' }])).rejects.toMatchObject({ code: 'JOB_UNREADABLE' });
        expect(await queues.counts('sync')).toMatchObject({ waiting: 0 });
      }),
  },
  {
    name: 'fails a job of another version by name and without a second try, and goes on with the next',
    run: (bench) =>
      withQueues(bench, async (queues) => {
        const done: string[] = [];
        await bench.smuggle({ name: 'linkRange', id: 'row-5', data: { fromId: 5 } });
        await bench.smuggle({ name: 'labelRange', id: 'row-6', data: { table: 'claim', fromId: '1', toId: '2', generation: 1 } });
        await queues.add([rangeJob(7)]);
        await queues.process(
          'sync',
          linking((_, turn) => Promise.resolve(void done.push(turn.jobId))),
          { concurrency: 1 },
        );
        await queues.whenIdle();
        expect(done).toEqual(['7']);
        expect(await queues.counts('sync')).toMatchObject({ completed: 1, failed: 2 });
        expect(await bench.dump()).toMatch(/JOB_UNREADABLE: linkRange: fromId: .*expected string.*toId/);
      }),
  },
];
