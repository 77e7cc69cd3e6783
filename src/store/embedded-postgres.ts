/** The embedded database: a real Postgres that the hub starts, watches and stops, so that one command on a bare machine
 *  is enough. It listens on a random port of 127.0.0.1 with a generated password, keeps its data through kill -9, and
 *  logs no statements and no values, for these may hold PHI. Production gives DATABASE_URL and never comes here. */
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { HubError, Log } from '../kernel/index.js';
import { openCluster } from './embedded-cluster.js';
import { findHome, openDataFolder } from './embedded-home.js';
import { keepRunning } from './embedded-keeper.js';
import { lockFolder } from './embedded-lock.js';
import { startServer, stopOrphan } from './embedded-process.js';
import { provideRuntime } from './embedded-runtime.js';

export interface EmbeddedPostgres {
  /** Superuser on the database `hub`; valid until `stop`. */
  readonly url: string;
  /** Resolves where it ended by itself and cannot be started again; never otherwise. */
  readonly lost: Promise<HubError>;
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  readonly log: Log;
  /** False for tests only: faster, and worthless after a power cut. */
  readonly fsync?: boolean;
}

const durable = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  dynamic_shared_memory_type: 'mmap',
  // No replica hangs on an embedded server: the smaller log makes loading faster.
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '2GB',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  shared_preload_libraries: 'pg_stat_statements',
  password_encryption: 'scram-sha-256',
  // `log` leaves out ERROR lines and `terse` their details: both quote values that people typed or sources sent.
  log_min_messages: 'log',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
};
const forTests = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', shared_buffers: '128MB' };

export async function startEmbeddedPostgres({ dataDir, log, fsync = true }: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = await openDataFolder(dataDir);
  const locks = [await lockFolder(folder)];
  const unlock = async (): Promise<void> => {
    for (const lock of locks) await lock.release();
  };
  try {
    const home = await findHome(folder);
    // A copied data folder points to the same cluster: the cluster is locked too.
    locks.push(await lockFolder(home.folder));
    if ((await stopOrphan(home.cluster)) === 'stopped') log.warn('stopped a database server that an earlier hub left running');
    const runtime = await provideRuntime(home.folder);
    const password = await openCluster(folder, { home, runtime, fsync });
    const settings = Object.entries(fsync ? durable : { ...durable, ...forTests }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const keeper = await keepRunning((port) => startServer(home, { runtime, settings, port }), { log });
    const url = `postgres://hub:${password}@127.0.0.1:${keeper.port}/hub`;
    await createDatabase(url).catch(async (error: unknown) => {
      await keeper.stop();
      throw error;
    });
    return { url, lost: keeper.lost, stop: () => keeper.stop().finally(unlock) };
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function createDatabase(url: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await connectOnce(url, 'select 1');
    } catch (error) {
      const code = (error as { code?: string }).code;
      if (code === '3D000') return connectOnce(url.replace(/hub$/, 'postgres'), 'create database hub');
      if (attempt === 5) throw error;
      await pause(100);
    }
  }
}

async function connectOnce(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
