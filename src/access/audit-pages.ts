/** Reads the trail in pages along the chain, with its head in the same snapshot: however long the trail, a page is in memory. */
import type { Pool, PoolClient } from 'pg';
import type { StoredEntry } from './audit-chain.js';

export interface Head {
  readonly seq: number;
  readonly hash: Buffer;
  readonly firstFormTo: number;
}
export interface Page {
  readonly head: Head;
  readonly entries: readonly StoredEntry[];
}

const pageSize = 2_000;

/** Every column in the form that the hash covers. @param e alias of audit_entry */
export const storedColumns = (e: string): string => `${e}.seq::text as seq, to_char(${e}.month, 'YYYY-MM-DD') as month, ${e}.uid,
  to_char(${e}.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, ${e}.request_id as "requestId", ${e}.user_uid as "userUid", ${e}.system, ${e}.role, ${e}.purpose,
  ${e}.token_id as "tokenId", ${e}.action, ${e}.operation, ${e}.person_uid as "personUid", ${e}.case_uid as "caseUid", ${e}.phi_classes as "phiClasses",
  ${e}.phi_classes::text as "phiText", ${e}.outcome, ${e}.withheld_fields as "withheldFields", ${e}.withheld_fields::text as "withheldText", ${e}.grant_uid as "grantUid", ${e}.hash`;

type Row = Omit<StoredEntry, 'seq'> & { readonly seq: string | null };
type HeadRow = { readonly headSeq: string; readonly headHash: Buffer; readonly firstFormTo: string };

/** Pages after entry `after`, until one is not full: that is the end as the head knew it in that moment.
 *  @param pool a worker's */
export async function* auditPages(pool: Pool | PoolClient, after = 0, size = pageSize): AsyncGenerator<Page> {
  for (let from = after; ;) {
    const { rows } = await pool.query<Row & HeadRow>(
      `select h.seq::text as "headSeq", h.hash as "headHash", h.first_form_to::text as "firstFormTo", e.*
       from audit_head h left join lateral (select ${storedColumns('a')} from audit_entry a where a.seq > $1 order by a.seq, a.month limit $2) e on true
       order by e.seq::bigint, e.month`,
      [from, size],
    );
    const [first] = rows;
    if (!first) return;
    const head: Head = { seq: Number(first.headSeq), hash: first.headHash, firstFormTo: Number(first.firstFormTo) };
    const entries = rows.flatMap((row): StoredEntry[] => (row.seq === null ? [] : [{ ...row, seq: Number(row.seq) }]));
    yield { head, entries };
    const last = entries.at(-1);
    if (!last || entries.length < size) return;
    from = last.seq;
  }
}
