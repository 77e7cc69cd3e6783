/** Where queries enter the patients. A search by identifier or phone matches the exact whole value only, and a search is
 *  audited as one. */
import { connection, HubError, many, one, type RootField } from '../kernel/index.js';
import { phoneDigits, searchWords } from '../store/index.js';
import { survivorOf } from './shape.js';

/** A record that is only perhaps the person's finds nobody, and a masked one says nothing. */
const recordWith = (predicate: string): string =>
  `$.id in (select l.person_id from patient_record r join person_link l on l.patient_record_id = r.id and l.assurance = 'CERTAIN' where (r.label_mask & :masked) = 0 and ${predicate})`;

/** Exact and whole; not by what only a masked record says, nor by a record that is not certainly the person's. */
const valueMatches = (table: string, predicate: string): string =>
  `$.id in (select l.person_id from ${table} join person_link l on l.patient_record_id = v.patient_record_id and l.assurance = 'CERTAIN'
    where (v.label_mask & :masked) = 0 and ${predicate})`;

/** Each word must begin a word of the name. The longest goes by the index, all of them decide. */
const nameMatches = recordWith(`(' ' || r.name_search) like (:value)[1] and (' ' || r.name_search) like all (:value)`);

/** Patterns for the words of a name, longest first; no letter of it is a wildcard. */
const namePatterns = (name: unknown): string[] =>
  (typeof name === 'string' ? searchWords(name) : [])
    .sort((a, b) => b.length - a.length)
    .map((word) => `% ${word.replace(/[\\%_]/g, '\\$&')}%`);

/** The digits by which the store keeps a number; nothing matches where there are none. */
const digitsOf = (phone: unknown): string =>
  typeof phone === 'string' ? (phoneDigits([{ kind: 'phone', value: phone, use: null, confidential: false }])[0] ?? '-') : '-';

export const patientRoots = {
  patient: {
    field: one('Patient', { on: survivorOf }),
    requires: 'READ_IDENTITY',
    byId: { argument: 'id', tag: 'pat' },
  },
  patients: {
    field: connection('Patient', {
      on: '$.alias_of is null',
      orders: { default: { key: '$.uid::text', cast: 'text', descending: false } },
      arguments: {
        'search.name': { sql: nameMatches, cast: 'text[]', prepare: namePatterns, phi: 'IDENTITY' },
        'search.birthDate': { sql: recordWith('r.birth_date = :value'), cast: 'date', phi: 'IDENTITY' },
        'search.identifier': { sql: valueMatches('patient_identifier v', 'v.value = :value'), cast: 'text', match: 'identifier' },
        'search.phone': { sql: valueMatches('patient_phone v', 'v.digits = :value'), cast: 'text', prepare: digitsOf, match: 'phone' },
      },
    }),
    requires: 'READ_IDENTITY',
    isSearch: true,
    check: requireNarrowSearch,
  },
  restrictions: {
    field: many('Restriction', {
      on: `$.patient_record_id in (select l.patient_record_id from person asked join person_link l on l.person_id = coalesce(asked.alias_of, asked.id) and l.assurance = 'CERTAIN' where asked.uid = :uid)`,
      order: '$.agreed_at desc, $.id desc',
    }),
    requires: 'REVIEW_ACCESS',
    byId: { argument: 'patientId', tag: 'pat' },
  },
} satisfies Record<string, RootField>;

/** @throws HubError SEARCH_TOO_WIDE */
function requireNarrowSearch(args: Readonly<Record<string, unknown>>): void {
  const search = (args['search'] ?? {}) as {
    readonly name?: string;
    readonly birthDate?: string;
    readonly identifier?: string;
    readonly phone?: string;
  };
  const letters = (search.name ?? '').replace(/[^\p{L}]/gu, '').length;
  const narrow =
    Boolean(search.identifier?.trim()) ||
    (search.phone ?? '').replace(/\D/g, '').length >= 7 ||
    letters >= 3 ||
    (letters > 0 && Boolean(search.birthDate));
  if (!narrow) throw new HubError('SEARCH_TOO_WIDE', 'Search by an identifier, a phone, or a name with a birth date or three letters.');
}
