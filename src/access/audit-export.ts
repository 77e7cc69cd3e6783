/** Gives the trail, or what of it is asked for, to be taken out of the hub: page by page along the chain. That it was taken is
 *  an entry of its own, written before the first line leaves. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { asSystem } from '../kernel/index.js';
import type { StoredEntry } from './audit-chain.js';
import { appendEntries } from './audit-entry.js';
import { storedColumns } from './audit-pages.js';

export interface ExportWanted {
  readonly from: Date | null;
  readonly to: Date | null;
  readonly personUid: string | null;
  readonly userUid: string | null;
}

const pageSize = 2_000;

/** @param pool a worker's */
export async function* exportTrail(pool: Pool, wanted: ExportWanted): AsyncGenerator<readonly StoredEntry[]> {
  const { rows: heads } = await pool.query<{ seq: string }>('select seq::text as seq from audit_head');
  const upTo = heads[0]?.seq ?? '0';
  await appendEntries(pool, [
    {
      actor: asSystem('audit export', 'HCOMPL'),
      requestId: randomUUID(),
      action: 'EXPORT',
      operation: 'auditExport',
      personUid: wanted.personUid,
      caseUid: null,
      phiClasses: [],
      outcome: 'ALLOWED',
      withheldFields: [],
    },
  ]);
  const persons = wanted.personUid === null ? null : await sameAs(pool, wanted.personUid);
  for (let after = '0'; ;) {
    const { rows } = await pool.query<Omit<StoredEntry, 'seq'> & { readonly seq: string }>(
      `select ${storedColumns('a')} from audit_entry a
       where a.seq > $1 and a.seq <= $2 and ($3::timestamptz is null or a.at >= $3) and ($4::timestamptz is null or a.at < $4)
         and ($5::uuid[] is null or a.person_uid = any($5)) and ($6::uuid is null or a.user_uid = $6)
       order by a.seq limit $7`,
      [after, upTo, wanted.from, wanted.to, persons, wanted.userUid, pageSize],
    );
    if (rows.length > 0) yield rows.map((row) => ({ ...row, seq: Number(row.seq) }));
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) return;
    after = last.seq;
  }
}

/** Entries keep the id that a person had; after a merge several ids are one person. */
async function sameAs(pool: Pool, personUid: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ uid: string }>(
    `select a.uid from person p join person a on coalesce(a.alias_of, a.id) = coalesce(p.alias_of, p.id) where p.uid = $1`,
    [personUid],
  );
  return rows.length > 0 ? rows.map(({ uid }) => uid) : [personUid];
}
