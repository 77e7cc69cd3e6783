/** From the wire ids that intake names to rows of the directory. What is not there, or no longer works here, is refused by
 *  the path of the field that named it. */
import { uuidOf } from '../kernel/index.js';
import { Department, DirectoryUser, Facility } from '../store/index.js';
import type { Deed } from './act-context.js';
import { refuse } from './outcome.js';

/** A user who may be given a case: known, active and a person. */
export async function assignableUser({ em }: Deed, wireId: string) {
  const uid = uuidOf(wireId, 'usr');
  const user = uid === null ? null : await em.findOne(DirectoryUser, { uid });
  if (!user) throw refuse('NOT_FOUND', 'assigneeId: nobody with this id.', 'assigneeId');
  if (!user.active) throw refuse('BAD_INPUT', 'assigneeId: expected an active user, found one who is not.', 'assigneeId');
  if (user.machine) throw refuse('BAD_INPUT', 'assigneeId: expected a person, found a program that signs in as itself.', 'assigneeId');
  return user;
}

/** Row ids by wire id; each id named must be a department. */
export async function departmentRows(
  { em }: Deed,
  named: readonly { readonly wireId: string; readonly field: string }[],
): Promise<ReadonlyMap<string, string>> {
  const asked = named.map((one) => ({ ...one, uid: uuidOf(one.wireId, 'dep') }));
  const uids = asked.flatMap(({ uid }) => (uid === null ? [] : [uid]));
  const known = uids.length === 0 ? [] : await em.find(Department, { uid: { $in: uids } });
  const rows = new Map(known.map(({ uid, id }) => [uid, id]));
  return new Map(
    asked.map(({ wireId, field, uid }) => {
      const row = uid === null ? undefined : rows.get(uid);
      if (row === undefined) throw refuse('NOT_FOUND', `${field}: no department with this id.`, field);
      return [wireId, row];
    }),
  );
}

export const siteOf = ({ em }: Pick<Deed, 'em'>, file: { readonly facility: { readonly id: string } }) =>
  em.findOneOrFail(Facility, { id: file.facility.id });

/** Where the case belongs: as said, else the opener's, else the only one there is. Zone, jurisdiction and programs follow. */
export async function facilityOf({ em, viewer }: Deed, facilityId: string | null) {
  if (facilityId !== null) {
    const uid = uuidOf(facilityId, 'fac');
    const named = uid === null ? null : await em.findOne(Facility, { uid });
    if (!named) throw refuse('NOT_FOUND', 'facilityId: no facility with this id.', 'facilityId');
    return named;
  }
  const [first, second] = await em.find(Facility, viewer.facilityRow === null ? {} : { id: viewer.facilityRow }, { limit: 2 });
  if (!first || second) throw refuse('BAD_INPUT', 'facilityId: expected the facility, since you work at none in particular.', 'facilityId');
  return first;
}
