/** What each source calls our departments. The map is the directory file's, whole: a name that is taken out of it is shown
 *  under the source's own words again. Names already read from a source follow the map at once, in the same transaction;
 *  names that arrive later ask `department_map` at ingest. */
import type { ClientBase, Pool } from 'pg';

export interface DepartmentName {
  readonly sourceName: string;
  readonly theirName: string;
  readonly departmentUuid: string;
}

/** Gives the number of names of sources that now mean another department than before, or none. */
export async function mapDepartments(client: ClientBase, maps: readonly DepartmentName[]): Promise<number> {
  const rows = JSON.stringify(
    maps.map(({ sourceName, theirName, departmentUuid }) => ({
      source_name: sourceName,
      their_name: theirName,
      department: departmentUuid,
    })),
  );
  const wanted = `select said.source_name, said.their_name, d.id as department_id
    from jsonb_to_recordset($1) as said(source_name text, their_name text, department uuid) join department d on d.uid = said.department`;
  await client.query(
    `delete from department_map where (source_name, their_name) not in (select w.source_name, w.their_name from (${wanted}) w)`,
    [rows],
  );
  await client.query(
    `insert into department_map (source_name, their_name, department_id) ${wanted}
     on conflict (source_name, their_name) do update set department_id = excluded.department_id where department_map.department_id <> excluded.department_id`,
    [rows],
  );
  return followMap(client);
}

async function followMap(client: ClientBase): Promise<number> {
  const { rowCount } = await client.query(`
    update source_name n set department_id = meant.department_id
    from (select s.source_id, s.ref, m.department_id
          from source_name s join source on source.id = s.source_id left join department_map m on m.source_name = source.name and m.their_name = s.name
          where ${isPlace}) meant
    where n.source_id = meant.source_id and n.ref = meant.ref and n.department_id is distinct from meant.department_id`);
  return rowCount ?? 0;
}

/** A practitioner's name is never a department's. */
const isPlace = `s.named_kind in ('location', 'organization')`;

export interface UnmappedName {
  readonly sourceName: string;
  readonly theirName: string;
  readonly kind: 'location' | 'organization';
}

/** Places that a source names and the map does not: shown under the source's own name until somebody maps them. */
export async function unmapped(pool: Pool): Promise<UnmappedName[]> {
  const { rows } = await pool.query<UnmappedName>(`
    select distinct source.name as "sourceName", s.name as "theirName", s.named_kind as kind
    from source_name s join source on source.id = s.source_id
    where ${isPlace} and s.department_id is null and s.name is not null order by 1, 2, 3`);
  return rows;
}
