/** Whom a case is about. It is pinned to one source's record and derives the person: a wrong link is undone in one row and
 *  the case stays where it was. A search at intake must find exactly one person by whole values; who is not sure searches
 *  first and gives the id. Only what this viewer may know of is found, and only certain links count. */
import { uuidOf, type MatchKey } from '../kernel/index.js';
import { nameWords } from '../identity/index.js';
import { phoneDigits } from '../store/index.js';
import type { Deed } from './act-context.js';
import { refuse } from './outcome.js';

export interface PinnedPatient {
  /** The first record in the order in which the sources are listed. */
  readonly recordId: string;
  readonly personId: string;
  readonly personUid: string;
  /** Every record that is certainly of this person. */
  readonly recordIds: readonly string[];
}

export interface PatientGiven {
  readonly patientId: string | null;
  readonly patient: {
    readonly name: string | null;
    readonly birthDate: string | null;
    readonly identifier: string | null;
    readonly phone: string | null;
  } | null;
}

export async function pinnedPatient(deed: Deed, { patientId, patient }: PatientGiven): Promise<PinnedPatient | null> {
  if (patientId !== null && patient !== null) throw refuse('BAD_INPUT', 'patient: expected patientId or patient, found both.', 'patient');
  if (patientId !== null) {
    const uuid = uuidOf(patientId, 'pat');
    const [person] = uuid === null ? [] : await personsWith(deed, [{ sql: `p.id = ${survivor}`, values: [uuid] }]);
    if (!person) throw refuse('NOT_FOUND', 'patientId: no patient with this id.', 'patientId');
    return person;
  }
  return patient === null ? null : searchedPatient(deed, patient);
}

/** The uuid of the person behind a record, for the audit trail. */
export async function personOf({ em }: Pick<Deed, 'em'>, recordId: string | null): Promise<string | null> {
  if (recordId === null) return null;
  const rows = await em.execute<{ uid: string }[]>(
    'select p.uid from person_link l join person p on p.id = l.person_id where l.patient_record_id = ?',
    [recordId],
  );
  return rows[0]?.uid ?? null;
}

/** After a merge the old id answers the surviving person. */
const survivor = `(with recursive same(id, alias_of) as (
    select id, alias_of from person where uid = ? union select q.id, q.alias_of from person q join same on same.alias_of = q.id)
  select id from same where alias_of is null)`;

interface Test {
  readonly sql: string;
  readonly values: readonly string[];
}
/** Some record of the person passes; different records may pass different tests. What only a masked record says finds nobody. */
const someRecord =
  (masked: number) =>
  (from: string, value: string): Test => ({
    sql: `p.id in (select k.person_id from person_link k join ${from} where k.assurance = 'CERTAIN' and (t.label_mask & ${masked}) = 0)`,
    values: [value],
  });

function mustMatch(deed: Deed, by: MatchKey): void {
  const permission = deed.mayMatch(by);
  if (permission.may) return;
  const { rule, remedy } = permission.withheld;
  throw refuse(
    'NOT_PERMITTED',
    `patient.${by}: this role and purpose may not search by it (${rule}). ${remedy ?? ''}`.trim(),
    `patient.${by}`,
  );
}

async function searchedPatient(deed: Deed, search: NonNullable<PatientGiven['patient']>): Promise<PinnedPatient> {
  if (!deed.may('READ_IDENTITY')) throw refuse('NOT_PERMITTED', 'patient: this role may not search for patients.', 'patient');
  const { name, birthDate, identifier } = search;
  const digits = digitsOf(search.phone);
  if (identifier === null && digits === null && (name === null || birthDate === null)) {
    throw refuse('SEARCH_TOO_WIDE', 'patient: expected an identifier, a phone, or a name with a birth date.', 'patient');
  }
  if (identifier !== null) mustMatch(deed, 'identifier');
  if (digits !== null) mustMatch(deed, 'phone');
  const said = someRecord(deed.masked);
  const tests = [
    ...(identifier === null ? [] : [said('patient_identifier t on t.patient_record_id = k.patient_record_id and t.value = ?', identifier)]),
    ...(digits === null ? [] : [said('patient_phone t on t.patient_record_id = k.patient_record_id and t.digits = ?', digits)]),
    ...(birthDate === null ? [] : [said('patient_record t on t.id = k.patient_record_id and t.birth_date = ?::date', birthDate)]),
  ];
  const found = await personsWith(deed, tests);
  const meant = name === null ? found : found.filter(({ names }) => names.some((known) => sameName(known, name)));
  const [only, another] = meant;
  if (!only) throw refuse('NOT_FOUND', 'patient: nobody matches. Check the whole values, or open the case without a patient.', 'patient');
  if (another) throw refuse('BAD_INPUT', 'patient: several people match. Search for the right one and give patientId.', 'patient');
  return only;
}

/** As the store keeps them; a part of a number is no number. */
function digitsOf(phone: string | null): string | null {
  const [digits] = phone === null ? [] : phoneDigits([{ kind: 'phone', value: phone, use: null, confidential: false }]);
  return digits !== undefined && digits.length >= 7 ? digits : null;
}

/** The same words in any order: systems write family and given names in either. */
const sameName = (one: string, other: string): boolean => nameKey(one) === nameKey(other);
const nameKey = (name: string): string => [...new Set(nameWords(name.replaceAll(',', ' ')))].sort().join(' ');

async function personsWith(
  { em, masked }: Deed,
  tests: readonly Test[],
): Promise<(PinnedPatient & { readonly names: readonly string[] })[]> {
  const rows = await em.execute<{ personId: string; personUid: string; recordIds: string[]; names: string[] }[]>(
    `select p.id as "personId", p.uid as "personUid", array_agg(r.id::text order by r.source_id, r.id) as "recordIds",
            coalesce(array_remove(array_agg(r.name) filter (where (r.label_mask & ${masked}) = 0) || array_agg(concat_ws(' ', r.given, r.family)) filter (where (r.label_mask & ${masked}) = 0), null), '{}') as names
     from person p join person_link l on l.person_id = p.id and l.assurance = 'CERTAIN' join patient_record r on r.id = l.patient_record_id
     where ${tests.map(({ sql }) => sql).join(' and ')} group by p.id order by p.id`,
    tests.flatMap(({ values }) => values),
  );
  return rows.flatMap((row) => (row.recordIds[0] === undefined ? [] : [{ ...row, recordId: row.recordIds[0] }]));
}
