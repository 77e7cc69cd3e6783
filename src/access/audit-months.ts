/** The trail lies in months. Those ahead are made ready by the workers, so that an append finds its place (one that does not
 *  makes it); those that need not be kept any longer are taken away whole, up to a signed checkpoint that says so. */
import type { Pool } from 'pg';
import { HubError, type Clock } from '../kernel/index.js';
import { inTransaction } from '../store/index.js';
import type { SealKey } from './checkpoints.js';
import { sealLock, sealNow } from './seal.js';

const monthsAhead = 3;

/** @param pool a worker's */
export async function keepMonthsReady(pool: Pool, clock: Clock): Promise<void> {
  const now = clock.now();
  const months = Array.from({ length: monthsAhead + 1 }, (_, n) =>
    dayText(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + n, 1))),
  );
  const { rows } = await pool.query<{ missing: string }>(
    `select m::text as missing from unnest($1::date[]) m where to_regclass('hub.audit_entry_' || to_char(m, 'YYYY_MM')) is null order by m`,
    [months],
  );
  for (const { missing } of rows) await pool.query('select make_audit_month($1)', [missing]);
}

export interface Retired {
  readonly months: readonly string[];
  /** The last entry that was taken away. */
  readonly to: number;
}

/** Takes away whole months that end before `before`. The checkpoint is signed and on disk first: a stop in between leaves a
 *  checkpoint too many, which does no harm, and never a hole that nobody explains.
 *  @param owner a pool of the database's owner: no role of the hub may remove an entry */
export async function retireMonths(
  owner: Pool,
  of: { readonly before: Date; readonly file: string; readonly key: SealKey; readonly clock: Clock; readonly dryRun: boolean },
): Promise<Retired | null> {
  return inTransaction(owner, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [sealLock]);
    const { rows: months } = await client.query<{ part: string; month: string }>(
      `select c.relname as part, replace(right(c.relname, 7), '_', '-') as month from pg_inherits i join pg_class c on c.oid = i.inhrelid
       where i.inhparent = 'hub.audit_entry'::regclass and to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= $1 order by 2`,
      [of.before],
    );
    if (months.length === 0) return null;
    const { rows } = await client.query<{ seq: string; hash: Buffer }>(
      `select e.seq::text as seq, e.hash from audit_entry e where e.month <= $1::date order by e.seq desc limit 1`,
      [`${months.at(-1)?.month}-01`],
    );
    const last = rows[0];
    const to = Number(last?.seq ?? 0);
    const retired = { months: months.map(({ month }) => month), to };
    if (of.dryRun) return retired;
    if (last) {
      const head = await client.query<{ seq: string }>('select seq::text as seq from audit_head');
      if (Number(head.rows[0]?.seq) === to)
        throw new HubError('CONFLICT', 'These months hold the whole trail; the last entry stays, so that the chain goes on from it.');
      await sealNow(client, of, { seq: to, hash: last.hash.toString('hex') });
    }
    for (const { part } of months) await client.query(`drop table ${client.escapeIdentifier(part)}`);
    return retired;
  });
}

const dayText = (day: Date): string => day.toISOString().slice(0, 10);
