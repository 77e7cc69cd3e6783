/** The opaque `next` link: the search as it was asked, and the last row served. It holds everything that the next page
 *  needs, so that a server restart between two pages changes nothing. */
import { refuse } from './outcome.js';

export interface PageCursor {
  readonly query: string;
  readonly total: number;
  readonly after: { readonly updatedAt: number; readonly id: string };
}

export const writeCursor = (cursor: PageCursor): string =>
  Buffer.from(JSON.stringify([cursor.query, cursor.total, cursor.after.updatedAt, cursor.after.id])).toString('base64url');

export function readCursor(text: string): PageCursor {
  try {
    const [query, total, updatedAt, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    if (typeof query === 'string' && typeof total === 'number' && typeof updatedAt === 'number' && typeof id === 'string')
      return { query, total, after: { updatedAt, id } };
  } catch {
    // falls through to the refusal: a link that is not ours reads the same as one that is torn
  }
  throw refuse(400, 'invalid', 'The paging link cannot be read. Start the search again.');
}
