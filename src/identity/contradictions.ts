/** Records that share a strong identifier and contradict each other: nobody was linked by it, and somebody at the source
 *  systems has to look. Told by opaque record ids; the number itself is never shown. */
import type { Pool } from 'pg';
import { toWireId, type WireId } from '../kernel/index.js';

export interface Contradiction {
  readonly sources: readonly [one: string, other: string];
  readonly records: readonly [one: WireId, other: WireId];
  /** The identifier's system. */
  readonly system: string;
  readonly reason: string;
}

/** Each pair once, whichever of the two it was found for. @param pool a worker's; the newest first, `most` of them, and how many there are in all */
export async function contradictions(
  pool: Pool,
  most: number,
): Promise<{ readonly total: number; readonly newest: readonly Contradiction[] }> {
  const { rows } = await pool.query<{
    one: string;
    other: string;
    left: string;
    right: string;
    system: string;
    reason: string;
    total: number;
  }>(
    `select a.name as one, b.name as other, l.uid as left, r.uid as right, c.system, c.reason, (count(*) over ())::int as total
       from link_conflict c join patient_record l on l.id = c.patient_record_id join patient_record r on r.id = c.other_record_id
       join source a on a.id = l.source_id join source b on b.id = r.source_id
      where c.patient_record_id < c.other_record_id or not exists (
        select from link_conflict m where m.patient_record_id = c.other_record_id and m.other_record_id = c.patient_record_id and m.system = c.system)
      order by c.seen_at desc, c.id desc limit $1`,
    [most],
  );
  return {
    total: rows[0]?.total ?? 0,
    newest: rows.map(({ one, other, left, right, system, reason }) => ({
      sources: [one, other],
      records: [toWireId('rec', left), toWireId('rec', right)],
      system,
      reason,
    })),
  };
}
