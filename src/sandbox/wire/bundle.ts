/** A searchset as text. Resources are stored as the JSON they are served as, so a page of 250 is a joining of strings:
 *  nothing is parsed or printed again. */
import type { Issue } from './outcome.js';
import { operationOutcome } from './outcome.js';

export interface PageOfResources {
  readonly base: string;
  readonly type: string;
  readonly total: number;
  readonly servedAt: string;
  readonly self: string;
  readonly next: string | null;
  readonly rows: readonly { readonly id: string; readonly body: string }[];
  readonly warnings: readonly Issue[];
}

export function searchset(page: PageOfResources): string {
  const links = [{ relation: 'self', url: page.self }, ...(page.next ? [{ relation: 'next', url: page.next }] : [])];
  const entries = page.rows.map(
    ({ id, body }) => `{"fullUrl":"${page.base}/${page.type}/${id}","resource":${body},"search":{"mode":"match"}}`,
  );
  if (page.warnings.length > 0) entries.push(`{"resource":${JSON.stringify(operationOutcome(page.warnings))},"search":{"mode":"outcome"}}`);
  return (
    `{"resourceType":"Bundle","meta":{"lastUpdated":"${page.servedAt}"},"type":"searchset","total":${page.total},"link":${JSON.stringify(links)}` +
    (entries.length > 0 ? `,"entry":[${entries.join(',')}]}` : '}')
  );
}
