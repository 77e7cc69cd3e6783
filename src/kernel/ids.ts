/** Ids on the wire are opaque, random and tagged with their type, so that `node(id)` knows where to look and
 *  a forgotten decode fails at once. Inside, a row has a bigint (for joins and ranges) and a uuid (for the
 *  world). The tag is the shape's; SQL emits `tag_` followed by the uuid. */
import { randomUUID } from 'node:crypto';

export type Brand<T, B extends string> = T & { readonly __brand: B };
/** Type-tagged wire id, e.g. `pat_0b6c...`. */
export type WireId = Brand<string, 'WireId'>;
export type SourceId = Brand<number, 'SourceId'>;
/** bigint keys travel as strings in JavaScript: pg gives them so, and a sum of two is never wanted. */
export type RowId = Brand<string, 'RowId'>;

const wireId = /^([a-z]+)_([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** The tag and uuid of a wire id, or null where it is not one. */
export function readWireId(id: string): { tag: string; uuid: string } | null {
  const found = wireId.exec(id);
  return found ? { tag: found[1] as string, uuid: found[2] as string } : null;
}

/** The uuid of an id that must carry this tag; null otherwise. */
export function uuidOf(id: string | null | undefined, tag: string): string | null {
  const read = id ? readWireId(id) : null;
  return read?.tag === tag ? read.uuid : null;
}

export function toWireId(tag: string, uuid: string): WireId {
  return `${tag}_${uuid}` as WireId;
}

export const newUuid = (): string => randomUUID();
