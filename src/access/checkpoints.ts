/** Signed checkpoints: what the chain's hash was at one entry, signed with Ed25519 and kept outside the database, so that who
 *  can write there cannot write history anew. Each line names the line before it by its digest: none can be taken out of the
 *  middle. One may say that the months up to an entry were taken away on purpose. Pure. */
import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';

export interface Checkpoint {
  readonly seq: number;
  /** Of entry `seq`, in hex. */
  readonly hash: string;
  readonly at: string;
  /** Entries up to this one, with this hash, were kept long enough and taken away. */
  readonly retired: { readonly seq: number; readonly hash: string } | null;
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

export const lineOf = ({ seq, hash, at, retired, key, before, signature }: Checkpoint): string =>
  JSON.stringify({ seq, hash, at, ...(retired ? { retired } : {}), key, before, signature });

export const digestOf = (line: string): string => createHash('sha256').update(line, 'utf8').digest('hex');

const signedText = ({ seq, hash, at, retired, key, before }: Unsigned): Buffer =>
  Buffer.from(
    ['patient-relations-hub audit checkpoint', seq, hash, at, retired ? `${retired.seq} ${retired.hash}` : '', key, before ?? ''].join(
      '\n',
    ),
    'utf8',
  );

const line = z.strictObject({
  seq: z.int().positive(),
  hash: z.string(),
  at: z.string(),
  retired: z
    .strictObject({ seq: z.int().positive(), hash: z.string() })
    .nullish()
    .transform((retired) => retired ?? null),
  key: z.string(),
  before: z.string().nullable(),
  signature: z.string(),
});

/** Null where the line is none. */
export function readLine(text: string): Checkpoint | null {
  try {
    return line.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
