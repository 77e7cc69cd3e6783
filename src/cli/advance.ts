/** `hub demo advance 3d`: moves the business clock of the running hub, to see what falls due. Never back: what has fallen
 *  due stays so. Tokens, leases and the audit trail keep the real time. */
import { HubError } from '../kernel/index.js';
import { advanceBusinessClock, businessClock, openPool } from '../store/index.js';
import { roleAddress } from './database.js';
import type { HubSettings } from './hub-settings.js';
import { openTerminal } from './terminal.js';

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Pure. @throws HubError BAD_INPUT */
export function readSpan(text: string): number {
  const [, count, unit] = /^(\d{1,4})([mhdw])$/.exec(text) ?? [];
  const ms = Number(count) * (units[unit ?? ''] ?? NaN);
  if (ms > 0) return ms;
  throw new HubError('BAD_INPUT', 'advance: expected a number with m, h, d or w behind it, such as 3d, found something else.');
}

export async function advance(settings: HubSettings, span: string): Promise<void> {
  const ms = readSpan(span);
  const pool = openPool(await roleAddress(settings, 'worker'), { max: 1, name: 'advance' });
  try {
    await advanceBusinessClock(pool, ms);
    openTerminal().say(`The business clock is at ${(await businessClock(pool)).now().toISOString()}.`);
  } finally {
    await pool.end();
  }
}
