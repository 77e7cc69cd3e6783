/** A connection that serves many viewers never keeps the settings of the last one, however its transaction ended: the readers'
 *  pipelines (see also row-level-security.db.test.ts) and the pool on which people's acts are done. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { openReaders } from '../../src/read/index.js';
import { silentLog } from '../../src/kernel/index.js';
import { openOrm, type Orm } from '../../src/store/index.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let story: Story;
let orm: Orm;

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  // John's case exists only for who is told nothing of bit 7.
  await asOwner(database.url, 'update case_file set label_mask = 128 where uid = $1', [story.john.caseUid]);
  orm = await openOrm(database.gatewayUrl, { log: silentLog });
});
afterAll(async () => {
  await orm.close(true);
  await database.drop();
});

const mine = 0;
const theirs = 128;
const numbers = 'select number from case_file order by number';
const seenBy = (hidden: number): string[] => (hidden === theirs ? ['PR-2026-0001'] : ['PR-2026-0001', 'PR-2026-0002']);

/** How a transaction may end. */
const endings = ['well', 'thrown', 'divided', 'refused', 'out of time'] as const;
type Ending = (typeof endings)[number];
const statementOf: Readonly<Partial<Record<Ending, string>>> = {
  divided: 'select 1 / 0',
  refused: 'select * from document',
  'out of time': `set local statement_timeout = 20; select pg_sleep(5)`,
};

describe('an act', () => {
  /** As `perform` opens one: the setting belongs to the transaction. */
  const act = (hidden: number, ending: Ending): Promise<string[]> =>
    orm.em.fork({ session: { variables: { 'hub.hidden': hidden } } }).transactional(async (em) => {
      const rows = await em.execute<{ number: string }[]>(numbers);
      if (ending === 'thrown') throw Object.assign(new Error('thrown'), { rows });
      const statement = statementOf[ending];
      if (statement) await em.execute(statement);
      return rows.map(({ number }) => number);
    });
  /** Of every connection of the pool at once. */
  const left = (): Promise<(string | null)[]> =>
    Promise.all(
      Array.from({ length: 8 }, async () => {
        const rows = await orm.em
          .fork()
          .execute<{ setting: string | null }[]>(`select current_setting('hub.hidden', true) as setting, pg_sleep(0.02)`);
        return rows[0]?.setting || null;
      }),
    );

  it('sees what its own viewer sees, and leaves no setting behind, however it and its neighbours end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ hidden: fc.constantFrom(mine, theirs), ending: fc.constantFrom(...endings) }), {
          minLength: 4,
          maxLength: 16,
        }),
        async (acts) => {
          const answers = await Promise.all(acts.map(({ hidden, ending }) => act(hidden, ending).catch((error: Error) => error)));
          answers.forEach((answer, n) => {
            const { hidden = mine, ending = 'well' } = acts[n] ?? {};
            if (ending === 'well') expect(answer).toEqual(seenBy(hidden));
            else expect(answer).toBeInstanceOf(Error);
          });
          expect((await left()).filter((setting) => setting !== null)).toEqual([]);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('that was cancelled, or whose connection was cut, leaves none either', async () => {
    for (const how of ['pg_cancel_backend', 'pg_terminate_backend']) {
      const slow = orm.em
        .fork({ session: { variables: { 'hub.hidden': mine } } })
        .transactional((em) => em.execute('select pg_sleep(20)'))
        .then(
          () => 'done',
          () => 'ended',
        );
      await endSleeping('hub-orm', how);
      expect(await slow).toBe('ended');
      expect((await left().catch(() => left())).filter((setting) => setting !== null)).toEqual([]);
      expect(await act(theirs, 'well').catch(() => act(theirs, 'well'))).toEqual(seenBy(theirs));
    }
  });

  it('is done as ever after more connections were cut than the pool has', async () => {
    for (let n = 0; n < 6; n += 1) {
      const cut = orm.em
        .fork()
        .transactional((em) => em.execute('select pg_sleep(20)'))
        .catch(() => 'cut');
      await endSleeping('hub-orm', 'pg_terminate_backend');
      expect(await cut).toBe('cut');
    }
    expect(await Promise.all(Array.from({ length: 8 }, () => act(mine, 'well')))).toEqual(Array.from({ length: 8 }, () => seenBy(mine)));
  });

  it('outside of which nothing is read: there is no setting', async () => {
    await expect(orm.em.fork().execute(numbers)).rejects.toThrow();
    await act(mine, 'well');
    await Promise.all(Array.from({ length: 8 }, () => expect(orm.em.fork().execute(numbers)).rejects.toThrow()));
  });
});

describe('two viewers on one pipelined connection', () => {
  const flight = (hidden: number, sql: string, name = '') => ({
    text: `select (${sql})::text as j, null::text as t, 1 as g`,
    name,
    values: [],
    hidden,
  });
  const cases = `select string_agg(number, ',' order by number) from case_file`;
  const answered = (hidden: number): string => seenBy(hidden).join(',');

  it('each read their own rows, though every other flight between them fails, is out of time or cancelled', async () => {
    const readers = openReaders(database.gatewayUrl, { connections: 1, log: silentLog });
    const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
    try {
      for (let round = 0; round < 3; round += 1) {
        const between = [`1 / (1 - 1)`, `(select body from document limit 1)`, `pg_sleep(20)`];
        const flights = Array.from({ length: 12 }, (_, n) => {
          const hidden = n % 2 ? theirs : mine;
          const fault = between[n % 4];
          const own = readers.fly(flight(hidden, cases, 'cases')).then(({ j }) => j === answered(hidden), codeOf);
          // One may sleep, until it is cancelled.
          const failing = n % 4 === 2 && n > 3 ? null : fault;
          return failing ? [own, readers.fly(flight(1, failing)).then(() => 'answered', codeOf)] : [own];
        });
        await endSleeping('hub-reader', 'pg_cancel_backend');
        const answers = await Promise.all(flights.map((pair) => Promise.all(pair)));
        expect(answers.map(([own]) => own)).toEqual(answers.map(() => true));
        expect(answers.flatMap(([, failed]) => (failed === undefined ? [] : [failed]))).not.toContain('answered');
      }
    } finally {
      await readers.close();
    }
  });

  it('and whoever comes to the connection without settings reads nothing', async () => {
    const client = new pg.Client({ connectionString: database.gatewayUrl, options: '-c search_path=hub' });
    await client.connect();
    for (const end of ['commit', 'rollback']) {
      await client.query(`begin; select set_config('hub.hidden', '0', true); ${numbers}; ${end}`);
      await expect(client.query(numbers)).rejects.toThrow(/hub\.hidden|type integer/);
    }
    await client.end();
  });
});

async function endSleeping(application: string, how: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const done = await asOwner(
      database.url,
      `select ${how}(pid) from pg_stat_activity where datname = $1 and application_name = $2 and wait_event = 'PgSleep'`,
      [database.name, application],
    );
    if (done.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('no statement fell asleep');
}
