/** Many workers on one queue: how many jobs run at once, who takes a job over from a worker that was killed, is slow, or closes. */
import { expect } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { silentLog } from '../../src/kernel/index.js';
import { openQueues, type QueuePlace } from '../../src/queue/index.js';
import { linking, rangeJob, renewedClaims, shortClaims, withQueues, type Check } from './bench.js';

export const manyWorkers: readonly Check[] = [
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
          // No job ends before both workers have one: however slow the second is to begin, it gets its share.
          let bothHaveBegun = (): void => undefined;
          const shared = new Promise<void>((resolve) => (bothHaveBegun = resolve));
          const note = (who: 'one' | 'two') =>
            linking(async (_, turn) => {
              doneBy[who].push(turn.jobId);
              if (doneBy.one.length > 0 && doneBy.two.length > 0) bothHaveBegun();
              await shared;
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
            await pause(renewedClaims.lockMs * 2.5);
          });
          await queues.process('sync', long, { concurrency: 2 });
          await queues.add([rangeJob(1)]);
          await queues.whenIdle();
          expect(starts).toBe(1);
          expect(await queues.counts('sync')).toMatchObject({ completed: 1, failed: 0 });
        },
        { timing: renewedClaims },
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
