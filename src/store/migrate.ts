/** Brings a database to the schema that this hub was built with. Safe to run again, and by several at once: one migrates,
 *  the others wait and find it done. */
import pg from 'pg';
import { asHubError } from '../kernel/index.js';
import { ormForOwner } from './orm.js';
import { ensureRoles, type RolePasswords } from './roles.js';

export interface MigrationState {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
}

/** Any number will do, as long as every hub takes the same. */
const migrationLock = 4_820_716;

export async function migrate(ownerUrl: string, passwords: RolePasswords = {}): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'hub-migrate' });
  await client.connect().catch((error: unknown) => {
    throw asHubError(error, 'DATABASE_UNAVAILABLE', 'The database did not answer. Check that it runs and its address.');
  });
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    await ensureRoles(client, passwords);
    await client.query('create schema if not exists hub');
    await client.query('create extension if not exists pg_trgm schema public');
    await withOwnerOrm(ownerUrl, (orm) => orm.migrator.up());
  } finally {
    await client.end();
  }
}

export function migrationState(url: string): Promise<MigrationState> {
  return withOwnerOrm(url, async (orm) => ({
    applied: (await orm.migrator.getExecuted()).map((row) => row.name),
    pending: (await orm.migrator.getPending()).map((migration) => migration.name),
  }));
}

/** What would have to be run to make the migrated database what the entities say: empty where the two agree. Row-level
 *  security, functions and sequences are the migrations' alone and not compared. */
export function schemaDifference(url: string): Promise<string> {
  return withOwnerOrm(url, async (orm) => (await orm.schema.getUpdateSchemaSQL({ wrap: false })).trim());
}

type OwnerOrm = Awaited<ReturnType<typeof ormForOwner>>;

async function withOwnerOrm<T>(url: string, work: (orm: OwnerOrm) => Promise<T>): Promise<T> {
  const orm = await ormForOwner(url);
  try {
    return await work(orm);
  } finally {
    await orm.close(true);
  }
}
