/** Rows whose labels depend on something that has not come: hidden until it is there, or until it is certain that it will not be. */
import { describe, expect, it } from '@jest/globals';
import { adjudication, claim, encounter, record, visitNumber } from './label-rows.js';
import { labelWorld } from './label-world.js';
import { icd } from './story.js';

const world = labelWorld();
const { come, finish, labels, linkBoth, settle, sql, work } = world;

describe('a row whose labels are not known', () => {
  it('is hidden until what it names has come', async () => {
    await come(record('ehr'));
    await come(claim('ehr', '1', 'Encounter/1', { codes: [icd('F32.9')] }));
    await work();
    expect(await labels()).toMatchObject({ 'claim ehr Claim/1': 'BH MH PENDING | - -' });
    await come(encounter('1', [icd('B20')]));
    await work();
    expect(await labels()).toMatchObject({ 'claim ehr Claim/1': 'BH HIV MH | Encounter/1 -' });
  });

  it('is shown with what is known once its source has told all and the name is still missing', async () => {
    await come(record('ehr'));
    await come(claim('ehr', '1', 'Encounter/none', { codes: [icd('F32.9')] }));
    await come(adjudication('ehr', '1', '1'));
    await work();
    expect(await settle()).toBe(2);
    await work();
    expect(await labels()).toMatchObject({ 'claim ehr Claim/1': 'BH MH PENDING | - ExplanationOfBenefit/1' });
    await finish('ehr');
    await settle();
    await work();
    expect(await labels()).toMatchObject({
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
    expect(await labels()).toMatchObject({ 'claim billing Claim/1': 'PENDING | - -' });
    await sql("update source set error_code = 'SOURCE_UNREACHABLE' where name = 'ehr'");
    await settle();
    await work();
    expect(await labels()).toMatchObject({ 'claim billing Claim/1': '- -' });
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
