/** The cluster's birth: initdb once per data folder, with a generated password that only the hub's account can read. */
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unusable, type Home } from './embedded-home.js';
import { runProgram } from './embedded-process.js';

export interface ClusterMaking {
  readonly home: Home;
  readonly runtime: string;
  readonly fsync: boolean;
}

const majorVersion = '18';

/** Makes the cluster on first use; gives the password either way. Everything is made aside and renamed at the end, so that
 *  a kill at any moment leaves either no cluster or a whole one. */
export async function openCluster(folder: string, make: ClusterMaking): Promise<string> {
  const { cluster } = make.home;
  const passwordFile = join(folder, 'postgres-password');
  const version = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => null);
  const stored = await readFile(passwordFile, 'utf8').catch(() => null);
  if (version === null) return createCluster(passwordFile, make);
  if (version.trim() !== majorVersion) {
    throw unusable(
      `${cluster} was made by Postgres ${version.trim()}, but this hub brings ${majorVersion}. Use the hub version that made it.`,
    );
  }
  if (stored === null)
    throw unusable(`${passwordFile} is missing, but its database is there. Restore that file, or choose another folder with --data.`);
  return stored.trim();
}

async function createCluster(passwordFile: string, { home, runtime, fsync }: ClusterMaking): Promise<string> {
  const password = randomBytes(24).toString('base64url');
  for (const name of await readdir(home.folder)) {
    if (name.startsWith('unfinished-')) await rm(join(home.folder, name), { recursive: true, force: true });
  }
  const unfinished = join(home.folder, `unfinished-${randomBytes(4).toString('hex')}`);
  const secret = `${unfinished}-secret`;
  await mkdir(unfinished, { mode: 0o700 });
  await writeFile(secret, password, { mode: 0o600 });
  if (home.account) {
    await chown(unfinished, home.account.uid, home.account.gid);
    await chown(secret, home.account.uid, home.account.gid);
  }
  const words = [
    '-D',
    unfinished,
    '--username=hub',
    `--pwfile=${secret}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--locale-provider=builtin',
  ];
  await runProgram(join(runtime, 'bin', 'initdb'), [...words, '--no-instructions', ...(fsync ? [] : ['--no-sync'])], home.account);
  await rm(secret);
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await chmod(passwordFile, 0o600);
  await rename(unfinished, home.cluster);
  return password;
}
