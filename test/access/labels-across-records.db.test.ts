/** Labels across records on a real database: what inherits from what, and what happens when a row moves, goes, or meets new
 *  rules. */
import { describe, expect, it } from '@jest/globals';
import { relabelRange, type RowRange } from '../../src/access/labels.js';
import { queueRelabelling, renewRange } from '../../src/access/relabel.js';
import { inTransaction } from '../../src/store/index.js';
import { adjudication, claim, condition, encounter, payment, record } from './label-rows.js';
import { labelWorld, rules } from './label-world.js';
import { icd, security } from './story.js';

const world = labelWorld();
const { come, labels, settle, sql, work } = world;

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
    expect(await labels()).toEqual({
      'patient_record ehr Patient/1': '',
      'encounter ehr Encounter/1': 'HIV',
      'condition ehr Condition/1': 'HIV',
      'claim ehr Claim/1': 'HIV | Encounter/1 ExplanationOfBenefit/1',
      'adjudication ehr ExplanationOfBenefit/1': 'HIV',
      'payment ehr PaymentNotice/1': 'HIV',
    });
    const rows = await sql('select count(*)::int as owned from payment p join patient_record r on r.id = p.patient_record_id');
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
    expect(await labels()).toMatchObject({
      'condition ehr Condition/1': 'BH ETH ETHUD PART2 SPI SUD',
      'encounter ehr Encounter/2': 'BH MH SPI',
      'condition ehr Condition/3': '',
    });
  });

  it('go from a condition that a claim or a decision names', async () => {
    for (const row of [record('ehr'), condition('1', [icd('F32.9')], null), claim('ehr', '1', null, { conditions: ['Condition/1'] })])
      await come(row);
    await come({ ...adjudication('ehr', '1', '1'), columns: { claim_ref: 'Claim/none', condition_refs: ['Condition/1'] } });
    await work();
    expect(await labels()).toMatchObject({
      'claim ehr Claim/1': 'BH MH SPI | - -',
      'adjudication ehr ExplanationOfBenefit/1': 'BH MH PENDING SPI',
    });
  });

  it('go from a patient record to its coverage', async () => {
    await come({ table: 'coverage', source: 'billing', key: 'Coverage/1', patient: 'Patient/1' });
    await work();
    expect(await labels()).toMatchObject({ 'coverage billing Coverage/1': 'PENDING' });
    await come(record('billing', [security('HIV')]));
    await work();
    expect(await labels()).toMatchObject({ 'coverage billing Coverage/1': 'HIV' });
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
    await sql(
      "insert into source_name (source_id, ref, document_key, named_kind, name) select $1, ref, ref, 'organization', 'ZZ Harbor Recovery PROGRAM' from unnest(array['Organization/9', 'Location/9']) ref",
      [world.sources['ehr']],
    );
    await settle();
    await work();
    expect(await labels()).toMatchObject({
      'encounter ehr Encounter/1': 'BH PART2 SPI SUD',
      'condition ehr Condition/1': 'BH PART2 SPI SUD',
      'appointment ehr Appointment/1': 'BH PART2 SPI SUD',
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
    expect(await labels()).toMatchObject({
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
    await sql("delete from adjudication where source_key = 'ExplanationOfBenefit/2'");
    await sql('update claim set adjudication_id = null, label_mask = $1', [1 << 30]);
    await come(claim('ehr', '1', null));
    await work();
    expect(await labels()).toMatchObject({ 'claim ehr Claim/1': '- ExplanationOfBenefit/1' });
  });

  it('are worked out anew under new rules, from the codes kept on the row', async () => {
    for (const row of [record('ehr'), encounter('1', [icd('I10')]), claim('ehr', '1', 'Encounter/1')]) await come(row);
    await work();
    const stricter = { ...rules, maskOf: (codes: readonly string[]) => (codes.includes(icd('I10')) ? 1 << 5 : 0) };
    await inTransaction(world.pool(), (client) => queueRelabelling(client, { generation: 0, labels: stricter, differs: true }));
    const rows = await sql<{ payload: RowRange }>('select payload from outbox');
    for (const { payload } of rows) expect(await renewRange(world.pool(), payload, { labels: stricter, generation: 0 })).toBe(true);
    expect(await labels()).toMatchObject({ 'encounter ehr Encounter/1': 'HIV', 'claim ehr Claim/1': 'HIV | Encounter/1 -' });
  });

  it('are worked out by a job of an older policy too, under the rules in force and no others: what waits for it must not wait for ever', async () => {
    await come(record('ehr'));
    await come(claim('ehr', '1', null));
    await sql("insert into policy_state (generation, digest, applied_at) values (3, 'x', now())");
    const [job] = await sql<{ payload: RowRange }>("select payload from outbox where payload->>'table' = 'claim'");
    if (!job) throw new Error('a job for the claim is expected');
    expect(await relabelRange(world.pool(), job.payload, { labels: rules, generation: 2 })).toBe(false);
    expect(await labels()).toMatchObject({ 'claim ehr Claim/1': 'PENDING | - -' });
    expect(await relabelRange(world.pool(), job.payload, { labels: rules, generation: 3 })).toBe(true);
    expect(await labels()).toMatchObject({ 'claim ehr Claim/1': '- -' });
    await sql('delete from policy_state');
  });
});
