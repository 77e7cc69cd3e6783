/** A process that owns an embedded database and does nothing else, for tests that kill it. */
import { silentLog } from '../../src/kernel/index.js';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.js';

const postgres = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? '', log: silentLog, fsync: false });
process.stdout.write(`${postgres.url}\n`);
