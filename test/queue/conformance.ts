/** What the hub asks of a queue, as data: the same checks run on PostgreSQL and on Redis. A new engine is ready when
 *  all of them pass on it. Each check is given an empty bench and opens as many queues on it as it likes. */
import { expect } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { HubError, silentLog, type Log } from '../../src/kernel/index.js';
import { openQueues, type Handlers, type JobToAdd, type QueuePlace, type Queues, type QueueTiming } from '../../src/queue/index.js';

/** What differs between the engines when one looks behind the door. */
export interface Bench {
  readonly place: QueuePlace;
  /** Puts a job into the queue `sync` past the catalogue's check, as an older version of the hub would have. */
  smuggle(job: { name: string; id: string; data: unknown }): Promise<void>;
  /** All that the engine keeps, as text: to look for what must not be there. */
  dump(): Promise<string>;
}

export interface Check {
  readonly name: string;
  run(bench: Bench): Promise<void>;
}

/** Claims as in production: a machine that stands still for a second under load must not make a job run twice here. */
const steady: QueueTiming = { lockMs: 10_000, stalledCheckMs: 5_000, firstRetryMs: 100, attempts: 3, closeMs: 8_000 };
/** Short claims, for the checks that wait for one to run out. */
const shortClaims: QueueTiming = { ...steady, lockMs: 2_000, stalledCheckMs: 500 };
const rangeJob = (id: number | string): JobToAdd => ({ name: 'linkRange', payload: { fromId: '1', toId: '9' }, jobId: String(id) });
const ignore = (): Promise<void> => Promise.resolve();
const linking = (linkRange: Handlers<'sync'>['linkRange']): Handlers<'sync'> => ({ pullSource: ignore, linkRange });

interface With {
  readonly timing?: QueueTiming;
  readonly log?: Log;
}

async function withQueues(
  { place }: Bench,
  use: (queues: Queues) => Promise<void>,
  { timing = steady, log = silentLog }: With = {},
): Promise<void> {
  const queues = await openQueues(place, { log, timing });
  try {
    await use(queues);
  } finally {
    await queues.close();
  }
}

export const checks: readonly Check[] = [
  {
    name: 'does a job once, with the payload and the id that it was added with',
    run: (bench) =>
      withQueues(bench, async (queues) => {
        const done: unknown[] = [];
        await queues.process(
          'scope',
          { labelRange: (payload, turn) => Promise.resolve(void done.push({ ...payload, ...turn })) },
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
    name: 'runs as many jobs at once as a worker was given, and no more',
    run: (bench) =>
      withQueues(bench, async (queues) => {
        let running = 0;
        let most = 0;
        const slow = linking(async () => {
          most = Math.max(most, ++running);
          await pause(40);
          running--;
        });
        await queues.add(Array.from({ length: 24 }, (_, i) => rangeJob(i)));
        await queues.process('sync', slow, { concurrency: 3 });
        await queues.whenIdle();
        expect(most).toBe(3);
      }),
  },
  {
    name: 'shares a queue between two workers without doing a job twice',
    run: (bench) =>
      withQueues(bench, (one) =>
        withQueues(bench, async (two) => {
          const doneBy: { one: string[]; two: string[] } = { one: [], two: [] };
          const note = (who: 'one' | 'two') =>
            linking(async (_, turn) => {
              doneBy[who].push(turn.jobId);
              await pause(2);
            });
          await one.process('sync', note('one'), { concurrency: 2 });
          await two.process('sync', note('two'), { concurrency: 2 });
          const ids = Array.from({ length: 200 }, (_, i) => String(i));
          await one.add(ids.map(rangeJob));
          await one.whenIdle();
          expect([...doneBy.one, ...doneBy.two].toSorted()).toEqual(ids.toSorted());
          expect(doneBy.one.length).toBeGreaterThan(0);
          expect(doneBy.two.length).toBeGreaterThan(0);
        }),
      ),
  },
  {
    name: 'gives a job whose worker was killed in the middle of it to another worker, more than once if need be',
    run: (bench) =>
      withQueues(
        bench,
        async (queues) => {
          await queues.add([rangeJob(1)]);
          await killWorkerInTheMiddleOfAJob(bench.place);
          await killWorkerInTheMiddleOfAJob(bench.place);
          const done: string[] = [];
          await queues.process(
            'sync',
            linking((_, turn) => Promise.resolve(void done.push(`${turn.jobId} attempt ${turn.attempt}`))),
            { concurrency: 1 },
          );
          await queues.whenIdle(['sync'], 15_000);
          expect(done).toEqual(['1 attempt 1']);
        },
        { timing: shortClaims },
      ),
  },
  {
    name: 'keeps a job that runs much longer than a claim lasts with its worker',
    run: (bench) =>
      withQueues(
        bench,
        async (queues) => {
          let starts = 0;
          const long = linking(async () => {
            starts++;
            await pause(shortClaims.lockMs * 2.5);
          });
          await queues.process('sync', long, { concurrency: 2 });
          await queues.add([rangeJob(1)]);
          await queues.whenIdle();
          expect(starts).toBe(1);
          expect(await queues.counts('sync')).toMatchObject({ completed: 1, failed: 0 });
        },
        { timing: shortClaims },
      ),
  },
  {
    name: 'waits for the running job when a worker closes, and takes no new one',
    run: (bench) =>
      withQueues(bench, async (queues) => {
        const steps: string[] = [];
        let started = (): void => undefined;
        const running = new Promise<void>((resolve) => (started = resolve));
        const slow = linking(async (_, turn) => {
          steps.push(`start ${turn.jobId}`);
          started();
          await pause(300);
          steps.push(`end ${turn.jobId}`);
        });
        const worker = await queues.process('sync', slow, { concurrency: 1 });
        await queues.add([rangeJob(1), rangeJob(2)]);
        await running;
        await worker.close();
        expect(steps).toEqual(['start 1', 'end 1']);
        expect(await queues.counts('sync')).toMatchObject({ waiting: 1, active: 0, completed: 1 });
      }),
  },
  {
    name: 'closes without a job that does not end, and another worker does it',
    run: (bench) =>
      withQueues(
        bench,
        async (queues) => {
          const stuck = await openQueues(bench.place, { log: silentLog, timing: { ...shortClaims, closeMs: 200 } });
          let started = (): void => undefined;
          const running = new Promise<void>((resolve) => (started = resolve));
          await stuck.process(
            'sync',
            linking(() => new Promise(() => started())),
            { concurrency: 1 },
          );
          await queues.add([rangeJob(1)]);
          await running;
          await stuck.close();
          const done: string[] = [];
          await queues.process(
            'sync',
            linking((_, turn) => Promise.resolve(void done.push(turn.jobId))),
            { concurrency: 1 },
          );
          await queues.whenIdle(['sync'], 10_000);
          expect(done).toEqual(['1']);
        },
        { timing: shortClaims },
      ),
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

/** Starts a worker process, waits until it is inside the job, and kills it as a power cut would. */
async function killWorkerInTheMiddleOfAJob(place: QueuePlace): Promise<void> {
  const args = [
    '--import',
    './test/support/load-typescript.mjs',
    'test/queue/worker-to-kill.ts',
    JSON.stringify({ place, timing: shortClaims }),
  ];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const first = await Promise.race([once(child.stdout ?? child, 'data'), ended]);
  expect(String(first[0])).toBe('inside 1\n');
  child.kill('SIGKILL');
  await ended;
}
