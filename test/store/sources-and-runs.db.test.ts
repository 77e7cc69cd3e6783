import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { advanceBusinessClock, businessClock, failRun, finishRun, readCursor, registerSources, startRun } from '../../src/store/index.js';
import { says } from './makers.js';
import { openStoreRoom, receivedAt, type StoreRoom } from './store-room.js';

let room: StoreRoom;
beforeAll(async () => {
  room = await openStoreRoom();
});
afterAll(() => room.close());

const minutesLater = (minutes: number): Date => new Date(receivedAt.getTime() + minutes * 60_000);

describe('sources', () => {
  it('are registered by name, keep their id, and are inactive once gone from the configuration', async () => {
    const entry = { kind: 'fhir', supplies: ['Patient'], expectedIntervalSeconds: 60 };
    const [ehr, billing] = await registerSources(room.worker, [
      { ...entry, name: 'ehr' },
      { ...entry, name: 'billing' },
    ]);
    expect(ehr?.id).toBe(room.sourceId);
    await registerSources(room.worker, [{ ...entry, name: 'ehr', supplies: ['Patient', 'Claim'] }]);
    expect(await room.rows('select name, active, supplies from source order by name')).toEqual([
      { name: 'billing', active: false, supplies: ['Patient'] },
      { name: 'ehr', active: true, supplies: ['Patient', 'Claim'] },
    ]);
    const [again] = await registerSources(room.worker, [{ ...entry, name: 'billing' }]);
    expect(again?.id).toBe(billing?.id);
  });

  it('remember where they were left off', async () => {
    expect(await readCursor(room.worker, room.sourceId)).toBeNull();
    await room.ingest([says('encounter', 'Encounter/1')], { cursor: 'page 2' });
    expect(await readCursor(room.worker, room.sourceId)).toEqual({ at: 'page 2' });
  });
});

describe('a run', () => {
  it('that ends well clears the source’s error; one that fails leaves a code', async () => {
    const first = await startRun(room.worker, { sourceId: room.sourceId, full: false, at: receivedAt });
    await failRun(room.worker, { runId: first.id, at: minutesLater(1), errorCode: 'SOURCE_UNREACHABLE' });
    expect(await room.rows(`select error_code, last_success_at from source where name = 'ehr'`)).toEqual([
      { error_code: 'SOURCE_UNREACHABLE', last_success_at: null },
    ]);
    const second = await startRun(room.worker, { sourceId: room.sourceId, full: true, at: minutesLater(2) });
    await finishRun(room.worker, { runId: second.id, at: minutesLater(3) });
    expect(await room.rows(`select error_code, last_attempt_at, last_success_at from source where name = 'ehr'`)).toEqual([
      { error_code: null, last_attempt_at: minutesLater(2), last_success_at: minutesLater(3) },
    ]);
    expect(await room.rows('select state, "full", progress from sync_run where id in ($1, $2) order by id', first.id, second.id)).toEqual([
      { state: 'FAILED', full: false, progress: null },
      { state: 'DONE', full: true, progress: 1 },
    ]);
  });

  it('that was killed is called failed when the next one starts, if it has long been silent', async () => {
    const killed = await startRun(room.worker, { sourceId: room.sourceId, full: false, at: minutesLater(10) });
    await startRun(room.worker, { sourceId: room.sourceId, full: false, at: minutesLater(12) });
    expect(await room.rows('select state from sync_run where id = $1', killed.id)).toEqual([{ state: 'RUNNING' }]);
    await startRun(room.worker, { sourceId: room.sourceId, full: false, at: minutesLater(30) });
    expect(await room.rows('select state, error from sync_run where id = $1', killed.id)).toEqual([
      { state: 'FAILED', error: 'INTERRUPTED' },
    ]);
  });
});

describe('the business clock', () => {
  it('runs with the real one until it is advanced, and then as far ahead for whoever asks', async () => {
    const clock = await businessClock(room.worker);
    const other = await businessClock(room.worker);
    const threeDays = 3 * 86_400_000;
    expect(Math.abs(clock.now().getTime() - Date.now())).toBeLessThan(5_000);
    await advanceBusinessClock(room.worker, threeDays);
    await clock.refresh();
    await other.refresh();
    for (const each of [clock, other]) expect(Math.abs(each.now().getTime() - Date.now() - threeDays)).toBeLessThan(5_000);
  });
});
