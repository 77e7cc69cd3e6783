/** What references are called: a practitioner, organization or location under its own key and under every identifier by
 *  which others may mean it, with our department where the directory maps the source's name to one. */
import type { RecordKey, Reference } from '../../records/index.js';
import type { StagedName } from './stage.js';
import { textArray } from './text-array.js';
import { run, type Work } from './work.js';

export async function removeNames(work: Work, documents: readonly RecordKey[]): Promise<void> {
  if (documents.length === 0) return;
  const text = 'delete from source_name where source_id = $1 and document_key = any($2::text[])';
  await run(work, { name: 'remove names', text, values: [work.sourceId, textArray(documents)] });
}

export async function writeNames(work: Work, staged: readonly StagedName[]): Promise<number> {
  if (staged.length === 0) return 0;
  const byReference = new Map<Reference, StagedName>();
  for (const name of staged) {
    for (const reference of [name.record.key, ...name.record.aliases]) byReference.set(reference, name);
  }
  const names = [...byReference.values()];
  await run(work, {
    name: 'source_name',
    text: `insert into source_name as t (source_id, ref, document_key, named_kind, name, department_id, label_codes, own_mask)
      select $1, i.ref, i.document_key, i.named_kind, i.name, m.department_id, i.label_codes::text[], i.own_mask::int
      from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) as i (ref, document_key, named_kind, name, label_codes, own_mask)
      left join department_map m on m.their_name = i.name and m.source_name = (select s.name from source s where s.id = $1)
      on conflict (source_id, ref) do update set
        document_key = excluded.document_key, named_kind = excluded.named_kind, name = excluded.name, department_id = excluded.department_id,
        label_codes = excluded.label_codes, own_mask = excluded.own_mask`,
    values: [
      work.sourceId,
      textArray([...byReference.keys()]),
      textArray(names.map(({ documentKey }) => documentKey)),
      textArray(names.map(({ record }) => record.namedKind)),
      textArray(names.map(({ record }) => record.name)),
      textArray(names.map(({ labelCodes }) => labelCodes)),
      textArray(names.map(({ mask }) => String(mask))),
    ],
  });
  return byReference.size;
}
