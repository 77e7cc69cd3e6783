/** Rows that take labels, or a link, from a fact that has just changed. `scope` works both out, but later: until then such a
 *  row is held back (PENDING), so that nobody sees it under labels that no longer hold. */
import type { RecordKey } from '../../records/index.js';
import { PENDING } from '../labels.js';
import { textArray } from './text-array.js';
import { firstOf, markChanged, type Row, run, type Work } from './work.js';

interface Referrer {
  readonly table: string;
  readonly column: string;
  readonly inheritsLabels: boolean;
  /** Both lie with one patient, whose rows are looked through: the link itself has no index. */
  readonly samePatient?: true;
}

const referrersOf: Readonly<Record<string, readonly Referrer[]>> = {
  patient_record: [{ table: 'coverage', column: 'patient_record_id', inheritsLabels: true }],
  encounter: [
    { table: 'claim', column: 'encounter_id', inheritsLabels: true },
    { table: 'condition', column: 'encounter_id', inheritsLabels: true },
  ],
  claim: [
    { table: 'adjudication', column: 'claim_id', inheritsLabels: true },
    { table: 'payment', column: 'claim_id', inheritsLabels: true },
  ],
  adjudication: [{ table: 'claim', column: 'adjudication_id', inheritsLabels: true, samePatient: true }],
};

/** After a deletion of rows (id, patient): links to what is gone are cut, and `scope` looks again. */
export async function releaseReferrers(work: Work, table: string, gone: readonly Row[]): Promise<void> {
  if (gone.length === 0) return;
  const ids = firstOf(gone);
  const patients = gone.map((row) => row[1] ?? null);
  for (const { table: referrer, column, inheritsLabels, samePatient } of referrersOf[table] ?? []) {
    const label = inheritsLabels ? `, label_mask = own_mask | ${PENDING}` : '';
    const where = `${column} = any($1::bigint[])${samePatient ? ' and patient_record_id = any($2::bigint[])' : ''}`;
    const text = `update ${referrer} set ${column} = null${label} where ${where} returning id`;
    const values = samePatient ? [ids, patients] : [ids];
    const changed = firstOf(await run(work, { name: `release ${table} ${referrer}`, text, values }));
    markChanged(work, referrer, changed);
    if (referrer === 'claim') await holdBack(work, 'claim', changed);
  }
}

/** After a change of a row's own labels: all that inherits from it waits for `scope`. */
export async function holdBackInheritors(
  work: Work,
  table: string,
  changed: readonly { readonly id: string; readonly key: RecordKey }[],
): Promise<void> {
  if (changed.length === 0) return;
  await holdBack(
    work,
    table,
    changed.map(({ id }) => id),
  );
  if (table === 'condition') await holdBackByCondition(work, changed);
}

async function holdBack(work: Work, table: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0 || table === 'adjudication') return;
  for (const referrer of (referrersOf[table] ?? []).filter(({ inheritsLabels }) => inheritsLabels)) {
    const text = `update ${referrer.table} set label_mask = label_mask | ${PENDING} where ${referrer.column} = any($1::bigint[]) returning id`;
    const held = firstOf(await run(work, { name: `hold back ${table} ${referrer.table}`, text, values: [ids] }));
    markChanged(work, referrer.table, held);
    await holdBack(work, referrer.table, held);
  }
}

/** Claims and decisions name the conditions behind them by reference; both lie with the condition's patient. */
async function holdBackByCondition(work: Work, conditions: readonly { readonly id: string; readonly key: RecordKey }[]): Promise<void> {
  for (const table of ['claim', 'adjudication']) {
    const text = `update ${table} t set label_mask = t.label_mask | ${PENDING}
      from condition c where c.id = any($1::bigint[]) and t.patient_record_id = c.patient_record_id and t.source_id = c.source_id
      and t.condition_refs && $2::text[] returning t.id`;
    const ids = conditions.map(({ id }) => id);
    const held = firstOf(
      await run(work, { name: `hold back condition ${table}`, text, values: [ids, textArray(conditions.map(({ key }) => key))] }),
    );
    markChanged(work, table, held);
    if (table === 'claim') await holdBack(work, 'claim', held);
  }
}
