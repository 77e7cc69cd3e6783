/** Puts a directory file into the tables as it stands: set-based, in one transaction, and safe to run at every start.
 *  Rows are found by uuid, so ids outlive renames. Nothing is deleted that a case may point at; a person who is no longer
 *  in the file keeps the row and the past, and is no longer active. */
import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '../store/index.js';
import { mapDepartments } from './department-map.js';
import type { DirectorySeed } from './seed-file.js';

/** Hubs that start together take turns. */
const turn = 7461;

/** @param pool the owner's or a worker's: a gateway may not write the directory */
export function seedDirectory(pool: Pool, seed: DirectorySeed): Promise<void> {
  return inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [turn]);
    await putFacilities(client, seed);
    await putDepartments(client, seed);
    await putUsers(client, seed);
    await putAddresses(client, seed);
    await putMemberships(client, seed);
    await mapDepartments(client, mapsByUuid(seed));
  });
}

function putFacilities(client: PoolClient, { facilities }: DirectorySeed): Promise<unknown> {
  const rows = facilities.map(({ uuid, name, timeZone, jurisdiction, programs }) => ({
    uid: uuid,
    name,
    time_zone: timeZone,
    jurisdiction,
    programs,
  }));
  return client.query(
    `insert into facility (uid, name, time_zone, jurisdiction, programs)
     select * from jsonb_to_recordset($1) as said(uid uuid, name text, time_zone text, jurisdiction text, programs text[])
     on conflict (uid) do update set name = excluded.name, time_zone = excluded.time_zone, jurisdiction = excluded.jurisdiction, programs = excluded.programs
     where (facility.name, facility.time_zone, facility.jurisdiction, facility.programs) is distinct from (excluded.name, excluded.time_zone, excluded.jurisdiction, excluded.programs)`,
    [JSON.stringify(rows)],
  );
}

function putDepartments(client: PoolClient, seed: DirectorySeed): Promise<unknown> {
  const facility = uuidsByKey(seed.facilities);
  const rows = seed.departments.map(({ uuid, name, facilityKey }) => ({ uid: uuid, name, facility: facility.get(facilityKey) }));
  return client.query(
    `insert into department (uid, name, facility_id)
     select said.uid, said.name, f.id from jsonb_to_recordset($1) as said(uid uuid, name text, facility uuid) join facility f on f.uid = said.facility
     on conflict (uid) do update set name = excluded.name, facility_id = excluded.facility_id
     where (department.name, department.facility_id) is distinct from (excluded.name, excluded.facility_id)`,
    [JSON.stringify(rows)],
  );
}

async function putUsers(client: PoolClient, seed: DirectorySeed): Promise<void> {
  const facility = uuidsByKey(seed.facilities);
  const rows = seed.users.map(({ uuid, name, role, facilityKey, active, machine = false }) => ({
    uid: uuid,
    name,
    role,
    active,
    machine,
    facility: facilityKey === null ? null : facility.get(facilityKey),
  }));
  await client.query(
    `insert into directory_user (uid, name, role, facility_id, active, machine)
     select said.uid, said.name, said.role, f.id, said.active, said.machine
     from jsonb_to_recordset($1) as said(uid uuid, name text, role text, active boolean, machine boolean, facility uuid) left join facility f on f.uid = said.facility
     on conflict (uid) do update set name = excluded.name, role = excluded.role, facility_id = excluded.facility_id,
       active = excluded.active, machine = excluded.machine
     where (directory_user.name, directory_user.role, directory_user.facility_id, directory_user.active, directory_user.machine)
       is distinct from (excluded.name, excluded.role, excluded.facility_id, excluded.active, excluded.machine)`,
    [JSON.stringify(rows)],
  );
  await client.query('update directory_user set active = false where active and uid <> all($1)', [rows.map(({ uid }) => uid)]);
}

/** Who is in which department is the file's to say, whole: leaving one takes its cases out of sight. */
async function putMemberships(client: PoolClient, seed: DirectorySeed): Promise<void> {
  const department = uuidsByKey(seed.departments);
  const rows = seed.users.flatMap(({ uuid, departmentKeys }) =>
    departmentKeys.map((key) => ({ member: uuid, department: department.get(key) })),
  );
  const wanted = `select u.id as user_id, d.id as department_id from jsonb_to_recordset($1) as said(member uuid, department uuid)
    join directory_user u on u.uid = said.member join department d on d.uid = said.department`;
  await client.query(`delete from user_department where (user_id, department_id) not in (${wanted})`, [JSON.stringify(rows)]);
  await client.query(`insert into user_department (user_id, department_id) ${wanted} on conflict do nothing`, [JSON.stringify(rows)]);
}

function mapsByUuid(seed: DirectorySeed): { sourceName: string; theirName: string; departmentUuid: string }[] {
  const department = uuidsByKey(seed.departments);
  return seed.maps.flatMap(({ sourceName, theirName, departmentKey }) => {
    const departmentUuid = department.get(departmentKey);
    return departmentUuid ? [{ sourceName, theirName, departmentUuid }] : [];
  });
}

/** Of whom the file gives no address any more none is kept. */
async function putAddresses(client: PoolClient, { users }: DirectorySeed): Promise<void> {
  const rows = users.flatMap(({ uuid, addressKey }) => (addressKey === undefined ? [] : [{ uid: uuid, address_key: addressKey }]));
  const wanted =
    'select u.id as user_id, said.address_key from jsonb_to_recordset($1) as said(uid uuid, address_key text) join directory_user u using (uid)';
  await client.query(`delete from user_address where user_id not in (select w.user_id from (${wanted}) w)`, [JSON.stringify(rows)]);
  await client.query(
    `insert into user_address (user_id, address_key) ${wanted}
     on conflict (user_id) do update set address_key = excluded.address_key where user_address.address_key <> excluded.address_key`,
    [JSON.stringify(rows)],
  );
}

const uuidsByKey = (rows: readonly { readonly key: string; readonly uuid: string }[]): ReadonlyMap<string, string> =>
  new Map(rows.map(({ key, uuid }) => [key, uuid]));
