/** What ties a viewer to a person or a case, as SQL for the conditions of shapes (`related`, `glass`). In one place, so that
 *  a row says the same whether it is reached from its patient, from its case or by its id.
 *
 *  All of it follows from what stands in the tables at the moment of the request: nothing is stored that a worker would have
 *  to take back. Instants are the database's, by the real clock: a business clock moved on by a demo lengthens no access. */

/** The viewer holds the case `c`, or shares it through a department of theirs. */
export const sharesCase = (c: string): string =>
  `(${c}.assigned_to = :user or exists (select 1 from case_department cd where cd.case_id = ${c}.id and cd.department_id = any(:departments)))`;

/** A closed case opens its patient for some days more, or not at all. */
const opensPatient = (c: string): string =>
  `(${c}.closed_at is null or ${c}.access_ended_at + make_interval(days => :daysAfterClosing) > now())`;

/** Some case that is pinned to a record certainly of this person still opens them. */
const hasCase = (person: string, whose: string): string =>
  `exists (select 1 from case_file c join person_link cl on cl.patient_record_id = c.patient_record_id and cl.assurance = 'CERTAIN'
    where cl.person_id = ${person} and ${opensPatient('c')} and ${whose})`;

/** The viewer holds or shares a case of this person. */
export const relatedTo = (person: string): string => hasCase(person, sharesCase('c'));
/** The viewer's facility has a case of this person. */
export const atFacilityOf = (person: string): string => hasCase(person, 'c.facility_id = :facility');

/** Whose record it certainly is; null where that is not certain, for a doubtful link opens nothing. */
export const personOfRecord = (record: string): string =>
  `(select pl.person_id from person_link pl where pl.patient_record_id = ${record} and pl.assurance = 'CERTAIN')`;

/** Grants of this viewer that neither time nor anybody has ended. Row-level security shows them no others; a reviewer sees
 *  more and is held to their own by the same words. */
export const inForce = (g: string): string => `${g}.user_id = :user and ${g}.revoked_at is null and ${g}.expires_at > now()`;

/** A grant is for a person as they were known when it was given. Where a record has come to the person since, by a link or a
 *  merge, it opens nothing: what was not asked for is not shown, and whoever still needs it asks again. A record that left
 *  is not followed to whoever it turned out to be. */
const grantFor = (person: string): string =>
  `from access_grant g where ${inForce('g')} and g.person_id = ${person}
    and not exists (select 1 from person_link gl where gl.person_id = g.person_id and gl.assurance = 'CERTAIN' and gl.patient_record_id <> all(g.record_ids))`;

/** The viewer has broken the glass for this person. Whoever has not done so for anybody is asked once a statement. */
export const glassBrokenFor = (person: string): string =>
  `(select exists (select 1 from access_grant mine where ${inForce('mine')})) and exists (select 1 ${grantFor(person)})`;

/** By which grant; the latest of several. */
export const grantUidFor = (person: string): string => `(select g.uid ${grantFor(person)} order by g.granted_at desc, g.id desc limit 1)`;
