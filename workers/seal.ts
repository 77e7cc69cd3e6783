/** Keeps the audit trail sealed: a signed checkpoint where one is due, and the months ahead ready to be written to. */
import type { Pool } from 'pg';
import { keepMonthsReady, openSealKey, sealTrail, type SealKey } from '../src/access/index.js';
import type { Clock, Log } from '../src/kernel/index.js';
import type { Loop } from './loop.js';

export interface SealSettings {
  /** File of the checkpoints. */
  readonly checkpoints: string;
  /** File of the key. */
  readonly key: string;
  readonly every: number;
}

const lookMs = 5_000;
const everyMs = 60 * 60 * 1000;

export function sealLoop(of: { readonly pool: Pool; readonly clock: Clock; readonly log: Log; readonly settings: SealSettings }): Loop {
  const { pool, clock, log, settings } = of;
  let key: Promise<SealKey> | null = null;
  return {
    name: 'seal',
    everyMs: lookMs,
    async turn() {
      key ??= openSealKey(settings.key);
      key.catch(() => (key = null));
      const sealing = { file: settings.checkpoints, key: await key, every: settings.every, everyMs, clock };
      await keepMonthsReady(pool, clock);
      const made = await sealTrail(pool, sealing);
      if (made) log.debug({ entry: made.seq }, 'the audit trail was sealed');
      return false;
    },
  };
}
