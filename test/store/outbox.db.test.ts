import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { requestJob } from '../../src/kernel/index.js';
import { inTransaction, relayOutbox, trimOutbox, writeOutbox, type OutboxJob } from '../../src/store/index.js';
import { openStoreRoom, type StoreRoom } from './store-room.js';

let room: StoreRoom;
beforeAll(async () => {
  room = await openStoreRoom();
});
afterAll(() => room.close());
beforeEach(async () => {
  await room.empty();
  const jobs = [1, 2, 3].map((id) => requestJob('linkRange', { fromId: String(id), toId: String(id) }));
  await inTransaction(room.worker, (client) => writeOutbox(client, jobs));
});

/** A queue that remembers what it was given. */
const queue = () => {
  const taken: OutboxJob[] = [];
  return { taken, add: (jobs: readonly OutboxJob[]) => Promise.resolve(void taken.push(...jobs)) };
};

describe('the relay', () => {
  it('hands waiting work over once, oldest first, under the row’s own id', async () => {
    const { taken, add } = queue();
    expect(await relayOutbox(room.worker, add, { limit: 2 })).toBe(2);
    expect(await relayOutbox(room.worker, add, { limit: 2 })).toBe(1);
    expect(await relayOutbox(room.worker, add, { limit: 2 })).toBe(0);
    expect(taken.map(({ name, payload }) => [name, payload])).toEqual(['1', '2', '3'].map((id) => ['linkRange', { fromId: id, toId: id }]));
    const ids = (await room.rows('select id from outbox order by id')).map(({ id }) => `outbox-${String(id)}`);
    expect(taken.map(({ jobId }) => jobId)).toEqual(ids);
  });

  it('keeps work that the queue did not take', async () => {
    await expect(relayOutbox(room.worker, () => Promise.reject(new Error('queue away')), { limit: 10 })).rejects.toThrow('queue away');
    const { taken, add } = queue();
    await relayOutbox(room.worker, add, { limit: 10 });
    expect(taken).toHaveLength(3);
  });

  it('lets two relays share the work, each row to one of them', async () => {
    const { taken, add } = queue();
    const slowly = async (jobs: readonly OutboxJob[]) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      await add(jobs);
    };
    const numbers = await Promise.all([relayOutbox(room.worker, slowly, { limit: 2 }), relayOutbox(room.worker, slowly, { limit: 2 })]);
    expect(numbers.sort()).toEqual([1, 2]);
    expect(new Set(taken.map(({ jobId }) => jobId)).size).toBe(3);
  });

  it('drops what was handed over long ago, and only that', async () => {
    await relayOutbox(room.worker, queue().add, { limit: 2 });
    await room.owner.query(`update outbox set relayed_at = now() - interval '3 days' where id = (select min(id) from outbox)`);
    expect(await trimOutbox(room.worker, { keepHours: 48 })).toBe(1);
    expect(await room.rows('select from outbox')).toHaveLength(2);
  });
});
