/** The directory file in the tables: run at every start, changed by people, asked by every request. */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import {
  addressKey,
  machineUsers,
  machineUuid,
  openDirectory,
  readDirectory,
  seedDirectory,
  unmapped,
  uuidOfKey,
  type DirectorySeed,
} from '../../src/directory/index.js';
import { packageRoot, toWireId, type Viewer } from '../../src/kernel/index.js';
import { openPool } from '../../src/store/index.js';
import { testDatabase, type TestDatabase } from '../support/services.js';

const demo = readDirectory(join(packageRoot, 'schema', 'directory', 'demo.yaml'));
let database: TestDatabase;
let worker: Pool;
let gateway: Pool;
beforeAll(async () => {
  database = await testDatabase();
  worker = openPool(database.workerUrl, { max: 3, name: 'test-worker' });
  gateway = openPool(database.gatewayUrl, { max: 2, name: 'test-gateway' });
});
beforeEach(() => seedDirectory(worker, demo));
afterAll(async () => {
  await Promise.all([worker.end(), gateway.end()]);
  await database.drop();
});

const rows = async (sql: string): Promise<unknown[]> => (await worker.query<Record<string, unknown>>(sql)).rows;
/** Every row with the transaction that wrote it: equal where nothing was written. */
const asWritten = () =>
  Promise.all(
    ['facility', 'department', 'directory_user', 'user_department', 'department_map'].map((table) =>
      rows(`select xmin::text as written, t.* from ${table} t order by t::text`),
    ),
  );
const withUsers = (change: (users: DirectorySeed['users']) => DirectorySeed['users']): DirectorySeed => ({
  ...demo,
  users: change(demo.users),
});
const viewer = (more: Partial<Viewer> = {}): Viewer => ({
  userId: toWireId('usr', uuidOfKey('user', 'advocate')),
  userUuid: uuidOfKey('user', 'advocate'),
  role: 'ADVOCATE',
  purpose: 'HOPERAT',
  departments: [uuidOfKey('department', 'surgery'), uuidOfKey('department', 'nowhere')],
  facility: uuidOfKey('facility', 'valley'),
  tokenId: 'test',
  ...more,
});

describe('seeding the directory', () => {
  it('puts every site, department, person and name there, by the ids of the file', async () => {
    expect(await rows('select uid, name, time_zone, jurisdiction, programs from facility order by name')).toEqual([
      {
        uid: uuidOfKey('facility', 'lakeside'),
        name: 'Lakeside General Hospital',
        time_zone: 'America/New_York',
        jurisdiction: 'US-MA',
        programs: ['42-CFR-482', 'MEDICARE', 'MEDICAID', '45-CFR-92'],
      },
      {
        uid: uuidOfKey('facility', 'valley'),
        name: 'Sample Valley Critical Access Hospital',
        time_zone: 'America/Los_Angeles',
        jurisdiction: 'US-CA',
        programs: ['42-CFR-485.614', 'MEDICARE', '45-CFR-92'],
      },
    ]);
    expect(await rows('select count(*)::int as all, count(*) filter (where active)::int as active from directory_user')).toEqual([
      { all: 11, active: 10 },
    ]);
    expect(
      await rows(
        'select d.name from user_department m join directory_user u on u.id = m.user_id join department d on d.id = m.department_id where u.role = $$MANAGER$$',
      ),
    ).toEqual([{ name: 'Patient Relations' }]);
  });

  it('gives programs that sign in as themselves a row by their id, and takes it away with them', async () => {
    await seedDirectory(
      worker,
      withUsers((users) => [...users, ...machineUsers([{ id: 'advocate', role: 'ANALYST' }])]),
    );
    const machines = () => rows('select uid, name, role, active from directory_user where machine');
    const row = { uid: machineUuid('advocate'), name: 'advocate', role: 'ANALYST' };
    expect(await machines()).toEqual([{ ...row, active: true }]);
    expect(machineUuid('advocate')).not.toBe(uuidOfKey('user', 'advocate')); // never a person's
    await seedDirectory(worker, demo);
    expect(await machines()).toEqual([{ ...row, active: false }]);
    await rows('delete from directory_user where machine');
  });

  it('writes nothing the second time, nor when two hubs start at once', async () => {
    const before = await asWritten();
    await Promise.all([seedDirectory(worker, demo), seedDirectory(worker, demo)]);
    expect(await asWritten()).toEqual(before);
  });

  it('follows a changed name, role and department under the same id', async () => {
    await seedDirectory(
      worker,
      withUsers((users) =>
        users.map((user) =>
          user.key === 'manager' ? { ...user, name: 'Zz-Dora Zz-Ash', role: 'ADVOCATE', departmentKeys: ['surgery', 'imaging'] } : user,
        ),
      ),
    );
    const directory = openDirectory(gateway);
    const found = await directory.findUser(uuidOfKey('user', 'manager'));
    expect(found).toMatchObject({ name: 'Zz-Dora Zz-Ash', role: 'ADVOCATE', active: true });
    expect(found?.departmentIds).toHaveLength(2);
  });

  it('keeps where people live as a key alone, which a gateway cannot read, and forgets it with the file', async () => {
    const advocate = uuidOfKey('user', 'advocate');
    const at = (address: string): DirectorySeed =>
      withUsers((users) => users.map((user) => (user.uuid === advocate ? { ...user, addressKey: addressKey(address) ?? '' } : user)));
    const kept = () =>
      rows(`select a.address_key as key from user_address a join directory_user u on u.id = a.user_id where u.uid = '${advocate}'`);
    expect(await kept()).toEqual([]);
    await seedDirectory(worker, at('12 Zz Oak Street, Springfield, MA 02139'));
    await seedDirectory(worker, at('14 Zz Oak Street, Springfield, MA 02139'));
    expect(await kept()).toEqual([{ key: addressKey('14 Zz Oak St, Springfield, MA 02139') }]);
    await expect(gateway.query('select * from user_address')).rejects.toThrow('permission denied');
    await seedDirectory(worker, demo);
    expect(await kept()).toEqual([]);
  });

  it('keeps who has left, inactive, and takes nobody who is inactive for a viewer', async () => {
    await seedDirectory(
      worker,
      withUsers((users) => users.filter(({ key }) => key !== 'advocate')),
    );
    const directory = openDirectory(gateway);
    expect(await directory.findUser(uuidOfKey('user', 'advocate'))).toMatchObject({
      name: 'Zz-Ada Zz-Linden',
      active: false,
      departmentIds: [],
    });
    expect(await directory.viewerRows(viewer())).toBeNull();
  });

  it('leaves all as it was when a part of it cannot be taken', async () => {
    const before = await asWritten();
    const [first] = demo.users;
    if (!first) throw new Error('the demo has users');
    const broken = withUsers((users) => [...users.map((user) => ({ ...user, name: 'Zz-Other' })), { ...first, name: 'Zz-Twice' }]);
    await expect(seedDirectory(worker, broken)).rejects.toThrow();
    expect(await asWritten()).toEqual(before);
  });
});

describe('names that sources use', () => {
  const addNames = async (): Promise<void> => {
    await worker.query(`insert into source (name, kind) values ('ehr', 'fhir'), ('scheduling', 'fhir') on conflict do nothing`);
    await worker.query('delete from source_name');
    await worker.query(`insert into source_name (source_id, ref, document_key, named_kind, name)
      select s.id, n.ref, n.ref, n.kind, n.name from source s, (values
        ('ehr', 'Location/1', 'location', 'Heart Clinic'), ('ehr', 'Location/2', 'location', 'Pop-up Vaccine Tent'),
        ('ehr', 'Location/3', 'location', null), ('ehr', 'Practitioner/1', 'practitioner', 'Surgery'),
        ('scheduling', 'Location/1', 'location', 'LGH HEART CLINIC'), ('scheduling', 'Organization/1', 'organization', 'Heart Clinic')) n (source, ref, kind, name)
      where n.source = s.name`);
  };
  const mapped = () =>
    rows(
      'select s.name as source, n.ref, d.name from source_name n join source s on s.id = n.source_id join department d on d.id = n.department_id order by 1, 2',
    );

  it('mean our departments at once, each source by its own map, and never a practitioner', async () => {
    await addNames();
    await seedDirectory(worker, demo);
    expect(await mapped()).toEqual([
      { source: 'ehr', ref: 'Location/1', name: 'Cardiology' },
      { source: 'scheduling', ref: 'Location/1', name: 'Cardiology' },
    ]);
  });

  it('follow the map when it changes, back to the source’s own words too', async () => {
    await addNames();
    await seedDirectory(worker, demo);
    const maps = demo.maps.flatMap((map) => {
      if (map.theirName === 'LGH HEART CLINIC') return [];
      return [map.sourceName === 'ehr' && map.theirName === 'Heart Clinic' ? { ...map, departmentKey: 'surgery' } : map];
    });
    await seedDirectory(worker, { ...demo, maps });
    expect(await mapped()).toEqual([{ source: 'ehr', ref: 'Location/1', name: 'Surgery' }]);
  });

  it('are listed while nobody has mapped them', async () => {
    await addNames();
    await seedDirectory(worker, demo);
    expect(await unmapped(gateway)).toEqual([
      { sourceName: 'ehr', theirName: 'Pop-up Vaccine Tent', kind: 'location' },
      { sourceName: 'scheduling', theirName: 'Heart Clinic', kind: 'organization' },
    ]);
  });
});

describe('asking who somebody is', () => {
  it('answers rows of the token’s own departments and facility, and nothing for what it does not know', async () => {
    const found = await openDirectory(gateway).viewerRows(viewer());
    const [[user], [department], [facility]] = await Promise.all([
      rows(`select id from directory_user where uid = '${uuidOfKey('user', 'advocate')}'`),
      rows(`select id from department where uid = '${uuidOfKey('department', 'surgery')}'`),
      rows(`select id from facility where uid = '${uuidOfKey('facility', 'valley')}'`),
    ]);
    const id = (row: unknown): unknown => (row as { id: string }).id;
    expect(found).toEqual({ userRow: id(user), departmentRows: [id(department)], facilityRow: id(facility) });
    expect(await openDirectory(gateway).viewerRows(viewer({ facility: null, departments: [] }))).toMatchObject({
      departmentRows: [],
      facilityRow: null,
    });
    expect(await openDirectory(gateway).findUser('00000000-0000-4000-8000-000000000000')).toBeNull();
  });

  it('keeps an answer for five seconds and no longer', async () => {
    let now = 0;
    const directory = openDirectory(gateway, { now: () => new Date(now) });
    expect(await directory.viewerRows(viewer())).not.toBeNull();
    await worker.query(`update directory_user set active = false where uid = '${uuidOfKey('user', 'advocate')}'`);
    now = 4_999;
    expect(await directory.viewerRows(viewer())).not.toBeNull();
    now = 5_000;
    expect(await directory.viewerRows(viewer())).toBeNull();
  });
});
