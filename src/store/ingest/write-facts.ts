/** Facts of every kind: written in one statement a table, and taken away where a document no longer gives them or now gives
 *  them to another patient. */
import type { RecordKey } from '../../records/index.js';
import type { FactTable } from './fact.js';
import { facts } from './facts.js';
import { holdBackInheritors, releaseReferrers } from './inheritance.js';
import type { Staged, StagedRow } from './stage.js';
import { textArray } from './text-array.js';
import { columnsOf, factTarget, upsertStatement } from './upsert.js';
import { firstOf, markChanged, run, type Work } from './work.js';
import type { PatientIds } from './write-patients.js';

const upserts = new Map(facts.map((fact) => [fact, upsertStatement(factTarget(fact))]));

/** Writes the batch's facts; `known` are the keys that may be in the tables already. Gives the number of rows written. */
export async function writeFacts(
  work: Work,
  staged: Staged['facts'],
  { patients, known }: { patients: PatientIds; known: ReadonlySet<RecordKey> },
): Promise<number> {
  let written = 0;
  for (const fact of facts) {
    const byKey = staged.get(fact);
    if (!byKey) continue;
    const before = await replaced(work, { fact, staged: byKey }, { patients, known });
    const rows = [...byKey.values()].flat();
    if (fact.severalRows) await removeSurplus(work, fact, byKey);
    if (rows.length > 0) {
      const ids = await upsertRows(work, fact, { rows, patients });
      written += ids.length;
      if (fact.labels !== 'own') markChanged(work, fact.table, ids);
    }
    await holdBackInheritors(work, fact.table, before);
  }
  return written;
}

async function upsertRows(
  work: Work,
  fact: FactTable,
  { rows, patients }: { rows: readonly StagedRow[]; patients: PatientIds },
): Promise<string[]> {
  const [keys, updated, codes, masks, ...cells] = columnsOf(rows);
  const owners = textArray(rows.map(({ patient }) => (patient === null ? null : (patients.get(patient) ?? null))));
  const values = [work.sourceId, work.receivedAt, keys, updated, codes, masks, owners, ...cells];
  return firstOf(await run(work, { name: fact.table, text: upserts.get(fact) ?? '', values }));
}

/** Rows that now belong to another patient are deleted, so that the new version is another row: who saw the old one, and on
 *  whose case it lies, stays true. Gives the rows that stay and whose own labels are about to change. */
async function replaced(
  work: Work,
  { fact, staged }: { fact: FactTable; staged: ReadonlyMap<RecordKey, readonly StagedRow[]> },
  { patients, known }: { patients: PatientIds; known: ReadonlySet<RecordKey> },
): Promise<{ id: string; key: RecordKey }[]> {
  const keys = [...staged.keys()].filter((key) => known.has(key));
  if (keys.length === 0) return [];
  const prior = await run(work, {
    name: `prior ${fact.table}`,
    text: `select id, source_key, patient_record_id, own_mask::text from ${fact.table} where source_id = $1 and source_key = any($2::text[])`,
    values: [work.sourceId, textArray(keys)],
  });
  const moved: string[] = [];
  const relabelled: { id: string; key: RecordKey }[] = [];
  for (const [id, key, owner, mask] of prior) {
    const next = staged.get(key ?? '')?.[0];
    if (!id || !key || !next) continue;
    const nextOwner = next.patient === null ? null : patients.get(next.patient);
    if (nextOwner && owner !== null && nextOwner !== owner) moved.push(id);
    else if (fact.labels === 'others' || mask !== String(next.mask)) relabelled.push({ id, key });
  }
  if (moved.length > 0) {
    const text = `delete from ${fact.table} where id = any($1::bigint[]) returning id, patient_record_id`;
    await releaseReferrers(work, fact.table, await run(work, { name: `remove moved ${fact.table}`, text, values: [moved] }));
  }
  return relabelled;
}

async function removeSurplus(work: Work, fact: FactTable, staged: ReadonlyMap<RecordKey, readonly StagedRow[]>): Promise<void> {
  await run(work, {
    name: `surplus ${fact.table}`,
    text: `delete from ${fact.table} t using unnest($2::text[], $3::text[]) as i (key, rows)
      where t.source_id = $1 and t.source_key = i.key and t.position >= i.rows::int`,
    values: [work.sourceId, textArray([...staged.keys()]), textArray([...staged.values()].map((rows) => String(rows.length)))],
  });
}

/** Deletes facts by kind and key, and lets go of what refers to them. */
export async function removeFacts(work: Work, kind: string, keys: readonly RecordKey[]): Promise<void> {
  const fact = facts.find((each) => each.kind === kind);
  if (!fact) return;
  const gone = await run(work, {
    name: `remove ${fact.table}`,
    text: `delete from ${fact.table} where source_id = $1 and source_key = any($2::text[]) returning id, patient_record_id`,
    values: [work.sourceId, textArray(keys)],
  });
  for (const [, record] of gone) if (record) work.touched.add(record);
  await releaseReferrers(work, fact.table, gone);
}
