/** `hub demo advance 3d`: moves the business clock of a running demo, to see what falls due; a hub with real cases is left
 *  alone. Never back: what has fallen due stays so. Tokens, leases and the audit trail keep the real time. */
import { HubError } from '../kernel/index.js';
import { advanceBusinessClock, businessClock, openPool } from '../store/index.js';
import { findRunning } from './data-folder.js';
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
  const running = await findRunning(settings.data);
  if (!running.demo) {
    throw new HubError('NOT_PERMITTED', 'advance: expected a demo (`hub up --demo`), found a hub with real cases; its clock is not moved.');
  }
  const pool = openPool(running.workerUrl, { max: 1, name: 'advance' });
  try {
    await advanceBusinessClock(pool, ms);
    openTerminal().say(`The business clock is at ${(await businessClock(pool)).now().toISOString()}.`);
  } finally {
    await pool.end();
  }
}
