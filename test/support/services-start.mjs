/** Runs once before all suites, in jest's own process: opens a small socket on which a suite can ask for the run's
 *  Postgres. The database is started for the first one that asks, so that a pure test costs nothing, and belongs to this
 *  process, so that a crashed worker leaves nothing behind. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'hub-test-';

export default async function startServices() {
  await clearAbandoned();
  process.env.HUB_TEST_RUN = randomBytes(4).toString('hex');
  const folder = await mkdtemp(join(tmpdir(), prefix));
  // As root the database runs as another account, which has to pass through here.
  await chmod(folder, 0o711);
  let postgres;
  const server = createServer(async (visitor) => {
    visitor.on('error', () => undefined);
    postgres ??= startPostgres(join(folder, 'data'));
    visitor.end(
      await postgres.then(
        ({ url }) => url,
        (error) => `error: ${error.message}`,
      ),
    );
  });
  const socket = join(folder, 'services');
  await new Promise((resolve, reject) => server.once('error', reject).listen(socket, resolve));
  process.env.HUB_TEST_SERVICES = socket;
  globalThis.hubTestServices = {
    async stop() {
      server.close();
      await postgres?.then(
        (running) => running.stop(),
        () => undefined,
      );
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startPostgres(dataDir) {
  await import('./load-typescript.mjs');
  const { startEmbeddedPostgres } = await import('../../src/store/embedded-postgres.ts');
  const { silentLog } = await import('../../src/kernel/index.ts');
  return startEmbeddedPostgres({ dataDir, log: silentLog, fsync: false });
}

/** A run that was killed leaves its folder; nobody listens on its socket any more. */
async function clearAbandoned() {
  for (const name of await readdir(tmpdir())) {
    const folder = join(tmpdir(), name);
    if (name.startsWith(prefix) && (await isRefused(join(folder, 'services')))) await rm(folder, { recursive: true, force: true });
  }
}

function isRefused(socket) {
  return new Promise((resolve) => {
    const visitor = connect(socket, () => {
      visitor.end();
      resolve(false);
    });
    visitor.on('error', ({ code }) => resolve(code === 'ECONNREFUSED'));
  });
}
