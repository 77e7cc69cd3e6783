/** The business clock's offset, kept in the database so that every process of a hub agrees on it. Deadlines and reminders
 *  go by this clock; tokens, leases and the audit trail by the real one. */
import type { Pool } from 'pg';
import { type Clock, offsetClock } from '../kernel/index.js';

export interface BusinessClock extends Clock {
  /** Reads the offset again; until then the clock runs on with the one it knows. */
  refresh(): Promise<void>;
}

export async function businessClock(pool: Pool): Promise<BusinessClock> {
  let offsetMs = await readOffset(pool);
  const clock = offsetClock(() => offsetMs);
  return {
    now: () => clock.now(),
    refresh: async () => {
      offsetMs = await readOffset(pool);
    },
  };
}

/** For demos and tests: all hubs on this database are `ms` further on from here. */
export async function advanceBusinessClock(pool: Pool, ms: number): Promise<void> {
  await pool.query('update business_clock set offset_ms = offset_ms + $1', [Math.round(ms)]);
}

async function readOffset(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ offset_ms: string }>('select offset_ms from business_clock');
  return Number(rows[0]?.offset_ms ?? 0);
}
