/** The object-relational mapper: entities for rooms that write a few rows at a time, migrations, and the comparison of the
 *  two. Not for reading to a viewer (`read` compiles one statement for that) and not for ingest (set-based, ingest.ts). */
import { type EntityMetadata, MikroORM, type Options } from '@mikro-orm/postgresql';
import { Migrator } from '@mikro-orm/migrations';
import type { Pool } from 'pg';
import { type Log, packageRoot, silentLog } from '../kernel/index.js';
import { entities } from './entities/index.js';
import { migrations } from './migrations/index.js';
import { PostgresNaming } from './naming.js';

export type Orm = MikroORM;

export interface OrmSettings {
  readonly log: Log;
}

/** One for a process; `orm.em.fork()` for each request or job. */
export function openOrm(url: string, { log }: OrmSettings): Promise<Orm> {
  return MikroORM.init(settings(url, 'hub-orm', log));
}

/** For migrating and for comparing; the address must be the owner's. */
export function ormForOwner(url: string): Promise<Orm> {
  return MikroORM.init({ ...settings(url, 'hub-migrate', silentLog), extensions: [Migrator] });
}

function settings(url: string, name: string, log: Log): Partial<Options> {
  return {
    clientUrl: url,
    schema: 'hub',
    entities: [...entities],
    namingStrategy: PostgresNaming,
    discovery: { onMetadata: leaveReferencesAlone },
    pool: { min: 0, max: 4 },
    // An act ends by appending to the audit chain, whose head it then holds: one that hangs must not hold up everybody.
    driverOptions: {
      application_name: name,
      options: '-c search_path=hub -c timezone=UTC -c idle_in_transaction_session_timeout=15000',
      onPoolCreated: giveUpDeadConnections,
    },
    logger: (message) => log.debug({ orm: message.length }, 'the mapper spoke'),
    debug: false,
    migrations: {
      migrationsList: migrations,
      tableName: 'hub.migration',
      path: `${packageRoot}/src/store/migrations`,
      emit: 'ts',
      // The mapper's own snapshot is 10,000 lines of JSON; ours is the SQL (snapshot.ts).
      snapshot: false,
      disableForeignKeys: false,
    },
    // Row-level security and functions are the migrations' alone: a policy written with `(select ...)::int <> 0` and a
    // security definer function with grants are beyond what entities say.
    schemaGenerator: {
      ignorePolicies: true,
      ignoreRoutines: true,
      ignoreTriggers: true,
      skipTables: ['hub.migration', /^audit_entry_\d{4}_\d\d$/],
      ignoreSchema: ['public', 'bullmq'],
      defaultUpdateRule: 'no action',
      defaultDeleteRule: 'no action',
    },
  };
}

/** A transaction whose connection was cut cannot be rolled back, and the query builder under the mapper then never gives the
 *  connection back: after as many cuts as the pool is large every act would wait for ever. */
function giveUpDeadConnections(pool: Pool): void {
  pool.on('connect', (client) => {
    client.once('end', () => {
      try {
        client.release(true);
        client.release = () => undefined; // whoever holds it may still give it back
      } catch {
        // It had been given back before.
      }
    });
  });
}

/** A reference does nothing on delete or update unless its entity says so; the mapper would guess by nullability. */
function leaveReferencesAlone(meta: EntityMetadata): void {
  for (const property of Object.values(meta.properties)) {
    if (property.kind === 'm:1' || property.kind === '1:1') {
      property.deleteRule ??= 'no action';
      property.updateRule ??= 'no action';
    }
  }
}
