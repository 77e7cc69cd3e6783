/** The key that signs checkpoints: made once for a data folder, readable by the hub's account only. Its public half is meant
 *  to be written down elsewhere (`hub audit key`): who can change trail, checkpoints and key together cannot be found out
 *  without it. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HubError } from '../kernel/index.js';
import { keyIdOf, type SealKey } from './checkpoints.js';

/** @throws HubError DATA_FOLDER_UNUSABLE */
export async function openSealKey(file: string): Promise<SealKey> {
  const pem = (await storedKey(file)) ?? (await makeKey(file));
  return keyFrom(pem, file);
}

/** Where there is one already: a reader makes none. */
export async function findSealKey(file: string): Promise<SealKey | null> {
  const pem = await storedKey(file);
  return pem === null ? null : keyFrom(pem, file);
}

/** @throws HubError BAD_INPUT where the text is no public key */
export function readPublicKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw new HubError('BAD_INPUT', '--key: expected a file with a public key as `hub audit key` prints it, found something else.', {
      cause,
    });
  }
}

function keyFrom(pem: string, file: string): SealKey {
  try {
    const privateKey = createPrivateKey(pem);
    if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('another kind of key');
    const publicKey = createPublicKey(pem);
    return { id: keyIdOf(publicKey), privateKey, publicKey };
  } catch (cause) {
    throw unusable(
      file,
      'found one that cannot be read. Restore it from a backup: checkpoints signed by another key are not believed',
      cause,
    );
  }
}

async function storedKey(file: string): Promise<string | null> {
  try {
    const pem = await readFile(file, 'utf8');
    // A copy or a restore may have opened the file to others.
    if (((await stat(file)).mode & 0o077) !== 0) await chmod(file, 0o600);
    return pem;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unusable(file, 'found one that cannot be opened', error);
  }
}

/** Written whole beside its place, then linked into it: of several that start together the first one's key stays. */
async function makeKey(file: string): Promise<string> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(file, 'found a place that cannot be written', error);
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(file, 'utf8');
}

const unusable = (file: string, found: string, cause: unknown): HubError =>
  new HubError('DATA_FOLDER_UNUSABLE', `Expected the key of the checkpoints in ${file}, ${found}.`, { cause });
