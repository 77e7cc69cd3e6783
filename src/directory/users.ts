/** From a token's uuids to rows. Tokens name people, departments and facilities by uuid; statements compare row ids. Answers
 *  are kept for a few seconds, no longer: whoever is made inactive is out soon after. */
import type { Pool } from 'pg';
import { realClock, type Clock, type RowId, type Viewer, type ViewerRows } from '../kernel/index.js';

export interface DirectoryEntry {
  readonly id: RowId;
  readonly uuid: string;
  readonly name: string;
  readonly role: string;
  readonly active: boolean;
  readonly facilityId: RowId | null;
  readonly departmentIds: readonly RowId[];
}

export interface Directory {
  /** Null where nobody has this uuid. */
  findUser(uuid: string): Promise<DirectoryEntry | null>;
  /** The token's own departments and facility as rows, where the person is in the directory and active; null otherwise. A
   *  department that the token names and the directory does not know gives nothing. */
  viewerRows(viewer: Viewer): Promise<ViewerRows | null>;
  forget(): void;
}

const keptMs = 5_000;
/** Bounds what a stream of made-up ids could fill; far above a hospital's staff. */
const mostKept = 10_000;

/** @param pool a gateway's will do */
export function openDirectory(pool: Pool, clock: Clock = realClock): Directory {
  const kept = new Map<string, { readonly until: number; readonly answer: Promise<unknown> }>();
  const keep = <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const now = clock.now().getTime();
    const known = kept.get(key);
    if (known && known.until > now) return known.answer as Promise<T>;
    if (kept.size >= mostKept) kept.clear();
    const answer = ask();
    kept.set(key, { until: now + keptMs, answer });
    answer.catch(() => kept.delete(key));
    return answer;
  };
  return {
    findUser: (uuid) => keep(`user ${uuid}`, () => findUser(pool, uuid)),
    viewerRows: (viewer) =>
      keep(`viewer ${viewer.userUuid} ${viewer.facility ?? '-'} ${viewer.departments.join(' ')}`, () => viewerRows(pool, viewer)),
    forget: () => kept.clear(),
  };
}

async function findUser(pool: Pool, uuid: string): Promise<DirectoryEntry | null> {
  const { rows } = await pool.query<DirectoryEntry>(
    `select u.id, u.uid as uuid, u.name, u.role, u.active, u.facility_id as "facilityId",
            array(select m.department_id::text from user_department m where m.user_id = u.id order by m.department_id) as "departmentIds"
     from directory_user u where u.uid = $1`,
    [uuid],
  );
  return rows[0] ?? null;
}

async function viewerRows(pool: Pool, { userUuid, departments, facility }: Viewer): Promise<ViewerRows | null> {
  const { rows } = await pool.query<ViewerRows>(
    `select u.id as "userRow", (select f.id from facility f where f.uid = $3) as "facilityRow",
            array(select d.id::text from department d where d.uid = any($2::uuid[]) order by d.id) as "departmentRows"
     from directory_user u where u.uid = $1 and u.active`,
    [userUuid, departments, facility],
  );
  return rows[0] ?? null;
}
