/** The queues on Redis: the conformance suite, and what happens when Redis goes away. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { silentLog } from '../../src/kernel/index.js';
import { openQueues, type QueuePlace } from '../../src/queue/index.js';
import { testRedis } from '../support/services.js';
import type { Bench } from './bench.js';
import { checks } from './conformance.js';

let server: Awaited<ReturnType<typeof testRedis>>;
let redis: Redis;
let place: QueuePlace;

beforeAll(async () => {
  server = await testRedis();
  redis = new Redis(server.url, { maxRetriesPerRequest: null });
  place = { backend: 'redis', url: server.url };
});
beforeEach(async () => {
  await redis.flushdb();
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const benchHere = (): Bench => ({
  place,
  async smuggle({ name, id, data }) {
    const queue = new Queue('sync', { connection: redis, prefix: 'hub' });
    await queue.add(name, data, { jobId: id, attempts: 3 });
    await queue.close();
  },
  async dump() {
    const kept: unknown[] = [];
    for (const key of await redis.keys('*')) {
      const type = await redis.type(key);
      if (type === 'hash') kept.push(await redis.hgetall(key));
      if (type === 'stream') kept.push(await redis.xrange(key, '-', '+'));
    }
    return kept.map((one) => JSON.stringify(one)).join('\n');
  },
});

describe('the queue on Redis', () => {
  it.each(checks)('$name', ({ run }) => run(benchHere()));

  it('says that Redis does not answer when the queues are opened', async () => {
    const gone: QueuePlace = { backend: 'redis', url: `redis://127.0.0.1:${await closedPort()}` };
    await expect(openQueues(gone, { log: silentLog })).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
  });

  it('refuses to add while Redis is away, so that the work stays in the outbox, and goes on when it is back', async () => {
    const wire = await wireTo(server.url);
    const queues = await openQueues({ backend: 'redis', url: wire.url }, { log: silentLog });
    const done: string[] = [];
    const ignore = (): Promise<void> => Promise.resolve();
    const linkRange = (_: unknown, turn: { jobId: string }): Promise<void> => Promise.resolve(void done.push(turn.jobId));
    await queues.process('sync', { pullSource: ignore, linkRange }, { concurrency: 1 });
    const job = { name: 'linkRange', payload: { fromId: '1', toId: '2' }, jobId: '1' };

    await wire.cut();
    await expect(queues.add([job])).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE', message: expect.stringContaining('outbox') });
    await wire.mend();
    while (
      !(await queues.add([job]).then(
        () => true,
        () => false,
      ))
    );
    await queues.whenIdle(['sync'], 20_000);
    expect(done).toEqual(['1']);
    await queues.close();
    await wire.cut();
  });

  it('closes though Redis is away', async () => {
    const wire = await wireTo(server.url);
    const queues = await openQueues({ backend: 'redis', url: wire.url }, { log: silentLog, timing: { closeMs: 500 } });
    const ignore = (): Promise<void> => Promise.resolve();
    await queues.process('sync', { pullSource: ignore, linkRange: ignore }, { concurrency: 1 });
    await wire.cut();
    await queues.close();
  }, 15_000);
});

async function listen(server: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A wire to Redis that can be cut and mended: the port stays the same. */
async function wireTo(url: string) {
  const { hostname, port, pathname } = new URL(url);
  const ends = new Set<Socket>();
  const relay = (near: Socket): void => {
    const far = connect(Number(port), hostname);
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(end);
      end.pipe(other);
      end.on('error', () => other.destroy());
      end.on('close', () => other.destroy());
    }
  };
  let wire = createServer(relay);
  const nearPort = await listen(wire);
  return {
    url: `redis://127.0.0.1:${nearPort}${pathname}`,
    async cut() {
      for (const end of ends) end.destroy();
      ends.clear();
      await new Promise((resolve) => wire.close(resolve));
    },
    async mend() {
      wire = createServer(relay);
      await listen(wire, nearPort);
    },
  };
}
