/** Something done again and again until it is told to stop. A turn that fails is logged and tried again later: a loop that
 *  ends by itself would look like work that is done. */
import { setTimeout as pause } from 'node:timers/promises';
import { HubError, type Log } from '../src/kernel/index.js';

export interface Loop {
  readonly name: string;
  readonly everyMs: number;
  /** True: there was work, so look again at once. */
  turn(): Promise<boolean>;
}

const afterFaultMs = 1_000;

/** Resolves once the signal has ended it and the last turn is over. */
export async function runLoop({ name, everyMs, turn }: Loop, { log, signal }: { log: Log; signal: AbortSignal }): Promise<void> {
  while (!signal.aborted) {
    let waitMs = everyMs;
    try {
      if (await turn()) waitMs = 0;
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ loop: name, code: error instanceof HubError ? error.code : 'INTERNAL' }, 'a turn failed and will be tried again');
      waitMs = Math.max(everyMs, afterFaultMs);
    }
    await pause(waitMs, undefined, { signal }).catch(() => undefined);
  }
}
