/** Rows whose labels depend on something that has not come: hidden until it is there, or until it is certain that it will not be. */
import { describe, expect, it } from '@jest/globals';
import { adjudication, claim, condition, encounter, record, visitNumber } from './label-rows.js';
import { labelWorld } from './label-world.js';
import { icd } from './story.js';
import { PENDING } from '../../src/store/index.js';

const world = labelWorld();
const { come, finish, labels, linkBoth, settle, sql, work } = world;

describe('a row whose labels are not known', () => {
  it('is hidden until what it names has come', async () => {
    await come(record('ehr'));
    await come(claim('ehr', '1', 'Encounter/1', { codes: [icd('F32.9')] }));
    await work();
    expect(await labels()).toMatchObject({ 'claim ehr Claim/1': 'BH MH PENDING SPI | - -' });
    await come(encounter('1', [icd('B20')]));
    await work();
    expect(await labels()).toMatchObject({ 'claim ehr Claim/1': 'BH HIV MH SPI | Encounter/1 -' });
  });

  it('is shown with what is known once its source has told all and the name is still missing', async () => {
    await come(record('ehr'));
    await come(claim('ehr', '1', 'Encounter/none', { codes: [icd('F32.9')] }));
    await come(adjudication('ehr', '1', '1'));
    await work();
    expect(await settle()).toBe(2);
    await work();
    expect(await labels()).toMatchObject({ 'claim ehr Claim/1': 'BH MH PENDING SPI | - ExplanationOfBenefit/1' });
    await finish('ehr');
    await settle();
    await work();
    expect(await labels()).toMatchObject({
      'claim ehr Claim/1': 'BH MH SPI | - ExplanationOfBenefit/1',
      'adjudication ehr ExplanationOfBenefit/1': 'BH MH SPI',
    });
    expect(await settle()).toBe(0);
  });

  it('waits for all sources where it names a visit by number, also for one that cannot be read', async () => {
    await come(record('billing'));
    await come(claim('billing', '1', visitNumber('V1')));
    await work();
    await finish('billing');
    await settle();
    await work();
    expect(await labels()).toMatchObject({ 'claim billing Claim/1': 'PENDING | - -' });
    await sql("update source set error_code = 'SOURCE_UNREACHABLE', circuit = 'OPEN' where name = 'ehr'");
    await settle();
    await work();
    expect(await labels()).toMatchObject({ 'claim billing Claim/1': 'PENDING | - -' });
    await finish('ehr');
    await settle();
    await work();
    expect(await labels()).toMatchObject({ 'claim billing Claim/1': '- -' });
  });

  it('is not let go by a run that began before it came', async () => {
    await come(record('ehr'));
    await come(claim('ehr', '1', 'Encounter/none'));
    await sql(
      "insert into sync_run (source_id, started_at, ended_at, state) values ($1, '2026-11-20T11:59:00Z', '2026-11-20T12:30:00Z', 'DONE')",
      [world.sources['ehr']],
    );
    await settle();
    await work();
    expect(await labels()).toMatchObject({ 'claim ehr Claim/1': 'PENDING | - -' });
  });

  it('is not let go by a run that goes on with a broken one’s work, but by the next', async () => {
    await come(record('ehr'));
    await come(claim('ehr', '1', 'Encounter/none'));
    await sql("insert into sync_run (source_id, started_at, state) values ($1, '2026-11-20T11:59:00Z', 'FAILED')", [world.sources['ehr']]);
    await finish('ehr');
    await settle();
    await work();
    expect(await labels()).toMatchObject({ 'claim ehr Claim/1': 'PENDING | - -' });
    await finish('ehr');
    await settle();
    await work();
    expect(await labels()).toMatchObject({ 'claim ehr Claim/1': '- -' });
  });

  it('is a diagnosis made at a visit whose place has no name yet', async () => {
    await come(record('ehr'));
    await come(condition('1', [], 'Encounter/1'));
    await come(encounter('1', [], { organization_ref: 'Organization/9', label_mask: PENDING }));
    await work();
    expect(await labels()).toMatchObject({ 'condition ehr Condition/1': 'PENDING', 'encounter ehr Encounter/1': 'PENDING' });
    await sql(
      "insert into source_name (source_id, ref, document_key, named_kind, name) values ($1, 'Organization/9', 'Organization/9', 'organization', 'Harbor Recovery Program')",
      [world.sources['ehr']],
    );
    await settle();
    await work();
    const seen = await labels();
    expect(seen['condition ehr Condition/1']).toContain('PART2');
    expect(`${seen['condition ehr Condition/1']} ${seen['encounter ehr Encounter/1']}`).not.toContain('PENDING');
  });

  it('is a bill of a place that has no name yet', async () => {
    await come(record('billing'));
    await come(claim('billing', '1', null, { provider: 'Organization/9' }));
    await come(adjudication('billing', '1', '1'));
    await work();
    expect(await labels()).toMatchObject({ 'claim billing Claim/1': 'PENDING | - ExplanationOfBenefit/1' });
    await sql(
      "insert into source_name (source_id, ref, document_key, named_kind, name) values ($1, 'Organization/9', 'Organization/9', 'organization', 'Dept 300 Harbor Recovery')",
      [world.sources['billing']],
    );
    await settle();
    await work();
    const seen = await labels();
    for (const row of ['claim billing Claim/1', 'adjudication billing ExplanationOfBenefit/1']) {
      expect(seen[row]).toContain('PART2');
      expect(seen[row]).not.toContain('PENDING');
    }
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
    expect(await labels()).toMatchObject({ 'claim billing Claim/1': 'PENDING | - -' });
    await linkBoth();
    await work();
    expect(await labels()).toMatchObject({ 'claim billing Claim/1': 'HIV | Encounter/1 -' });
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
    const rows = await sql<{ id: string }>('insert into person default values returning id');
    await sql('update person_link set person_id = $1 where patient_record_id in (select id from patient_record where source_id = $2)', [
      rows[0]?.id,
      world.sources['billing'],
    ]);
    await world.queueRecords();
    await work();
    expect(await labels()).toMatchObject({ 'claim billing Claim/1': '- -' });
  });
});
