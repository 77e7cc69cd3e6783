/** Why an entry does not give its hash: what it and the one after it tell. Who changes a row leaves the hashes of those behind
 *  it; who puts one in or takes one out and numbers the rest anew leaves hashes made with the old numbers. Pure. */
import { hashOf, type StoredEntry } from './audit-chain.js';

export interface Mismatch {
  /** The hash on which the entry should stand. */
  readonly before: Buffer;
  readonly entry: StoredEntry;
  readonly next: StoredEntry | null;
  readonly firstFormTo: number;
}
export interface Explained {
  readonly says: (seq: number) => string;
  /** The hash on which the next one should stand. */
  readonly hash: Buffer;
  /** By how much the numbers of those behind run ahead of what was hashed. */
  readonly shift: number;
  /** The next one was part of the same change. */
  readonly skipsNext: boolean;
}

export function explainMismatch({ before, entry, next, firstFormTo }: Mismatch): Explained {
  const { seq } = entry;
  /** Whether an entry, numbered so, stands on this hash with the hash given. */
  const stands = (on: Buffer, what: StoredEntry, as: { readonly seq: number; readonly hash: Buffer }): boolean =>
    hashOf(on, { ...what, seq: as.seq }, firstFormTo).equals(as.hash);
  if (next) {
    // Contents or whole rows changed places.
    if (stands(before, next, { seq, hash: entry.hash }) && stands(entry.hash, entry, { seq: seq + 1, hash: next.hash }))
      return { says: (at) => `entries ${at} and ${at + 1} were swapped`, hash: next.hash, shift: 0, skipsNext: true };
    const nextWasHere = stands(before, next, { seq, hash: next.hash });
    if (nextWasHere && stands(next.hash, entry, { seq: seq + 1, hash: entry.hash }))
      return { says: (at) => `entries ${at} and ${at + 1} were swapped`, hash: entry.hash, shift: 0, skipsNext: true };
    if (nextWasHere) return { says: (at) => `entry ${at} was inserted`, hash: before, shift: 1, skipsNext: false };
    if (stands(entry.hash, next, { seq: next.seq + 1, hash: next.hash }))
      return {
        says: (at) => `an entry before entry ${at} is missing, and those after it were numbered anew`,
        hash: entry.hash,
        shift: -1,
        skipsNext: false,
      };
  }
  return { says: (at) => `entry ${at} was altered: what is stored does not give its hash`, hash: entry.hash, shift: 0, skipsNext: false };
}
