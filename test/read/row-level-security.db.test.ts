/** The last wall: what the gateway's own role can read, whatever statement it sends, and that settings of one viewer never
 *  reach the next, though all share a few pipelined connections. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { silentLog } from '../../src/kernel/index.js';
import { openReaders, type Readers } from '../../src/read/index.js';
import { openTestGateway, operation, hubSchema } from '../support/gateway.js';
import { addLabelledRows, factTables, hiddenMark, maskedMark } from '../support/labelled-rows.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';
import { everyField } from '../support/whole-document.js';

let database: TestDatabase;
let story: Story;
/** PART2, PSYTHPN and PENDING. */
const hidden = 1 | (1 << 4) | (1 << 30);

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  await addLabelledRows(database.url, { recordRow: story.maria.recordRow, source: 'ehr' });
  await asOwner(database.url, `insert into patient_phone select id, '5550100' || id from patient_record`);
  await asOwner(database.url, `update patient_record set label_mask = 1 where source_key = 'Patient/2'`);
  await asOwner(
    database.url,
    `insert into reminder (case_id, rule, subject, due_at, status) select id, 'test', 'test', now(), 'SCHEDULED' from case_file`,
  );
  await asOwner(database.url, `insert into case_event (case_id, at, what) select id, now(), 'OPENED' from case_file`);
  await asOwner(
    database.url,
    `insert into link_conflict (patient_record_id, other_record_id, system, reason, seen_at) select a.id, b.id, 'mrn', 'test', now() from patient_record a, patient_record b where a.id <> b.id`,
  );
  for (const table of ['reminder', 'case_event', 'case_issue', 'deadline', 'interaction'])
    await asOwner(database.url, `update ${table} set label_mask = 1 where case_id = (select id from case_file where uid = $1)`, [
      story.john.caseUid,
    ]);
});
afterAll(async () => await database.drop());

async function asGateway<T>(work: (ask: (sql: string) => Promise<Record<string, unknown>[]>) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: database.gatewayUrl, options: '-c search_path=hub' });
  await client.connect();
  try {
    return await work(async (sql) => (await client.query<Record<string, unknown>>(sql)).rows);
  } finally {
    await client.end();
  }
}
const labelled = ['patient_record', ...factTables, 'case_file', 'case_issue', 'deadline', 'interaction', 'reminder', 'case_event'];
const hanging = ['patient_identifier', 'patient_phone', 'person_link', 'link_conflict'];

describe("the gateway's role", () => {
  it.each([...labelled, ...hanging])('reads nothing of %s without the settings of a viewer', async (table) => {
    await asGateway(async (ask) => {
      await expect(ask(`select * from ${table}`)).rejects.toThrow(/hub\.hidden/);
      // After a viewer's transaction the setting is there, but empty.
      await ask(`begin; select set_config('hub.hidden', '${hidden}', true); commit`);
      await expect(ask(`select * from ${table}`)).rejects.toThrow(/invalid input syntax for type integer/);
    });
  });

  it.each(labelled)('reads no hidden row of %s, though it asks for all', async (table) => {
    const [all] = await asOwner<{ n: string; visible: string }>(
      database.url,
      `select count(*) as n, count(*) filter (where label_mask & ${hidden} = 0) as visible from ${table}`,
    );
    await asGateway(async (ask) => {
      await ask(`select set_config('hub.hidden', '${hidden}', false)`);
      const rows = await ask(`select * from ${table}`);
      expect(rows).toHaveLength(Number(all?.visible));
      expect(JSON.stringify(rows)).not.toContain(hiddenMark);
    });
    if (table !== 'case_file') expect(Number(all?.visible)).toBeLessThan(Number(all?.n));
  });

  it.each(hanging.slice(0, 3))('reads rows of %s only with the record on which they hang', async (table) => {
    const [all] = await asOwner<{ n: string }>(database.url, `select count(*) as n from ${table}`);
    const [seen] = await asOwner<{ n: string }>(
      database.url,
      `select count(*) as n from ${table} join patient_record r on r.id = patient_record_id where r.label_mask = 0`,
    );
    await asGateway(async (ask) => {
      await ask(`select set_config('hub.hidden', '${hidden}', false)`);
      expect(await ask(`select * from ${table}`)).toHaveLength(Number(seen?.n));
    });
    expect(Number(seen?.n)).toBeLessThan(Number(all?.n));
  });

  it('reads of records that contradict each other only where it may read both', async () => {
    const readable = 'select id from patient_record where label_mask = 0';
    const [expected] = await asOwner<{ n: string }>(
      database.url,
      `select count(*) as n from link_conflict where patient_record_id in (${readable}) and other_record_id in (${readable})`,
    );
    await asGateway(async (ask) => {
      await ask(`select set_config('hub.hidden', '${hidden}', false)`);
      expect(await ask('select * from link_conflict')).toHaveLength(Number(expected?.n));
    });
    expect(expected?.n).toBe('2'); // of six pairs
  });

  it('cannot read what a source sent, nor the body of what was set aside, nor change facts, policy or the audit trail', async () => {
    await asGateway(async (ask) => {
      await ask(`select set_config('hub.hidden', '0', false)`);
      for (const statement of [
        'select * from document',
        'select body from set_aside',
        'select * from outbox',
        `update encounter set label_mask = 0`,
        'update policy_state set generation = 2',
        'update audit_entry set outcome = $$ALLOWED$$',
        'delete from audit_entry',
        'insert into audit_head select * from audit_head',
        'delete from case_file',
        'alter table encounter disable row level security',
        'set role hub_worker',
        'set session_replication_role = replica',
      ]) {
        await expect(ask(statement)).rejects.toThrow(/permission denied|must be owner/);
      }
    });
  });
});

describe('a compiler that forgot every mask and every relation', () => {
  it('would still answer no hidden row', async () => {
    const broken = openTestGateway(database.gatewayUrl, (text) =>
      text
        .replaceAll(/\((\w+)\.label_mask & \d+\) <> 0 as masked/g, 'false as masked')
        .replaceAll(/\(\w+\.label_mask & \(\d+ \| \w+\.l\d\)\) <> 0 as/g, 'false as')
        .replaceAll(/\brel\d+\.(related|facility)\b(?! as)/g, 'true')
        .replaceAll(/coalesce\(\w+\.(masked|all_masked), false\)/g, 'false'),
    );
    try {
      const stranger = { role: 'ADVOCATE', purpose: 'HOPERAT', user: { uid: story.other.uid, row: '999' } };
      const answer = await broken.ask(stranger, `query ($id: ID!) { patient(id: $id) ${everyField(hubSchema, 'Patient', { depth: 3 })} }`, {
        id: `pat_${story.maria.uid}`,
      });
      expect(answer.errors).toBeUndefined();
      const text = JSON.stringify(answer.data);
      expect(text).toContain(maskedMark); // the compiler is broken indeed
      expect(text).not.toContain(hiddenMark);
      const context = await broken.ask(stranger, operation('patient-context'), { caseId: `case_${story.maria.caseUid}` });
      expect(JSON.stringify(context.data)).toContain('They moved my appointment');
      expect(JSON.stringify(context.data)).not.toContain(hiddenMark);
    } finally {
      await broken.close();
    }
  });
});

describe('viewers who share a pipelined connection', () => {
  const open = (connections: number): Readers => openReaders(database.gatewayUrl, { connections, log: silentLog });
  const flight = (setting: number, sql = `current_setting('hub.hidden')`) => ({
    text: `select (${sql})::text as j, null::text as t, 1 as g`,
    name: '',
    values: [],
    hidden: setting,
  });
  const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

  it('each see their own settings, however the flights mix with failing ones', async () => {
    const readers = open(2);
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ setting: fc.nat(1000), fails: fc.boolean() }), { minLength: 1, maxLength: 40 }),
          async (flights) => {
            const answers = await Promise.all(
              flights.map(({ setting, fails }) =>
                readers.fly(flight(setting, fails ? `1 / (${setting} - ${setting})` : undefined)).then(({ j }) => j, codeOf),
              ),
            );
            expect(answers).toEqual(flights.map(({ setting, fails }) => (fails ? 'BAD_INPUT' : String(setting))));
          },
        ),
        { numRuns: 30 },
      );
    } finally {
      await readers.close();
    }
  });

  it('are answered after a statement before theirs was cancelled, with their own settings', async () => {
    const readers = open(1);
    try {
      for (let round = 0; round < 5; round += 1) {
        const slow = readers.fly(flight(1, `pg_sleep(20)`)).then(() => 'answered', codeOf);
        const behind = [2, 3, 4].map((setting) => readers.fly(flight(setting)).then(({ j }) => j, codeOf));
        await cancelWhenAsleep();
        expect([await slow, ...(await Promise.all(behind))]).toEqual(['LIMIT_EXCEEDED', '2', '3', '4']);
      }
    } finally {
      await readers.close();
    }
  });

  it('are told that the database is away where the connection was cut, and answered on the next one', async () => {
    const readers = open(1);
    try {
      const cut = readers.fly(flight(1, `pg_sleep(20)`)).then(() => 'answered', codeOf);
      const behind = readers.fly(flight(2)).then(({ j }) => j, codeOf);
      await cancelWhenAsleep('pg_terminate_backend');
      expect([await cut, await behind]).toEqual(['DATABASE_UNAVAILABLE', 'DATABASE_UNAVAILABLE']);
      expect((await readers.fly(flight(3))).j).toBe('3');
    } finally {
      await readers.close();
    }
  });

  it('cannot write', async () => {
    const readers = open(1);
    try {
      await expect(
        readers.fly({
          ...flight(0),
          text: `with w as (insert into outbox (job, payload) values ('x', '{}') returning 1) select '1' as j, null as t, 1 as g from w`,
        }),
      ).rejects.toMatchObject({ code: 'INTERNAL' });
    } finally {
      await readers.close();
    }
  });

  async function cancelWhenAsleep(how: 'pg_cancel_backend' | 'pg_terminate_backend' = 'pg_cancel_backend'): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const done = await asOwner(
        database.url,
        `select ${how}(pid) from pg_stat_activity where datname = $1 and application_name = 'hub-reader' and wait_event = 'PgSleep'`,
        [database.name],
      );
      if (done.length > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('no statement fell asleep');
  }
});
