/** A cursor is base64 of `sort key` and `uid`, made in SQL and read here. It is opaque to clients; one that was not made by
 *  the hub is refused rather than guessed at. */
import { HubError, type KeysetOrder } from '../kernel/index.js';

export function cursorSql(key: string, uid: string): string {
  return `translate(encode(convert_to(concat_ws(' ', ${uid}, ${key}), 'UTF8'), 'base64'), E'\\n', '')`;
}

/** Sort key and uid. @throws HubError BAD_INPUT */
export function readCursor(cursor: unknown, cast: KeysetOrder['cast']): readonly [key: string, uid: string] {
  const text = typeof cursor === 'string' ? Buffer.from(cursor, 'base64').toString('utf8') : '';
  const found = /^([0-9a-f-]{36}) (.+)$/s.exec(text);
  const key = found?.[2] ?? '';
  if (!found || !keyOf[cast].test(key))
    throw new HubError('BAD_INPUT', 'after: expected a cursor of an earlier page, found something else.');
  return [key, found[1] as string];
}

const keyOf: Record<KeysetOrder['cast'], RegExp> = {
  timestamptz: /^(-?infinity|\d{4,6}-\d\d-\d\d [\d:.+-]+)$/,
  date: /^(-?infinity|\d{4,6}-\d\d-\d\d)$/,
  int: /^-?\d+$/,
  bigint: /^-?\d+$/,
  text: /^/,
};
