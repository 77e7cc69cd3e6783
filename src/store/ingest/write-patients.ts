/** Patient records, and finding the record that a fact names. A fact may come before its patient: then a stub stands in, so
 *  that `patient_record_id` is set from the start and never changes. A stub has no labels, so nobody sees it. */
import type { RecordKey, Reference } from '../../records/index.js';
import { adoptStubs, idsByIdentifier } from './conditional-references.js';
import { holdBackInheritors } from './inheritance.js';
import { patientColumns, phoneDigits } from './patient-cells.js';
import type { Staged, StagedPatient } from './stage.js';
import { textArray } from './text-array.js';
import { columnsOf, upsertStatement } from './upsert.js';
import { firstOf, markChanged, type Row, run, type Work } from './work.js';

const upsert = upsertStatement({
  table: 'patient_record',
  columns: patientColumns.map(([name, type]) => ({ name, type })),
  key: ['source_id', 'source_key'],
  labels: 'own',
  onUpdate: { stub: 'false' },
});

export type PatientIds = Map<Reference, string>;

/** Writes the batch's patient records with their identifiers and telephones; `known` may be stored already. Gives the number of rows written. */
export async function writePatients(work: Work, staged: Staged['patients'], known: ReadonlySet<RecordKey>): Promise<number> {
  if (staged.size === 0) return 0;
  const patients = [...staged.values()];
  const relabelled = await priorLabels(
    work,
    patients.filter(({ key }) => known.has(key)),
  );
  const rows = await run(work, {
    name: 'patient_record',
    text: `${upsert}, t.source_key`,
    values: [work.sourceId, work.receivedAt, ...columnsOf(patients)],
  });
  const written = rows.flatMap(([id, key]) => {
    const patient = staged.get(key ?? '');
    return patient && id ? [{ id, record: patient.record }] : [];
  });
  await removeChildren(
    work,
    written.filter(({ record }) => known.has(record.key)).map(({ id }) => id),
  );
  await addChildren(work, written);
  await adoptStubs(work, written);
  await holdBackInheritors(work, 'patient_record', relabelled);
  markChanged(work, 'patient_record', firstOf(rows));
  return rows.length;
}

/** Those whose own labels are about to change. */
async function priorLabels(work: Work, patients: readonly StagedPatient[]): Promise<{ id: string; key: RecordKey }[]> {
  if (patients.length === 0) return [];
  const rows = await run(work, {
    name: 'prior patient_record',
    text: `select r.id, r.source_key from unnest($2::text[], $3::text[]) as i (key, mask)
      join patient_record r on r.source_id = $1 and r.source_key = i.key and r.own_mask is distinct from i.mask::int`,
    values: [work.sourceId, textArray(patients.map(({ key }) => key)), textArray(patients.map(({ mask }) => String(mask)))],
  });
  return rows.map(([id, key]) => ({ id: id ?? '', key: key ?? '' }));
}

type Written = readonly { readonly id: string; readonly record: StagedPatient['record'] }[];

async function addChildren(work: Work, written: Written): Promise<void> {
  const identifiers = written.flatMap(({ id, record }) =>
    record.identifiers.map(({ system, value, type }) => [id, system, value, type] as const),
  );
  const phones = written.flatMap(({ id, record }) => phoneDigits(record.contactPoints).map((digits) => [id, digits] as const));
  await run(work, {
    name: 'patient_identifier',
    text: `insert into patient_identifier (patient_record_id, system, value, type)
      select id::bigint, system, value, type from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as i (id, system, value, type)
      on conflict do nothing`,
    values: [0, 1, 2, 3].map((index) => textArray(identifiers.map((row) => row[index] ?? null))),
  });
  await run(work, {
    name: 'patient_phone',
    text: `insert into patient_phone (patient_record_id, digits)
      select id::bigint, digits from unnest($1::text[], $2::text[]) as i (id, digits) on conflict do nothing`,
    values: [0, 1].map((index) => textArray(phones.map((row) => row[index] ?? null))),
  });
}

async function removeChildren(work: Work, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  for (const table of ['patient_identifier', 'patient_phone']) {
    await run(work, { name: `remove ${table}`, text: `delete from ${table} where patient_record_id = any($1::bigint[])`, values: [ids] });
  }
}

/** The id of each record that is named; stubs for those not seen yet. */
export async function findPatients(work: Work, references: ReadonlySet<Reference>): Promise<PatientIds> {
  const found: PatientIds = await idsByIdentifier(work, references);
  const open = () => [...references].filter((reference) => !found.has(reference));
  const take = (rows: readonly Row[]) => rows.forEach(([key, id]) => key && id && found.set(key, id));
  if (open().length > 0) {
    const text = 'select source_key, id from patient_record where source_id = $1 and source_key = any($2::text[])';
    take(await run(work, { name: 'find patients', text, values: [work.sourceId, textArray(open())] }));
  }
  if (open().length > 0) {
    const text = `insert into patient_record (source_id, source_key, ingested_at, stub)
      select $1, key, $2, true from unnest($3::text[]) as i (key) returning source_key, id`;
    take(await run(work, { name: 'stub patients', text, values: [work.sourceId, work.receivedAt, textArray(open())] }));
  }
  return found;
}

/** The source no longer has these patients. Cases are pinned to a record and facts hang on it, so the row stays, but as the
 *  stub that it would have been: empty, without labels and so out of everyone's sight, and with it, through the link to a
 *  person, all that hangs on it. Should the source send the patient again, all is as before. */
export async function blankPatients(work: Work, keys: readonly RecordKey[]): Promise<void> {
  const empty = patientColumns.map(([name, type]) => `${name} = ${{ jsonb: `'[]'`, 'text[]': `'{}'` }[String(type)] ?? 'null'}`);
  const rows = await run(work, {
    name: 'blank patients',
    text: `update patient_record set stub = true, label_mask = null, own_mask = null, label_codes = '{}', source_updated_at = null, ${empty.join(', ')}
      where source_id = $1 and source_key = any($2::text[]) returning id`,
    values: [work.sourceId, keys],
  });
  await removeChildren(work, firstOf(rows));
  markChanged(work, 'patient_record', firstOf(rows));
}
