/** The search for snooping over a history with and without it: what of the planted is found, what of the clean is suspected. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { exemptRoles, findSnooping, readSnoopingRules } from '../../src/access/index.js';
import { fixedClock, packageRoot } from '../../src/kernel/index.js';
import { openPool } from '../../src/store/index.js';
import { buildOffice, lastDay, look, ordinaryWeeks, snooping, tell, type History, type Planted } from '../access/snooping-history.js';
import { testPolicy } from '../support/gateway.js';
import { testDatabase, type TestDatabase } from '../support/services.js';

const rules = readSnoopingRules(join(packageRoot, 'schema/policy/snooping.yaml'));
const search = { rules, exempt: exemptRoles(rules, testPolicy), clock: fixedClock(new Date(lastDay + 20 * 86_400_000)) };

let database: TestDatabase;
let owner: Pool;
let workers: Pool[];
let history: History;

beforeAll(async () => {
  database = await testDatabase();
  owner = openPool(database.url, { max: 2, name: 'test' });
  workers = Array.from({ length: 3 }, () => openPool(database.workerUrl, { max: 1, name: 'test' }));
  history = await buildOffice(owner, { users: 24, persons: 800 });
});
afterAll(async () => {
  await Promise.all([owner, ...workers].map((pool) => pool.end()));
  await database.drop();
});

interface Review {
  readonly rule: string;
  readonly userUid: string;
  readonly personUid: string | null;
}
const reviews = async (): Promise<Review[]> =>
  (await owner.query<Review>('select rule, user_uid as "userUid", person_uid as "personUid" from access_review order by 1, 2, 3')).rows;
const keyOf = ({ rule, userUid, personUid }: Review | Planted): string => `${rule} ${userUid} ${personUid}`;
async function searchAll(): Promise<void> {
  // Three workers at once: one searches, the others find it busy.
  while ((await Promise.all(workers.map((pool) => findSnooping(pool, search)))).some(Boolean));
}

describe('over six weeks of 24 people', () => {
  it('what was planted is found and what is clean raises few alarms: both rates', async () => {
    const clean = await ordinaryWeeks(owner, history);
    const { looks, planted } = snooping(history);
    await tell(owner, [...clean, ...looks]);
    await searchAll();
    const found = new Set((await reviews()).map(keyOf));
    const expected = new Set(planted.map(keyOf));
    const hits = [...expected].filter((key) => found.has(key)).length;
    const alarms = [...found].filter((key) => !expected.has(key));
    const pairs = new Set(clean.map(({ entry }) => `${'userUuid' in entry.actor ? entry.actor.userUuid : ''} ${entry.personUid}`)).size;
    const byRule = rules.rules.map(({ id }) => {
      const of = [...expected].filter((key) => key.startsWith(`${id} `));
      return `${id} ${of.filter((key) => found.has(key)).length} of ${of.length}`;
    });
    process.stdout.write(
      `snooping: found ${hits} of ${expected.size} planted (${byRule.join(', ')}); false alarms ${alarms.length} of ${pairs} clean viewer-patient pairs (${((100 * alarms.length) / pairs).toFixed(2)} %)\n`,
    );
    expect(expected.size).toBeGreaterThan(25);
    expect(hits / expected.size).toBeGreaterThanOrEqual(0.95);
    expect(alarms.length / pairs).toBeLessThan(0.005);
  });

  it('searching again opens nothing twice, and the place reached is kept', async () => {
    const before = await owner.query('select * from access_review order by id');
    const looks = await owner.query('select * from access_look order by 1, 2, 3');
    await searchAll();
    expect((await owner.query('select * from access_review order by id')).rows).toEqual(before.rows);
    expect((await owner.query('select * from access_look order by 1, 2, 3')).rows).toEqual(looks.rows);
  });

  it('each review that was opened stands in the trail by the name of the search, with its patient', async () => {
    const { rows } = await owner.query<{ missing: string }>(
      `select count(*)::text as missing from access_review r where r.person_uid is not null
       and not exists (select 1 from audit_entry e where e.system = 'snooping' and e.operation = 'openReview' and e.person_uid = r.person_uid)`,
    );
    expect(rows).toEqual([{ missing: '0' }]);
  });

  it('a search that is cut off in the middle of a stretch begins it again: nothing is counted twice', async () => {
    const [user] = history.users;
    const stranger = history.persons[5];
    const before = await owner.query<{ reads: string }>('select coalesce(sum(reads), 0)::text as reads from access_look');
    await tell(owner, [look(user?.uid ?? '', stranger?.uid ?? '', lastDay)]);
    await owner.query('alter table snooping_cursor rename to snooping_cursor_away');
    await expect(findSnooping(workers[0] as Pool, search)).rejects.toBeDefined();
    await owner.query('alter table snooping_cursor_away rename to snooping_cursor');
    await owner.query(`create function fail() returns trigger language plpgsql as $$ begin raise exception 'cut off'; end $$`);
    await owner.query('create trigger fail before update on snooping_cursor for each row execute function fail()');
    await expect(findSnooping(workers[0] as Pool, search)).rejects.toBeDefined();
    expect((await owner.query('select coalesce(sum(reads), 0)::text as reads from access_look')).rows).toEqual(before.rows);
    await owner.query('drop trigger fail on snooping_cursor');
    await searchAll();
    expect((await owner.query('select coalesce(sum(reads), 0)::text as reads from access_look')).rows).toEqual([
      { reads: String(Number(before.rows[0]?.reads) + 1) },
    ]);
  });

  it('who reviews access is not looked at, and a refusal is no look', async () => {
    const [, user] = history.users;
    const flagged = history.persons.find((person) => person.flagged);
    const count = async () => (await reviews()).length;
    const before = await count();
    const of = look(user?.uid ?? '', flagged?.uid ?? '', lastDay);
    await tell(owner, [
      { ...of, entry: { ...of.entry, actor: { ...of.entry.actor, role: 'PRIVACY_OFFICER' }, requestId: 'officer' } },
      { ...of, entry: { ...of.entry, outcome: 'REFUSED', requestId: 'refused' } },
    ]);
    await searchAll();
    expect(await count()).toBe(before);
  });
});
