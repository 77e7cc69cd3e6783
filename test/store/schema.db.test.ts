import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrate, migrationState, openOrm, roleUrls, schemaDifference } from '../../src/store/index.js';
import { DirectoryUser, Facility } from '../../src/store/index.js';
import { silentLog } from '../../src/kernel/index.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { checkedInSnapshot, snapshotOfEntities } from './schema-snapshot.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

describe('the schema', () => {
  it('is the same in the migrated database and in the entities', async () => {
    expect(await schemaDifference(database.url)).toBe('');
  });

  it('is checked in as the entities say it', async () => {
    expect(await snapshotOfEntities()).toBe(await checkedInSnapshot());
  });

  it('shows a difference where there is one', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('alter table hub.coverage add column forgotten text');
    expect(await schemaDifference(database.url)).toContain('drop column "forgotten"');
    await client.query('alter table hub.coverage drop column forgotten');
    await client.end();
  });

  it('enables row-level security on every table that has labels or hangs on a record', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query<{ table: string }>(
      `select distinct c.relname as table from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'hub'::regnamespace and c.relkind = 'r' and not c.relrowsecurity and a.attname in ('label_mask', 'patient_record_id')`,
    );
    await client.end();
    expect(rows).toEqual([]);
  });
});

describe('migrating', () => {
  it('is done once, however many ask at the same time, and again changes nothing', async () => {
    const name = `${database.name}_fresh`;
    const admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    await admin.query(`create database ${name}`);
    const url = database.url.replace(database.name, name);
    const passwords = { gatewayPassword: 'test', workerPassword: 'test' };
    await Promise.all([migrate(url, passwords), migrate(url, passwords), migrate(url)]);
    const state = await migrationState(url);
    expect(state).toEqual({ applied: expect.arrayContaining(['migration-0005-security']), pending: [] });
    await migrate(url);
    expect(await migrationState(url)).toEqual(state);
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  });

  it('says what is missing in a database that was never migrated', async () => {
    const name = `${database.name}_empty`;
    const admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    await admin.query(`create database ${name}`);
    const { applied, pending } = await migrationState(database.url.replace(database.name, name));
    expect(applied).toEqual([]);
    expect(pending[0]).toBe('migration-0001-sources-and-directory');
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  });

  it('gives each role an address with its own password, whatever characters are in it', () => {
    const urls = roleUrls('postgres://owner:secret@db:5433/hub?sslmode=require', { gatewayPassword: 'a/b@c%', workerPassword: 'w' });
    expect(urls.worker).toBe('postgres://hub_worker:w@db:5433/hub?sslmode=require');
    expect(new URL(urls.gateway).username).toBe('hub_gateway');
    expect(decodeURIComponent(new URL(urls.gateway).password)).toBe('a/b@c%');
  });
});

describe('the mapper', () => {
  it('writes and reads rows of schema hub, with ids as text', async () => {
    const orm = await openOrm(database.url, { log: silentLog });
    const em = orm.em.fork();
    const facility = em.create(Facility, {
      uid: '00000000-0000-4000-8000-000000000001',
      name: 'Zz-Hospital',
      timeZone: 'America/Chicago',
      jurisdiction: 'US-IL',
    });
    em.create(DirectoryUser, { uid: '00000000-0000-4000-8000-000000000002', name: 'Zz-Advocate', role: 'ADVOCATE', facility });
    await em.flush();
    const user = await orm.em.fork().findOneOrFail(DirectoryUser, { name: 'Zz-Advocate' }, { populate: ['facility'] });
    expect(user.facility).toMatchObject({ name: 'Zz-Hospital', programs: [] });
    expect(typeof user.id).toBe('string');
    await orm.close(true);
  });
});
