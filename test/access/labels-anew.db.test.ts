/** Changed label rules reach every row, range by range and in any order, and leave what working everything out from scratch
 *  would: whatever the rules were and are, whatever refers to what, and however often a range is handed over. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LabelRules } from '../../src/access/label-rules.js';
import { labelledTables, relabelRange, type RowRange } from '../../src/access/labels.js';
import { queueRelabelling, relabelProgress, renewRange } from '../../src/access/relabel.js';
import type { RowId } from '../../src/kernel/index.js';
import { inTransaction } from '../../src/store/index.js';
import { adjudication, claim, condition, encounter, payment, record, visitNumber } from './label-rows.js';
import { labelWorld } from './label-world.js';
import { icd, security, type Row } from './story.js';

const world = labelWorld();
const { come, finish, linkBoth, settle, sql, work } = world;

// prettier-ignore
const rows: readonly Row[] = [
  record('ehr'), record('billing', [security('MH')]),
  encounter('1', [], { identifiers: ['urn:visit|V1'], organization_ref: 'Organization/9' }), encounter('2', [security('OPIOIDUD')]), encounter('3', [icd('I10')], { location_ref: 'Location/7' }),
  condition('1', [icd('B20')], 'Encounter/1'), condition('2', [icd('I10')], 'Encounter/2'), condition('3', [icd('F32.9')], null),
  { table: 'appointment', source: 'ehr', key: 'Appointment/1', patient: 'Patient/1', codes: [icd('J45')], columns: { location_ref: 'Location/7' } },
  claim('ehr', '1', 'Encounter/1'), claim('ehr', '2', null, { conditions: ['Condition/3'] }), claim('billing', '1', visitNumber('V1'), { codes: [icd('J45')] }),
  claim('ehr', '3', 'Encounter/2', { provider: 'Organization/9' }),
  adjudication('ehr', '1', '1'), adjudication('ehr', '2', '2', '2026-10-05T00:00:00Z', [icd('I10')]), adjudication('billing', '1', '1'),
  payment('ehr', '1', '1'), payment('billing', '1', '1'),
  { table: 'coverage', source: 'billing', key: 'Coverage/1', patient: 'Patient/1' },
];
const codes = [icd('B20'), icd('I10'), icd('F32.9'), icd('J45'), security('MH'), security('OPIOIDUD'), 'urn:place|REHAB'];
const mask = fc.nat({ max: 255 });

/** Rules as a test draws them: what each code means, and whether the organization is a program. */
const drawn = fc.record({ masks: fc.array(mask, { minLength: codes.length, maxLength: codes.length }), program: fc.option(mask) });
function rulesOf({ masks, program }: { masks: readonly number[]; program: number | null }): LabelRules {
  const maskOf = (given: readonly string[]): number => given.reduce((sum, code) => sum | (masks[codes.indexOf(code)] ?? 0), 0);
  return { labels: [], words: [], digest: '', maskOf, programs: program === null ? [] : [{ name: 'zz program', mask: program }] };
}

async function tell(): Promise<void> {
  await sql(
    `insert into source_name (source_id, ref, document_key, named_kind, name, label_codes)
     values ($1, 'Organization/9', 'Organization/9', 'organization', 'Zz Program', '{}'), ($1, 'Location/7', 'Location/7', 'location', 'Zz House', '{urn:place|REHAB}')`,
    [world.sources['ehr']],
  );
  for (const row of rows) await come(row);
  await linkBoth();
  await work();
  for (const source of ['ehr', 'billing']) await finish(source);
  await settle();
  await work();
}

async function masks(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const table of labelledTables) {
    for (const row of await sql<{ key: string; own: number; label: number }>(
      `select source_id || ' ' || source_key as key, own_mask as own, label_mask as label from ${table} order by 1`,
    )) found[`${table} ${row.key}`] = `${row.own} ${row.label}`;
  }
  return found;
} // prettier-ignore

/** As if the rows had just come. */
async function fromScratch(rules: LabelRules): Promise<void> {
  for (const pass of [1, 2]) {
    for (const table of labelledTables) {
      const range: RowRange = { table, fromId: '1' as RowId, toId: '999999' as RowId, generation: pass };
      await relabelRange(world.pool(), range, { labels: rules, generation: null });
    }
  }
}

const queueAnew = (labels: LabelRules) =>
  inTransaction(world.pool(), (client) => queueRelabelling(client, { generation: 0, labels, differs: true }));
const ranges = async () =>
  (await sql<{ payload: RowRange }>("select payload from outbox where job = 'renewLabels' order by id")).map(({ payload }) => payload);

describe('rows labelled anew', () => {
  it('carry what working it all out from scratch gives, in whatever order the ranges are done, and handed over twice or not', async () => {
    await fc.assert(
      fc.asyncProperty(drawn, drawn, fc.infiniteStream(fc.nat({ max: 1000 })), async (before, after, dice) => {
        await world.clear();
        await tell();
        const roll = (): number => Number(dice.next().value);
        await sql('delete from outbox');
        for (const rules of [rulesOf(before), rulesOf(after)]) {
          await queueAnew(rules);
          const left = [...(await ranges())];
          while (left.length > 0) {
            const [range] = left.splice(roll() % left.length, 1);
            if (!range) break;
            for (let times = 1 + (roll() % 2); times > 0; times--)
              expect(await renewRange(world.pool(), range, { labels: rules, generation: 0 })).toBe(true);
          }
          const progress = await relabelProgress(world.pool());
          expect(progress?.done).toBe(progress?.ranges);
          await sql('delete from outbox');
        }
        const anew = await masks();
        await fromScratch(rulesOf(after));
        expect(anew).toEqual(await masks());
        expect(Object.keys(anew)).toHaveLength(rows.length);
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it('are not those that stand in for a record that has not come, or is gone from its source: they keep out of sight', async () => {
    await sql("insert into patient_record (source_id, source_key, ingested_at, stub) values ($1, 'Patient/8', now(), true)", [
      world.sources['ehr'],
    ]);
    const { rules } = { rules: rulesOf({ masks: [], program: null }) };
    await queueAnew(rules);
    for (const range of await ranges()) await renewRange(world.pool(), range, { labels: rules, generation: 0 });
    await fromScratch(rules);
    expect(await sql('select own_mask, label_mask from patient_record')).toEqual([{ own_mask: null, label_mask: null }]);
  });

  it('wait for a worker that knows the rules in force: one with older rules is told so, and changes nothing', async () => {
    await come(record('ehr', [icd('B20')]));
    await sql('delete from outbox');
    const rules = rulesOf({ masks: [1, 0, 0, 0, 0, 0, 0], program: null });
    await sql("insert into policy_state (generation, digest, applied_at) values (4, 'x', now())");
    await inTransaction(world.pool(), (client) => queueRelabelling(client, { generation: 4, labels: rules, differs: true }));
    const before = await masks();
    for (const range of await ranges()) {
      expect(await renewRange(world.pool(), range, { labels: rulesOf({ masks: [2], program: null }), generation: 3 })).toBe(false);
    }
    expect(await masks()).toEqual(before);
    for (const range of await ranges()) expect(await renewRange(world.pool(), range, { labels: rules, generation: 4 })).toBe(true);
    expect(Object.values(await masks())).toEqual(['1 1']);
    await sql('delete from policy_state');
  });

  it('are left to the newer generation where one is in force: a range of the older one is passed over', async () => {
    await come(record('ehr', [icd('B20')]));
    await sql('delete from outbox');
    const rules = rulesOf({ masks: [1], program: null });
    await queueAnew(rules);
    const [range] = await ranges();
    if (!range) throw new Error('a range is expected');
    await sql("insert into policy_state (generation, digest, applied_at) values (1, 'x', now())");
    const before = await masks();
    expect(await renewRange(world.pool(), range, { labels: rules, generation: 1 })).toBe(true);
    expect(await masks()).toEqual(before);
    await sql('delete from policy_state');
  });
});
