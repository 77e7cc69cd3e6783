/** Where the embedded cluster lives and whose it is. Postgres refuses to run as root, so a hub started as root gives the
 *  cluster to an unprivileged account; where that account cannot reach the data folder (it lies under somebody's 0700
 *  folder), the cluster lives under /var/lib and the data folder keeps a pointer file to it. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chmod, constants, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HubError } from '../kernel/index.js';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface Home {
  /** Holds the runtime copy, the cluster and the server's log. */
  readonly folder: string;
  readonly cluster: string;
  /** The account that the server runs as; null means the hub's own. */
  readonly account: Account | null;
}

const stateFolder = '/var/lib/patient-relations-hub';
const pointerName = 'postgres-lives-at';

/** Makes the data folder if need be, and proves that it can be written. */
export async function openDataFolder(dataDir: string): Promise<string> {
  try {
    await makeFolder(dataDir, isRoot() ? 0o711 : 0o700);
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(dataDir);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw unusable(`The data folder ${dataDir} cannot be written (${reason}). Choose another with --data, or change its owner.`, cause);
  }
}

/** Folder by folder: Node's own recursive mkdir never ends under /proc, where a missing folder cannot be made either. */
async function makeFolder(path: string, mode: number): Promise<void> {
  if (await folderOf(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolder(parent, mode);
  await mkdir(path, { mode });
}

export async function findHome(dataDir: string): Promise<Home> {
  const pointer = await readIfThere(join(dataDir, pointerName));
  const folder = pointer?.trim() || join(dataDir, 'postgres');
  if (pointer !== null && !(await folderOf(folder))) {
    throw unusable(
      `${join(dataDir, pointerName)} names ${folder}, which is not there or not readable. Start as root, or restore that folder.`,
    );
  }
  const owner = await folderOf(join(folder, 'cluster'));
  if (!isRoot()) return ownHome(folder, owner);
  const account = owner && owner.uid !== 0 ? owner : await unprivilegedAccount();
  await openToAll(folder);
  if (mayEnter(folder, account)) return homeAt(folder, account);
  if (owner || pointer !== null) {
    throw unusable(
      `The database account (uid ${account.uid}) can no longer enter ${folder}. Allow it to pass with chmod o+x on the folders above.`,
    );
  }
  await rm(folder, { recursive: true });
  return homeAt(await moveOut(dataDir), account);
}

async function ownHome(folder: string, owner: Account | null): Promise<Home> {
  if (owner && owner.uid !== process.getuid?.()) {
    throw unusable(
      `The database under ${folder} belongs to another account (uid ${owner.uid}). Start as root, or choose another folder with --data.`,
    );
  }
  await makeFolder(folder, 0o700);
  return homeAt(folder, null);
}

/** A fresh place under /var/lib. Its name is random: a data folder deleted and made anew must not find the old cluster. */
async function moveOut(dataDir: string): Promise<string> {
  const folder = join(stateFolder, randomBytes(8).toString('hex'));
  await openToAll(folder);
  await writeFile(join(folder, 'belongs-to'), `${dataDir}\n`);
  const pointer = join(dataDir, pointerName);
  await writeFile(`${pointer}.new`, `${folder}\n`, { mode: 0o600 });
  await rename(`${pointer}.new`, pointer);
  return folder;
}

function homeAt(folder: string, account: Account | null): Home {
  return { folder, cluster: join(folder, 'cluster'), account };
}

/** Asks the system itself, as that account: modes alone do not tell about access lists and mount options. */
function mayEnter(folder: string, account: Account): boolean {
  return spawnSync('test', ['-x', folder], { ...account, cwd: '/', stdio: 'ignore' }).status === 0;
}

async function openToAll(folder: string): Promise<void> {
  try {
    await makeFolder(folder, 0o711);
    await chmod(folder, 0o711);
    if (dirname(folder) === stateFolder) await chmod(stateFolder, 0o711);
  } catch (cause) {
    throw unusable(`The folder ${folder} cannot be made (${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'}).`, cause);
  }
}

/** `nobody` of this machine; 65534 is its number wherever the list does not say. */
async function unprivilegedAccount(): Promise<Account> {
  const accounts = (await readIfThere('/etc/passwd')) ?? '';
  const nobody = /^nobody:[^:]*:(\d+):(\d+):/m.exec(accounts);
  return { uid: Number(nobody?.[1] ?? 65534), gid: Number(nobody?.[2] ?? 65534) };
}

async function folderOf(path: string): Promise<Account | null> {
  return stat(path).then(
    ({ uid, gid }) => ({ uid, gid }),
    () => null,
  );
}

async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

export function unusable(message: string, cause?: unknown): HubError {
  return new HubError('DATA_FOLDER_UNUSABLE', message, { cause });
}
