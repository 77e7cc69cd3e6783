/** The development issuer's key, kept in the data folder so that tokens outlive a restart. Made once: several processes
 *  of one hub may start together, and all must end up with the same key. Readable by its owner only. */
import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import { HubError } from '../kernel/index.js';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  /** What others may know. */
  readonly publicJwk: JWK;
}

const algorithm = 'ES256';

export async function openSigningKey(dataDir: string): Promise<SigningKey> {
  const file = join(dataDir, 'issuer', 'signing-key.jwk.json');
  try {
    const stored = (await readStored(file)) ?? (await createOnce(file));
    return await importKey(stored);
  } catch (error) {
    if (error instanceof HubError) throw error;
    throw new HubError(
      'DATA_FOLDER_UNUSABLE',
      `Expected a signing key in ${file}, found one that cannot be read. Move the file away to have a new one made.`,
      { cause: error },
    );
  }
}

async function readStored(file: string): Promise<string | null> {
  try {
    const content = await readFile(file, 'utf8');
    // A copy or a restore may have opened the file to others.
    if (((await stat(file)).mode & 0o077) !== 0) await chmod(file, 0o600);
    return content;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Written whole beside its place, then linked into it: whoever is second keeps the first one's key. */
async function createOnce(file: string): Promise<string> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeDurably(draft, JSON.stringify(await newKey()));
    await link(draft, file);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST')
      throw new HubError(
        'DATA_FOLDER_UNUSABLE',
        `The signing key cannot be written to ${file}. Choose a folder with --data that this user may write.`,
        { cause: error },
      );
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(file, 'utf8');
}

async function writeDurably(file: string, content: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, alg: algorithm, use: 'sig', kid: await calculateJwkThumbprint(jwk) };
}

async function importKey(stored: string): Promise<SigningKey> {
  const { d, ...publicJwk } = JSON.parse(stored) as JWK;
  const privateKey = await importJWK({ ...publicJwk, d } as JWK, algorithm);
  if (privateKey instanceof Uint8Array || typeof d !== 'string' || typeof publicJwk.kid !== 'string')
    throw new Error('not a private key with an id');
  return { kid: publicJwk.kid, privateKey, publicJwk };
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
}
