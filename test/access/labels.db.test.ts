/** Labels across records on a real database: what inherits from what, what stays hidden until it is known, and that the
 *  order in which rows arrive does not matter. */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Pool } from 'pg';
import { packageRoot } from '../../src/kernel/index.js';
import { readLabelRules } from '../../src/access/label-rules.js';
import { queueAll, queueUnsettled, relabelRange, type RowRange } from '../../src/access/labels.js';
import { inTransaction } from '../../src/store/index.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { workerPool } from '../identity/crowd.js';
import { arrive, icd, labelsNow, security, type Row } from './story.js';

const rules = readLabelRules(join(packageRoot, 'schema/policy/labels.yaml'));
let database: TestDatabase;
let pool: Pool;
const sources: Record<string, number> = {};
beforeAll(async () => {
  database = await testDatabase();
  pool = workerPool(database.url);
  for (const name of ['ehr', 'billing']) {
    const { rows } = await pool.query<{ id: number }>("insert into source (name, kind) values ($1, 'fhir') returning id", [name]);
    sources[name] = rows[0]?.id ?? 0;
  }
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(() => clear());

async function clear(): Promise<void> {
  const tables = [
    'outbox',
    'payment',
    'adjudication',
    'claim',
    'coverage',
    'condition',
    'appointment',
    'encounter',
    'source_name',
    'person_link',
    'patient_record',
    'person',
  ];
  for (const table of tables) await pool.query(`delete from ${table}`);
  await pool.query("update source set last_success_at = null, error_code = null, circuit = 'CLOSED'");
}

const come = (row: Row): Promise<void> => arrive(pool, sources, rules, row);
/** Runs what the outbox asks for, in an order of the caller's choosing. */
async function work(choose: (many: number) => number = () => 0, atMost = Infinity): Promise<void> {
  for (let done = 0; done < atMost; done++) {
    const { rows } = await pool.query<{ id: string; payload: RowRange }>('select id, payload from outbox order by id');
    const row = rows[choose(rows.length)];
    if (!row) return;
    await relabelRange(pool, row.payload, rules);
    await pool.query('delete from outbox where id = $1', [row.id]);
  }
}
const finish = (source: string, at = '2026-11-20T13:00:00Z') =>
  pool.query('update source set last_success_at = $2, error_code = null where name = $1', [source, at]);
const settle = (): Promise<number> => inTransaction(pool, (client) => queueUnsettled(client, rules));
const linkBoth = async (): Promise<void> => {
  const { rows } = await pool.query<{ id: string }>('insert into person default values returning id');
  await pool.query(
    "insert into person_link select id, $1, 'CERTAIN', 1, '{}', 'test', now() from patient_record on conflict (patient_record_id) do update set person_id = excluded.person_id",
    [rows[0]?.id],
  );
  await pool.query(
    "insert into outbox (job, payload) select 'labelRange', jsonb_build_object('table', 'patient_record', 'fromId', id::text, 'toId', id::text, 'generation', 0) from patient_record",
  );
};

const record = (source: Row['source'], codes: string[] = []): Row => ({
  table: 'patient_record',
  source,
  key: 'Patient/1',
  patient: null,
  codes,
});
const encounter = (key: string, codes: string[] = [], columns: Row['columns'] = {}): Row => ({
  table: 'encounter',
  source: 'ehr',
  key: `Encounter/${key}`,
  patient: 'Patient/1',
  codes,
  columns,
});
const condition = (key: string, codes: string[], visit: string | null): Row => ({
  table: 'condition',
  source: 'ehr',
  key: `Condition/${key}`,
  patient: 'Patient/1',
  codes,
  columns: { encounter_ref: visit },
});
const claim = (source: Row['source'], key: string, visit: string | null, more: { codes?: string[]; conditions?: string[] } = {}): Row => ({
  table: 'claim', source, key: `Claim/${key}`, patient: 'Patient/1', codes: more.codes ?? [], columns: { kind: 'OTHER', encounter_ref: visit, condition_refs: more.conditions ?? [] },
}); // prettier-ignore
const adjudication = (source: Row['source'], key: string, of: string, at = '2026-10-01T00:00:00Z', codes: string[] = []): Row => ({
  table: 'adjudication', source, key: `ExplanationOfBenefit/${key}`, patient: 'Patient/1', codes, columns: { claim_ref: `Claim/${of}`, adjudicated_at: at },
}); // prettier-ignore
const payment = (source: Row['source'], key: string, of: string): Row => ({
  table: 'payment',
  source,
  key: `PaymentNotice/${key}`,
  patient: null,
  columns: { claim_ref: `Claim/${of}` },
});
const visitNumber = (value: string): string => `Encounter?identifier=urn:visit|${value}`;

describe('labels across records', () => {
  it('go from a diagnosis to its encounter, the claim, the decision and the payment', async () => {
    for (const row of [
      record('ehr'),
      encounter('1'),
      condition('1', [icd('B20')], 'Encounter/1'),
      claim('ehr', '1', 'Encounter/1'),
      adjudication('ehr', '1', '1'),
      payment('ehr', '1', '1'),
    ])
      await come(row);
    await work();
    expect(await labelsNow(pool, rules)).toEqual({
      'patient_record ehr Patient/1': '',
      'encounter ehr Encounter/1': 'HIV',
      'condition ehr Condition/1': 'HIV',
      'claim ehr Claim/1': 'HIV | Encounter/1 ExplanationOfBenefit/1',
      'adjudication ehr ExplanationOfBenefit/1': 'HIV',
      'payment ehr PaymentNotice/1': 'HIV',
    });
    const { rows } = await pool.query('select count(*)::int as owned from payment p join patient_record r on r.id = p.patient_record_id');
    expect(rows).toEqual([{ owned: 1 }]);
  });

  it('go from an encounter to its diagnoses, but not from one diagnosis to the next', async () => {
    for (const row of [
      record('ehr'),
      encounter('1', [security('ETHUD')]),
      condition('1', [icd('I10')], 'Encounter/1'),
      encounter('2'),
      condition('2', [icd('F32.9')], 'Encounter/2'),
      condition('3', [icd('I10')], 'Encounter/2'),
    ])
      await come(row);
    await work();
    expect(await labelsNow(pool, rules)).toMatchObject({
      'condition ehr Condition/1': 'BH PART2 SUD',
      'encounter ehr Encounter/2': 'BH MH',
      'condition ehr Condition/3': '',
    });
  });

  it('go from a condition that a claim or a decision names', async () => {
    for (const row of [record('ehr'), condition('1', [icd('F32.9')], null), claim('ehr', '1', null, { conditions: ['Condition/1'] })])
      await come(row);
    await come({ ...adjudication('ehr', '1', '1'), columns: { claim_ref: 'Claim/none', condition_refs: ['Condition/1'] } });
    await work();
    expect(await labelsNow(pool, rules)).toMatchObject({
      'claim ehr Claim/1': 'BH MH | - -',
      'adjudication ehr ExplanationOfBenefit/1': 'BH MH PENDING',
    });
  });

  it('go from a patient record to its coverage', async () => {
    await come({ table: 'coverage', source: 'billing', key: 'Coverage/1', patient: 'Patient/1' });
    await work();
    expect(await labelsNow(pool, rules)).toMatchObject({ 'coverage billing Coverage/1': 'PENDING' });
    await come(record('billing', [security('HIV')]));
    await work();
    expect(await labelsNow(pool, rules)).toMatchObject({ 'coverage billing Coverage/1': 'HIV' });
  });

  it('go from a program to everything that happened there, whatever its codes and whenever its name comes', async () => {
    await come(record('ehr'));
    await come(encounter('1', [], { organization_ref: 'Organization/9' }));
    await come(condition('1', [icd('I10')], 'Encounter/1'));
    await come({
      table: 'appointment',
      source: 'ehr',
      key: 'Appointment/1',
      patient: 'Patient/1',
      columns: { location_ref: 'Location/9' },
    });
    await work();
    await pool.query(
      "insert into source_name (source_id, ref, document_key, named_kind, name) select $1, ref, ref, 'organization', 'ZZ Harbor Recovery PROGRAM' from unnest(array['Organization/9', 'Location/9']) ref",
      [sources['ehr']],
    );
    await settle();
    await work();
    expect(await labelsNow(pool, rules)).toMatchObject({
      'encounter ehr Encounter/1': 'BH PART2 SUD',
      'condition ehr Condition/1': 'BH PART2 SUD',
      'appointment ehr Appointment/1': 'BH PART2 SUD',
    });
    expect(await settle()).toBe(0);
  });

  it('follow a diagnosis that moves to another encounter, and leave with it', async () => {
    for (const row of [
      record('ehr'),
      encounter('1'),
      encounter('2'),
      condition('1', [icd('B20')], 'Encounter/1'),
      claim('ehr', '1', 'Encounter/1'),
    ])
      await come(row);
    await work();
    await come(condition('1', [icd('B20')], 'Encounter/2'));
    await work();
    expect(await labelsNow(pool, rules)).toMatchObject({
      'encounter ehr Encounter/1': '',
      'encounter ehr Encounter/2': 'HIV',
      'claim ehr Claim/1': 'Encounter/1 -',
    });
  });

  it('choose the decision before, once the latest is gone from its source', async () => {
    for (const row of [
      record('ehr'),
      claim('ehr', '1', null),
      adjudication('ehr', '1', '1', '2026-10-01T00:00:00Z'),
      adjudication('ehr', '2', '1', '2026-10-05T00:00:00Z'),
    ])
      await come(row);
    await work();
    await pool.query("delete from adjudication where source_key = 'ExplanationOfBenefit/2'");
    await pool.query('update claim set adjudication_id = null, label_mask = $1', [1 << 30]);
    await come(claim('ehr', '1', null));
    await work();
    expect(await labelsNow(pool, rules)).toMatchObject({ 'claim ehr Claim/1': '- ExplanationOfBenefit/1' });
  });

  it('are worked out anew under new rules, from the codes kept on the row', async () => {
    for (const row of [record('ehr'), encounter('1', [icd('I10')]), claim('ehr', '1', 'Encounter/1')]) await come(row);
    await work();
    const stricter = { ...rules, maskOf: (codes: readonly string[]) => (codes.includes(icd('I10')) ? 1 << 5 : 0) };
    await inTransaction(pool, queueAll);
    const { rows } = await pool.query<{ payload: RowRange }>('select payload from outbox');
    for (const { payload } of rows) await relabelRange(pool, payload, stricter);
    expect(await labelsNow(pool, rules)).toMatchObject({ 'encounter ehr Encounter/1': 'HIV', 'claim ehr Claim/1': 'HIV | Encounter/1 -' });
  });

  it('are not touched by a job of an older policy', async () => {
    await come(record('ehr'));
    await come(claim('ehr', '1', null));
    await pool.query("insert into policy_state (generation, digest, applied_at) values (3, 'x', now())");
    await work();
    expect(await labelsNow(pool, rules)).toMatchObject({ 'claim ehr Claim/1': 'PENDING | - -' });
    await pool.query('delete from policy_state');
  });
});

describe('a row whose labels are not known', () => {
  it('is hidden until what it names has come', async () => {
    await come(record('ehr'));
    await come(claim('ehr', '1', 'Encounter/1', { codes: [icd('F32.9')] }));
    await work();
    expect(await labelsNow(pool, rules)).toMatchObject({ 'claim ehr Claim/1': 'BH MH PENDING | - -' });
    await come(encounter('1', [icd('B20')]));
    await work();
    expect(await labelsNow(pool, rules)).toMatchObject({ 'claim ehr Claim/1': 'BH HIV MH | Encounter/1 -' });
  });

  it('is shown with what is known once its source has told all and the name is still missing', async () => {
    await come(record('ehr'));
    await come(claim('ehr', '1', 'Encounter/none', { codes: [icd('F32.9')] }));
    await come(adjudication('ehr', '1', '1'));
    await work();
    expect(await settle()).toBe(2);
    await work();
    expect(await labelsNow(pool, rules)).toMatchObject({ 'claim ehr Claim/1': 'BH MH PENDING | - ExplanationOfBenefit/1' });
    await finish('ehr');
    await settle();
    await work();
    expect(await labelsNow(pool, rules)).toMatchObject({
      'claim ehr Claim/1': 'BH MH | - ExplanationOfBenefit/1',
      'adjudication ehr ExplanationOfBenefit/1': 'BH MH',
    });
    expect(await settle()).toBe(0);
  });

  it('waits for the other sources where it names a visit by number, unless they are out of order', async () => {
    await come(record('billing'));
    await come(claim('billing', '1', visitNumber('V1')));
    await work();
    await finish('billing');
    await settle();
    await work();
    expect(await labelsNow(pool, rules)).toMatchObject({ 'claim billing Claim/1': 'PENDING | - -' });
    await pool.query("update source set error_code = 'SOURCE_UNREACHABLE' where name = 'ehr'");
    await settle();
    await work();
    expect(await labelsNow(pool, rules)).toMatchObject({ 'claim billing Claim/1': '- -' });
  });

  it('names a visit of another source only once both records are one person', async () => {
    for (const row of [
      record('ehr'),
      record('billing'),
      encounter('1', [icd('B20')], { identifiers: ['urn:visit|V1'] }),
      claim('billing', '1', visitNumber('V1')),
    ])
      await come(row);
    await work();
    expect(await labelsNow(pool, rules)).toMatchObject({ 'claim billing Claim/1': 'PENDING | - -' });
    await linkBoth();
    await work();
    expect(await labelsNow(pool, rules)).toMatchObject({ 'claim billing Claim/1': 'HIV | Encounter/1 -' });
  });

  it('lets go of a visit when the records are no longer one person', async () => {
    for (const row of [
      record('ehr'),
      record('billing'),
      encounter('1', [icd('B20')], { identifiers: ['urn:visit|V1'] }),
      claim('billing', '1', visitNumber('V1')),
    ])
      await come(row);
    await linkBoth();
    await work();
    const { rows } = await pool.query<{ id: string }>('insert into person default values returning id');
    await pool.query(
      'update person_link set person_id = $1 where patient_record_id in (select id from patient_record where source_id = $2)',
      [rows[0]?.id, sources['billing']],
    );
    await pool.query(
      "insert into outbox (job, payload) select 'labelRange', jsonb_build_object('table', 'patient_record', 'fromId', id::text, 'toId', id::text, 'generation', 0) from patient_record",
    );
    await work();
    expect(await labelsNow(pool, rules)).toMatchObject({ 'claim billing Claim/1': '- -' });
  });
});

/** One patient in both systems: own and foreign visits, conditions of all kinds, two decisions on one claim. */
const world: readonly Row[] = [
  record('ehr'), record('billing', [security('MH')]),
  encounter('1', [], { identifiers: ['urn:visit|V1'] }), encounter('2', [security('OPIOIDUD')], { identifiers: ['urn:visit|V2'] }), encounter('3', [icd('I10')], { identifiers: ['urn:visit|V3'] }),
  condition('1', [icd('B20')], 'Encounter/1'), condition('2', [icd('I10')], 'Encounter/2'), condition('3', [icd('F32.9')], visitNumber('V3')), condition('4', [icd('F41.1')], null),
  claim('ehr', '1', 'Encounter/1'), claim('ehr', '2', 'Encounter/none', { conditions: ['Condition/4', 'Condition/none'] }),
  claim('billing', '1', visitNumber('V1')), claim('billing', '2', visitNumber('V2')), claim('billing', '3', visitNumber('V3'), { codes: [icd('J45')] }), claim('billing', '4', null),
  adjudication('ehr', '1', '1', '2026-10-01T00:00:00Z'), adjudication('ehr', '2', '1', '2026-10-05T00:00:00Z'), adjudication('billing', '1', '2'), adjudication('billing', '3', 'none', '2026-10-01T00:00:00Z', [icd('B20')]),
  payment('billing', '1', '2'), payment('billing', '2', '4'),
  { table: 'coverage', source: 'billing', key: 'Coverage/1', patient: 'Patient/1' },
]; // prettier-ignore

/** By hand. */
const expected = {
  'patient_record billing Patient/1': 'BH MH',
  'patient_record ehr Patient/1': '',
  'encounter ehr Encounter/1': 'HIV',
  'encounter ehr Encounter/2': 'BH PART2 SUD',
  'encounter ehr Encounter/3': 'BH MH',
  'condition ehr Condition/1': 'HIV',
  'condition ehr Condition/2': 'BH PART2 SUD',
  'condition ehr Condition/3': 'BH MH',
  'condition ehr Condition/4': 'BH MH',
  'coverage billing Coverage/1': 'BH MH',
  'claim billing Claim/1': 'HIV | Encounter/1 -',
  'claim billing Claim/2': 'BH PART2 SUD | Encounter/2 ExplanationOfBenefit/1',
  'claim billing Claim/3': 'BH MH | Encounter/3 -',
  'claim billing Claim/4': '- -',
  'claim ehr Claim/1': 'HIV | Encounter/1 ExplanationOfBenefit/2',
  'claim ehr Claim/2': 'BH MH | - -',
  'adjudication billing ExplanationOfBenefit/1': 'BH PART2 SUD',
  'adjudication billing ExplanationOfBenefit/3': 'HIV',
  'adjudication ehr ExplanationOfBenefit/1': 'HIV',
  'adjudication ehr ExplanationOfBenefit/2': 'HIV',
  'payment billing PaymentNotice/1': 'BH PART2 SUD',
  'payment billing PaymentNotice/2': '',
};

describe('whatever the order in which rows arrive and jobs run', () => {
  it('the labels are the same in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...world], { minLength: world.length }),
        fc.integer({ min: 0, max: world.length }),
        fc.infiniteStream(fc.nat({ max: 1000 })),
        async (rows, linkedAfter, dice) => {
          await clear();
          const roll = (): number => Number(dice.next().value);
          const choose = (many: number): number => (many === 0 ? 0 : roll() % many);
          for (const [at, row] of rows.entries()) {
            await come(row);
            if (at === linkedAfter) await linkBoth();
            await work(choose, roll() % 3);
            if (roll() % 10 === 0) await settle();
          }
          await linkBoth();
          await work(choose);
          await finish('ehr');
          await finish('billing');
          await settle();
          await work(choose);
          expect(await labelsNow(pool, rules)).toEqual(expected);
        },
      ),
      { numRuns: 20 },
    );
  });
});
