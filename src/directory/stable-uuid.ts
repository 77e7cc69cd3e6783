/** Ids made from a directory file's keys, so that the same key gives the same id in every database: tokens and links
 *  outlive a rebuilt store. Version 5 of RFC 9562, section 5.5. */
import { createHash } from 'node:crypto';

export type DirectoryKind = 'facility' | 'department' | 'user';

/** Our own namespace; never change it, or every id of every directory changes. */
const namespace = Buffer.from('6f0cb3f2f4a94c52a1a75d3b3a1c9e04', 'hex');

export function uuidOfKey(kind: DirectoryKind, key: string): string {
  const bytes = createHash('sha1').update(namespace).update(`${kind}:${key}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
