/** Linking on a real database: what is written, what an unlinked record leaves behind, and that order does not matter. */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Pool } from 'pg';
import { fixedClock, packageRoot, type RowId } from '../../src/kernel/index.js';
import { linkRange, readStrongIdentifiers } from '../../src/identity/index.js';
import { partitionRecords } from '../../src/identity/partition.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { addSource, partitionNow, putRecord, readRecords, workerPool, type Person } from './crowd.js';

const rules = readStrongIdentifiers(join(packageRoot, 'schema/identity/strong-identifiers.yaml'));
const clock = fixedClock('2026-11-20T12:00:00Z');
const mr = (value: string) => ({ system: 'urn:mrn', value, type: 'MR' });
const ss = (value: string) => ({ system: 'urn:ssn', value, type: 'SS' });
const ana = (...identifiers: Person['identifiers']): Person => ({
  family: 'Zz-Lopez',
  given: 'Zz-Ana',
  birthDate: '1970-01-31',
  identifiers,
});
const bea = (...identifiers: Person['identifiers']): Person => ({
  family: 'Zz-Farrow',
  given: 'Zz-Bea',
  birthDate: '1980-05-05',
  identifiers,
});

let database: TestDatabase;
let pool: Pool;
let source: number;
beforeAll(async () => {
  database = await testDatabase();
  pool = workerPool(database.url);
  source = await addSource(pool, 'ehr');
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(() => clear());

const clear = async (): Promise<void> => {
  for (const table of ['outbox', 'link_conflict', 'person_link', 'claim', 'patient_record', 'person'])
    await pool.query(`delete from ${table}`);
};
const put = (key: string, person: Person): Promise<RowId> => putRecord(pool, { source, key }, person);
const link = (fromId: RowId, toId = fromId) => linkRange(pool, { fromId, toId }, { rules, clock });
const personOf = async (record: RowId): Promise<RowId | undefined> =>
  (await pool.query<{ person: RowId }>('select person_id as person from person_link where patient_record_id = $1', [record])).rows[0]
    ?.person;
const aliasOf = async (person: RowId | undefined): Promise<RowId | null | undefined> =>
  (await pool.query<{ alias: RowId | null }>('select alias_of as alias from person where id = $1', [person])).rows[0]?.alias;

describe('linking', () => {
  it('gives a record its own person, certain, without a score', async () => {
    const record = await put('a', ana(mr('77')));
    await link(record);
    const { rows } = await pool.query('select assurance, score, evidence, linked_by, linked_at from person_link');
    expect(rows).toEqual([
      { assurance: 'CERTAIN', score: null, evidence: [], linked_by: 'identity', linked_at: new Date('2026-11-20T12:00:00Z') },
    ]);
  });

  it('joins a newcomer to the person of the older record, with evidence but no value', async () => {
    const [older, newer] = [await put('a', ana(mr('77001'))), await put('b', ana(mr('77001')))];
    await link(older);
    const person = await personOf(older);
    await link(newer);
    expect(await personOf(newer)).toBe(person);
    const { rows } = await pool.query<{ evidence: string[]; score: number }>('select evidence, score from person_link');
    expect(rows).toEqual(Array.from({ length: 2 }, () => ({ evidence: ['shares MR of urn:mrn', 'name and birth date agree'], score: 1 })));
    expect(JSON.stringify(rows)).not.toContain('77001');
  });

  it('makes two persons one, and the younger an alias, when a third record shows that they are', async () => {
    const [a, b] = [await put('a', ana(mr('77'))), await put('b', ana(ss('500-11-2222')))];
    await link(a, b);
    const [kept, given] = [await personOf(a), await personOf(b)];
    expect(kept).not.toBe(given);
    const c = await put('c', ana(mr('77'), ss('500-11-2222')));
    await link(c);
    expect([await personOf(a), await personOf(b), await personOf(c)]).toEqual([kept, kept, kept]);
    expect([await aliasOf(kept), await aliasOf(given)]).toEqual([null, kept]);
  });

  it('reaches the person in one step from an alias of an alias', async () => {
    const [a, b, c] = [await put('a', ana(mr('77'))), await put('b', ana(ss('500-11-2222'))), await put('c', ana(mr('88')))];
    await link(a, c);
    const persons = [await personOf(a), await personOf(b), await personOf(c)];
    await link(await put('d', ana(ss('500-11-2222'), mr('88')))); // c's becomes an alias of b's
    await link(await put('e', ana(mr('77'), mr('88')))); // b's becomes an alias of a's
    expect(await Promise.all(persons.map(aliasOf))).toEqual([null, persons[0], persons[0]]);
  });

  it('links nobody by an identifier whose carriers contradict, unlinks whom it had linked, and reports it', async () => {
    const [a, b] = [await put('a', ana(mr('77'))), await put('b', ana(mr('77')))];
    await link(a, b);
    const person = await personOf(a);
    await link(await put('c', bea(mr('77'))));
    expect(await partitionNow(pool)).toEqual(['a', 'b', 'c']);
    expect(await personOf(a)).toBe(person);
    const { rows } = await pool.query(
      `select r.source_key as record, o.source_key as other, c.system, c.reason from link_conflict c join patient_record r on r.id = c.patient_record_id join patient_record o on o.id = c.other_record_id order by 1`,
    );
    const reason = 'MR is shared, birth date or name is not';
    expect(rows).toEqual([
      { record: 'a', other: 'c', system: 'urn:mrn', reason },
      { record: 'b', other: 'c', system: 'urn:mrn', reason },
      { record: 'c', other: 'a', system: 'urn:mrn', reason },
    ]);
  });

  it('links again, and drops the report, once the contradiction is put right at its source', async () => {
    const [a] = [await put('a', ana(mr('77'))), await put('b', ana(mr('77')))];
    const c = await put('c', bea(mr('77')));
    await link(a, c);
    await put('c', bea(mr('78')));
    await link(c);
    expect(await partitionNow(pool)).toEqual(['a+b', 'c']);
    expect((await pool.query('select from link_conflict')).rowCount).toBe(0);
  });

  it('gives a record that leaves a new person, not one that was used before', async () => {
    const [a, b] = [await put('a', ana(mr('77'))), await put('b', ana(mr('77')))];
    await link(a);
    await link(b);
    const person = await personOf(a);
    await put('b', ana(mr('78')));
    await link(b);
    expect(await personOf(a)).toBe(person);
    expect(BigInt((await personOf(b)) ?? 0) > BigInt(person ?? 0)).toBe(true);
  });

  it('passes over a record that was only named by others so far', async () => {
    const { rows } = await pool.query<{ id: RowId }>(
      "insert into patient_record (source_id, source_key, ingested_at, stub) values ($1, 'stub', now(), true) returning id",
      [source],
    );
    await link(rows[0]?.id as RowId);
    expect((await pool.query('select from person_link')).rowCount).toBe(0);
  });

  it('links the others again once the one that contradicted them is gone from its source', async () => {
    const [a] = [await put('a', ana(mr('77'))), await put('b', ana(mr('77')))];
    const c = await put('c', bea(mr('77')));
    await link(a, c);
    await pool.query('update patient_record set stub = true, family = null, given = null, birth_date = null where id = $1', [c]);
    await pool.query('delete from patient_identifier where patient_record_id = $1', [c]);
    await link(c);
    expect(await personOf(a)).toBeDefined();
    expect(await partitionNow(pool)).toEqual(['a+b', 'c']);
  });

  it('writes nothing the second time', async () => {
    const [a, b] = [await put('a', ana(mr('77'))), await put('b', ana(mr('77')))];
    await link(a, b);
    const before = (await pool.query('select xmin, * from person_link order by patient_record_id')).rows;
    expect(await link(a, b)).toEqual({ records: 2, changed: 0, conflicts: 0 });
    expect((await pool.query('select xmin, * from person_link order by patient_record_id')).rows).toEqual(before);
  });

  it('asks for new labels where a claim refers to a visit by its number', async () => {
    const [a, b] = [await put('a', ana(mr('77'))), await put('b', ana(mr('77')))];
    await pool.query(
      "insert into claim (source_id, source_key, patient_record_id, ingested_at, kind, encounter_ref, own_mask, label_mask) values ($1, 'Claim/1', $2, now(), 'OTHER', 'Encounter?identifier=urn:visit|V1', 0, 0)",
      [source, b],
    );
    await link(a, b);
    const { rows } = await pool.query('select job, payload from outbox');
    expect(rows).toEqual([{ job: 'labelRange', payload: { table: 'patient_record', fromId: b, toId: b, generation: 0 } }]);
  });

  it('gives each record one person when jobs over the same records run at once', async () => {
    const ids = await Promise.all(['a', 'b', 'c', 'd'].map((key) => put(key, ana(mr('77')))));
    await Promise.all(ids.flatMap((id) => [link(id), link(id)]));
    expect(await partitionNow(pool)).toEqual(['a+b+c+d']);
  });
});

const who = fc.constantFrom(ana(), bea(), { ...ana(), birthDate: '1971-01-31' }, { ...ana(), given: 'Zz-Ana Maria' });
const carried = fc.uniqueArray(fc.constantFrom(mr('701'), mr('702'), mr('703'), ss('500-11-2201'), ss('500-11-2202')), { maxLength: 3 });
const change = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
  person: fc.tuple(who, carried).map(([person, identifiers]) => ({ ...person, identifiers })),
});

describe('whatever arrives, changes and is linked in whatever order', () => {
  it('ends as the rule says of the last state, each record with one person, no person given out twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 16 }), fc.infiniteStream(fc.nat()), async (changes, dice) => {
        await clear();
        const waiting: RowId[] = [];
        for (const { key, person } of changes) {
          waiting.push(await put(key, person));
          while (waiting.length > 0 && Number(dice.next().value) % 2 === 0)
            await link(waiting.splice(Number(dice.next().value) % waiting.length, 1)[0] as RowId);
        }
        while (waiting.length > 0) await link(waiting.splice(Number(dice.next().value) % waiting.length, 1)[0] as RowId);
        const records = await readRecords(pool);
        const keyOf = new Map(
          (await pool.query<{ id: RowId; key: string }>('select id, source_key as key from patient_record')).rows.map(({ id, key }) => [
            id,
            key,
          ]),
        );
        const expected = partitionRecords(records, rules)
          .components.map(({ members }) =>
            members
              .map((id) => keyOf.get(id))
              .sort()
              .join('+'),
          )
          .sort();
        expect(await partitionNow(pool)).toEqual(expected);
        expect(
          (await pool.query('select from person_link l join person p on p.id = l.person_id where p.alias_of is not null')).rowCount,
        ).toBe(0);
        expect((await pool.query('select from link_conflict')).rowCount).toBe(partitionRecords(records, rules).conflicts.length);
      }),
      { numRuns: 60 },
    );
  });
});
