/** Each job is done one time, with what it was added with. A failing one is tried again, then kept with words that name
 *  nobody. */
import { expect } from '@jest/globals';
import { pino } from 'pino';
import { HubError } from '../../src/kernel/index.js';
import { linking, rangeJob, withQueues, type Check } from './bench.js';

export const jobsAreDone: readonly Check[] = [
  {
    name: 'does a job once, with the payload and the id that it was added with',
    run: (bench) =>
      withQueues(bench, async (queues) => {
        const done: unknown[] = [];
        await queues.process(
          'scope',
          {
            labelRange: (payload, turn) => Promise.resolve(void done.push({ ...payload, ...turn })),
            renewLabels: () => Promise.resolve(),
            grantsDue: () => Promise.resolve(),
          },
          { concurrency: 1 },
        );
        const payload = { table: 'encounter', fromId: '9007199254740993', toId: '9007199254740999', generation: 4 };
        await queues.add([{ name: 'labelRange', payload, jobId: '71' }]);
        await queues.whenIdle(['scope']);
        expect(done).toEqual([{ ...payload, jobId: '71', attempt: 1 }]);
        expect(await queues.counts('scope')).toEqual({ waiting: 0, active: 0, delayed: 0, completed: 1, failed: 0 });
      }),
  },
  {
    name: 'takes the same id twice for one job: in one call, in two at once, and after the job is done',
    run: (bench) =>
      withQueues(bench, async (queues) => {
        const done: string[] = [];
        await Promise.all([queues.add([rangeJob(1), rangeJob(1), rangeJob(2)]), queues.add([rangeJob(1), rangeJob(2)])]);
        await queues.process(
          'sync',
          linking((_, turn) => Promise.resolve(void done.push(turn.jobId))),
          { concurrency: 2 },
        );
        await queues.whenIdle();
        await queues.add([rangeJob(1), rangeJob(2), rangeJob(3)]);
        await queues.whenIdle();
        expect(done.toSorted()).toEqual(['1', '2', '3']);
      }),
  },
  {
    name: 'tries a failing job again after growing waits, then keeps it among the failed',
    run: (bench) =>
      withQueues(bench, async (queues) => {
        const startedAt: number[] = [];
        const attempts: number[] = [];
        const fail = linking((_, turn) => {
          startedAt.push(performance.now());
          attempts.push(turn.attempt);
          return Promise.reject(new HubError('SOURCE_UNREACHABLE', 'The billing system did not answer.'));
        });
        await queues.process('sync', fail, { concurrency: 1 });
        await queues.add([rangeJob(1)]);
        await queues.whenIdle();
        expect(attempts).toEqual([1, 2, 3]);
        const [first = 0, second = 0, third = 0] = startedAt;
        // 100 ms and 200 ms, of which up to half is jitter.
        expect(second - first).toBeGreaterThanOrEqual(50);
        expect(third - second).toBeGreaterThanOrEqual(100);
        expect(await queues.counts('sync')).toMatchObject({ completed: 0, failed: 1 });
      }),
  },
  {
    name: 'goes on with a job that fails once and then succeeds',
    run: (bench) =>
      withQueues(bench, async (queues) => {
        const failFirst = linking((_, { attempt }) => (attempt === 1 ? Promise.reject(new Error('once')) : Promise.resolve()));
        await queues.process('sync', failFirst, { concurrency: 1 });
        await queues.add([rangeJob(1)]);
        await queues.whenIdle();
        expect(await queues.counts('sync')).toMatchObject({ completed: 1, failed: 0 });
      }),
  },
  {
    name: 'keeps and logs the words of a HubError, and of any other error only its kind and engine code',
    run: async (bench) => {
      const lines: string[] = [];
      const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
      await withQueues(
        bench,
        async (queues) => {
          const fail = linking((_, { jobId }) => {
            if (jobId === '1') return Promise.reject(new HubError('SOURCE_UNREACHABLE', 'The billing system did not answer.'));
            return Promise.reject(Object.assign(new TypeError('duplicate key (name)=(Zz-Grey)'), { code: '23505' }));
          });
          await queues.process('sync', fail, { concurrency: 1 });
          await queues.add([rangeJob(1), rangeJob(2)]);
          await queues.whenIdle();
          const kept = await bench.dump();
          expect(kept).toContain('SOURCE_UNREACHABLE: The billing system did not answer.');
          expect(kept).toContain('INTERNAL: TypeError 23505');
          expect(kept).not.toContain('Zz-');
        },
        { log },
      );
      expect(lines.join('')).toContain('"engineCode":"23505"');
      expect(lines.join('')).not.toContain('Zz-');
    },
  },
  {
    name: 'works through five thousand jobs that were added at once, each one time',
    run: (bench) =>
      withQueues(bench, async (queues) => {
        const done = new Map<string, number>();
        await queues.add(Array.from({ length: 5_000 }, (_, i) => rangeJob(i)));
        const count = linking((_, { jobId }) => Promise.resolve(void done.set(jobId, (done.get(jobId) ?? 0) + 1)));
        await queues.process('sync', count, { concurrency: 8 });
        await queues.whenIdle(['sync'], 45_000);
        expect(done.size).toBe(5_000);
        expect(Math.max(...done.values())).toBe(1);
      }),
  },
];
