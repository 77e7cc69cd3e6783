/** When a token begins and ends, and by what it is known while it is used. Reads without trust: it is asked of tokens that
 *  were verified, and what a forged one says is never used. Pure. */
import { createHash } from 'node:crypto';
import { readStrictly } from './strict-json.js';

export interface Session {
  /** Of the signed text, not of the signature: that can be written in more than one way. */
  readonly key: string;
  /** When the token was given; null where it does not say. */
  readonly startedAt: Date | null;
  readonly endsAt: Date;
}

export function sessionOf(token: string): Session {
  const claims = readStrictly(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) ?? {};
  const at = (name: string): Date | null => (typeof claims[name] === 'number' ? new Date(claims[name] * 1000) : null);
  const signedText = token.slice(0, Math.max(0, token.lastIndexOf('.')));
  return { key: createHash('sha256').update(signedText).digest('base64url'), startedAt: at('iat'), endsAt: at('exp') ?? new Date(0) };
}
