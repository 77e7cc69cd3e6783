/** Runs of a source on a real database: how they end, where the next goes on, and what that says about the source. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import { HubError, realClock, silentLog, type SourceId } from '../../src/kernel/index.js';
import { queueDueSources, queueInterrupted, runSource, type RunOrder } from '../../src/sync/index.js';
import type { Connector } from '../../src/sources/index.js';
import { openPool, PENDING } from '../../src/store/index.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { addSource, workerPool } from '../identity/crowd.js';
import type { HubRecord } from '../../src/records/index.js';
import { claim, encounter, labels, organization, patient, scripted } from './story.js';

let database: TestDatabase;
let pool: Pool;
let owner: Pool;
let id: SourceId;
beforeAll(async () => {
  database = await testDatabase();
  pool = workerPool(database.url);
  owner = openPool(database.url, { max: 1, name: 'test' });
});
afterAll(async () => {
  await pool.end();
  await owner.end();
  await database.drop();
});
let count = 0;
beforeEach(async () => {
  await pool.query('update source set active = false');
  await pool.query('delete from outbox');
  id = (await addSource(pool, `source ${++count}`)) as SourceId;
});

const run = (connector: Connector, more: Partial<RunOrder> = {}) =>
  runSource({ source: { id, name: 'scripted' }, connector, pool, labels, log: silentLog, clock: realClock, full: false, ...more });
const rowsOf = async <R extends object>(sql: string, ...values: unknown[]): Promise<R[]> => (await pool.query<R>(sql, values)).rows;
interface SourceRow {
  readonly circuit: string;
  readonly error_code: string | null;
  readonly read: boolean;
  readonly cursor: object | null;
}
interface RunRow {
  readonly state: string;
  readonly error: string | null;
  readonly read: number;
  readonly created: number;
  readonly unchanged: number;
}
const sourceRow = async (): Promise<SourceRow | undefined> =>
  (await rowsOf<SourceRow>('select circuit, error_code, last_success_at is not null as read, cursor from source where id = $1', id))[0];
const runs = () => rowsOf<RunRow>('select state, error, read, created, unchanged from sync_run where source_id = $1 order by id', id);
const jobs = () => rowsOf<{ job: string; of: string | null }>("select job, payload ->> 'table' as of from outbox order by id");
const unreachable = (): Connector => scripted([patient(1)], () => Promise.reject(new HubError('SOURCE_UNREACHABLE', 'It did not answer.')));

describe('a run', () => {
  it('stores what the source has, tells it so, and leaves the cursor and the jobs that follow', async () => {
    const connector = scripted([patient(1), encounter(1)]);
    const seen: unknown[] = [];
    expect(await run(connector, { onProgress: (progress) => seen.push(progress) })).toBe('DONE');
    expect(await runs()).toEqual([{ state: 'DONE', error: null, read: 2, created: 2, unchanged: 0 }]);
    expect(await sourceRow()).toEqual({ circuit: 'CLOSED', error_code: null, read: true, cursor: { done: 2 } });
    expect(connector.settled).toEqual(['committed', 'committed']);
    expect(seen).toEqual([
      { source: 'scripted', read: 1, share: 0.5 },
      { source: 'scripted', read: 2, share: 1 },
    ]);
    expect(await jobs()).toEqual([
      { job: 'linkRange', of: null },
      { job: 'labelRange', of: 'encounter' },
    ]);
  });

  it('goes on where the one before was left off', async () => {
    const broken = scripted([patient(1), patient(2)], (at) =>
      at === 1 ? Promise.reject(new HubError('SOURCE_UNREACHABLE', 'Gone.')) : undefined,
    );
    expect(await run(broken)).toBe('FAILED');
    const connector = scripted([patient(1), patient(2)]);
    expect(await run(connector)).toBe('DONE');
    expect(connector.asked).toEqual([{ done: 1 }]);
    expect((await runs()).map(({ state, error, read }) => [state, error, read])).toEqual([
      ['FAILED', 'SOURCE_UNREACHABLE', 1],
      ['DONE', null, 1],
    ]);
  });

  it('is not begun while another reads the same source', async () => {
    let second: unknown;
    const connector = scripted([patient(1)], async () => void (second = await run(scripted([patient(1)]))));
    expect(await run(connector)).toBe('DONE');
    expect(second).toBe('BUSY');
    expect(await runs()).toHaveLength(1);
  });

  it('closes the run that a dead process left, without a word against the source', async () => {
    await pool.query("insert into sync_run (source_id, started_at, state) values ($1, now(), 'RUNNING')", [id]);
    expect(await queueInterrupted(pool, realClock)).toEqual([id]);
    expect(await run(scripted([patient(1)]))).toBe('DONE');
    expect((await runs()).map(({ state, error }) => [state, error])).toEqual([
      ['FAILED', 'INTERRUPTED'],
      ['DONE', null],
    ]);
    expect(await queueInterrupted(pool, realClock)).toEqual([]);
  });

  it('stops between batches when the worker closes; what was stored stays', async () => {
    const closing = new AbortController();
    const connector = scripted([patient(1), patient(2)], (at) => void (at === 1 && closing.abort()));
    expect(await run(connector, { signal: closing.signal })).toBe('CANCELLED');
    expect(connector.settled).toEqual(['committed', 'failed']);
    expect((await runs()).map(({ state, read }) => [state, read])).toEqual([['CANCELLED', 1]]);
    expect(await sourceRow()).toMatchObject({ error_code: null, cursor: { done: 1 } });
  });

  it('stops when it loses the connection that keeps others out', async () => {
    const connector = scripted([patient(1), patient(2)], async (at) => {
      if (at === 0) return;
      const { rowCount } = await owner.query(
        "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objsubid = 2 and objid = $1 and database = (select oid from pg_database where datname = current_database())",
        [id],
      );
      expect(rowCount).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 200));
    });
    expect(await run(connector)).toBe('CANCELLED');
    expect(await run(scripted([patient(1), patient(2)]))).toBe('DONE');
  });

  it('labels each batch by the policy in force when it is stored: one that changes meanwhile holds from the next batch on', async () => {
    const withCode = (n: number): HubRecord => ({ ...encounter(n), labelCodes: ['urn:zz|X'] });
    let known = 1;
    const rulesOf = (mask: number) => ({ ...labels.current().labels, maskOf: (codes: readonly string[]) => (codes.length > 0 ? mask : 0) });
    const inForce = {
      current: () => ({ labels: rulesOf(known), generation: known }),
      renew: async () => void (known = (await rowsOf<{ generation: number }>('select generation from policy_state'))[0]?.generation ?? 0),
    };
    await pool.query("insert into policy_state (generation, digest, applied_at) values (1, 'x', now())");
    const connector = scripted([patient(1), withCode(1), withCode(2)], async (at) => {
      if (at === 2) await pool.query('update policy_state set generation = 4');
    });
    expect(await run(connector, { labels: inForce })).toBe('DONE');
    expect(await rowsOf('select source_key as key, own_mask as own from encounter where source_id = $1 order by 1', id)).toEqual([
      { key: 'Encounter/1', own: 1 },
      { key: 'Encounter/2', own: 4 },
    ]);
    expect(connector.settled).toEqual(['committed', 'committed', 'committed']);
    await pool.query('delete from policy_state');
  });

  it('labels a visit by what kind of place it was at, and one that comes before its place at the end of the run', async () => {
    const house: HubRecord = { ...organization('9', 'Zz House'), labelCodes: ['http://terminology.hl7.org/CodeSystem/v3-RoleCode|SURF'] };
    await run(scripted([patient(1), encounter(1, 'Organization/9'), house, encounter(2, 'Organization/9')]));
    const part2 = 1 << 0;
    const rows = await rowsOf<{ key: string; label: number }>('select source_key as key, label_mask as label from encounter where source_id = $1 order by 1', id); // prettier-ignore
    expect(rows[1]).toMatchObject({ key: 'Encounter/2', label: expect.any(Number) });
    expect((rows[1]?.label ?? 0) & part2).toBe(part2);
    const pending = 1 << 30;
    expect((rows[0]?.label ?? 0) & pending).toBe(pending); // in nobody's sight until scope has looked
    expect(await jobs()).toContainEqual({ job: 'labelRange', of: 'encounter' });
  });

  it('labels a visit at a program in the transaction that stores it, where the name came before', async () => {
    await run(
      scripted([
        organization('9', 'Zz Harbor Recovery Program'),
        patient(1),
        encounter(1, 'Organization/9'),
        encounter(2, 'Organization/8'),
      ]),
    );
    const { rows } = await pool.query('select source_key, label_mask & 1 as part2 from encounter where source_id = $1 order by 1', [id]);
    expect(rows).toEqual([
      { source_key: 'Encounter/1', part2: 1 },
      { source_key: 'Encounter/2', part2: 0 },
    ]);
  });

  it('labels a bill of a program in the transaction that stores it, of a patient whom nobody else knows', async () => {
    await run(
      scripted([organization('9', 'Dept 300 Harbor Recovery'), claim(1, null, 'Organization/9'), claim(2, null, 'Organization/8')]),
    );
    const { rows } = await pool.query('select source_key, label_mask & 1 as part2 from claim where source_id = $1 order by 1', [id]);
    expect(rows).toEqual([
      { source_key: 'Claim/1', part2: 1 },
      { source_key: 'Claim/2', part2: 0 },
    ]);
  });

  it('shows a visit to nobody before its place has a name, in whatever order they come', async () => {
    const hidden: unknown[] = [];
    const look = async (): Promise<void> =>
      void hidden.push(
        (await pool.query('select label_mask & $2 <> 0 as hidden from encounter where source_id = $1', [id, PENDING])).rows[0]?.['hidden'],
      );
    await run(scripted([encounter(1, 'Organization/9'), organization('9', 'Dept 300 Harbor Recovery')], look));
    await look();
    expect(hidden).toEqual([undefined, true, true]);
    expect((await jobs()).filter(({ of }) => of === 'encounter').length).toBeGreaterThan(1);
  });

  it('asks at its end for the labels of rows that wait for what did not come', async () => {
    await run(scripted([patient(1), claim(1, 'Encounter/none')]));
    expect((await jobs()).filter(({ of }) => of === 'claim')).toHaveLength(2); // from the batch, and from the end of the run
  });

  it('ends together with the jobs that its end asks for, or not at all', async () => {
    await run(scripted([patient(1), claim(1, 'Encounter/none')]));
    await owner.query('revoke insert on hub.outbox from hub_worker');
    await expect(run(scripted([]))).rejects.toThrow(/permission denied/);
    await owner.query('grant insert on hub.outbox to hub_worker');
    expect((await runs()).map(({ state }) => state)).toEqual(['DONE', 'RUNNING']);
  });

  it('throws what is not the source’s fault, so that the queue tries again', async () => {
    const connector = scripted([patient(1)], () => Promise.reject(new TypeError('a fault of ours')));
    await expect(run(connector)).rejects.toThrow('a fault of ours');
    expect((await runs()).map(({ state, error }) => [state, error])).toEqual([['FAILED', 'INTERNAL']]);
  });
});

describe('the circuit of a source', () => {
  it('opens after five failures in a row and closes with the probe that succeeds', async () => {
    for (let failures = 1; failures <= 4; failures++) await run(unreachable());
    expect(await sourceRow()).toMatchObject({ circuit: 'CLOSED', error_code: 'SOURCE_UNREACHABLE' });
    await run(unreachable());
    expect(await sourceRow()).toMatchObject({ circuit: 'OPEN' });
    let during: unknown;
    await run(scripted([patient(1)], async () => void (during = (await sourceRow())?.circuit)));
    expect(during).toBe('HALF_OPEN');
    expect(await sourceRow()).toMatchObject({ circuit: 'CLOSED', error_code: null, read: true });
  });
});

describe('the schedule', () => {
  it('queues a source that is due once, however many look', async () => {
    const queued = await Promise.all([1, 2, 3].map(() => queueDueSources(pool, realClock)));
    expect(queued.flat()).toEqual([id]);
    expect((await jobs()).map(({ job }) => job)).toEqual(['pullSource']);
    await pool.query("update source set last_attempt_at = now() - interval '1 day' where id = $1", [id]);
    expect(await queueDueSources(pool, realClock)).toEqual([]); // the first has not been handed over yet
    await pool.query('update outbox set relayed_at = now()');
    expect(await queueDueSources(pool, realClock)).toEqual([id]);
  });
});
