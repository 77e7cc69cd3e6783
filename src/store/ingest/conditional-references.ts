/** A patient named by identifier (`Patient?identifier=system|value`) instead of by key. The identifier is looked up within
 *  the source; where nobody carries it yet, a stub under the reference itself stands in, until its owner comes. */
import type { PatientRecord, Reference } from '../../records/index.js';
import { facts } from './facts.js';
import { textArray } from './text-array.js';
import { run, type Work } from './work.js';

const conditional = 'Patient?identifier=';

/** Ids of the references that one patient of the source, and only one, answers to. */
export async function idsByIdentifier(work: Work, references: ReadonlySet<Reference>): Promise<Map<Reference, string>> {
  const wanted = [...references].filter((reference) => reference.startsWith(conditional));
  if (wanted.length === 0) return new Map();
  const parts = wanted.map((reference) => reference.slice(conditional.length).split('|'));
  const rows = await run(work, {
    name: 'find by identifier',
    text: `select w.reference, min(r.id) from unnest($2::text[], $3::text[], $4::text[]) as w (reference, system, value)
      join patient_identifier i on i.value = w.value and i.system = w.system
      join patient_record r on r.id = i.patient_record_id and r.source_id = $1
      group by w.reference having count(*) = 1`,
    values: [
      work.sourceId,
      textArray(wanted),
      textArray(parts.map(([system]) => system ?? '')),
      textArray(parts.map(([, ...value]) => value.join('|'))),
    ],
  });
  return new Map(rows.map(([reference, id]) => [reference ?? '', id ?? '']));
}

/** Hands over what hangs on a stub to the patient whose identifier the stub stood for. Nobody has seen these rows: the stub
 *  had no person. */
export async function adoptStubs(work: Work, patients: readonly { readonly id: string; readonly record: PatientRecord }[]): Promise<void> {
  const owners = new Map<Reference, string>(
    patients.flatMap(({ id, record }) => record.identifiers.map(({ system, value }) => [`${conditional}${system}|${value}`, id] as const)),
  );
  const stubs = await run(work, {
    name: 'find stubs',
    text: 'select id, source_key from patient_record where source_id = $1 and stub and source_key = any($2::text[])',
    values: [work.sourceId, textArray([...owners.keys()])],
  });
  for (const [stub, reference] of stubs) {
    const owner = owners.get(reference ?? '');
    for (const { table } of facts) {
      await work.client.query(`update ${table} set patient_record_id = $2 where patient_record_id = $1`, [stub, owner]);
    }
    await work.client.query('delete from patient_record where id = $1', [stub]);
  }
}
