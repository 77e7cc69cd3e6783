/** Signed checkpoints: what the chain's hash was at one entry, signed with Ed25519 and kept outside the database, so that who
 *  can write there cannot write history anew. Each line names the line before it by its digest: none can be taken out of the
 *  middle. A `retired` one says that the months up to it were taken away on purpose. Pure. */
import { createHash, sign, verify, type KeyObject } from 'node:crypto';

export interface Checkpoint {
  readonly seq: number;
  /** Of entry `seq`, in hex. */
  readonly hash: string;
  readonly at: string;
  readonly kind: 'checkpoint' | 'retired';
  /** Id of the key that signed. */
  readonly key: string;
  /** SHA-256 of the line before, in hex; null on the first. */
  readonly before: string | null;
  readonly signature: string;
}
type Unsigned = Omit<Checkpoint, 'signature'>;

export interface SealKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Names a key by what is public of it. */
export const keyIdOf = (publicKey: KeyObject): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url')
    .slice(0, 16);

export function signCheckpoint(said: Omit<Unsigned, 'key'>, { id, privateKey }: SealKey): Checkpoint {
  const whole: Unsigned = { ...said, key: id };
  return { ...whole, signature: sign(null, signedText(whole), privateKey).toString('base64url') };
}

export function hasGoodSignature(checkpoint: Checkpoint, publicKey: KeyObject): boolean {
  return verify(null, signedText(checkpoint), publicKey, Buffer.from(checkpoint.signature, 'base64url'));
}

export const lineOf = ({ seq, hash, at, kind, key, before, signature }: Checkpoint): string =>
  JSON.stringify({ seq, hash, at, kind, key, before, signature });

export const digestOf = (line: string): string => createHash('sha256').update(line, 'utf8').digest('hex');

const signedText = ({ seq, hash, at, kind, key, before }: Unsigned): Buffer =>
  Buffer.from(['patient-relations-hub audit checkpoint', seq, hash, at, kind, key, before ?? ''].join('\n'), 'utf8');

/** Null where the line is none. */
export function readLine(line: string): Checkpoint | null {
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    return null;
  }
  const { seq, hash, at, kind, key, before, signature } = (typeof read === 'object' && read !== null ? read : {}) as Record<string, unknown>;
  const texts = [hash, at, key, signature].every((text) => typeof text === 'string');
  const fits = Number.isSafeInteger(seq) && texts && (kind === 'checkpoint' || kind === 'retired');
  if (!fits || !(before === null || typeof before === 'string')) return null;
  return { seq, hash, at, kind, key, before, signature } as Checkpoint;
}
