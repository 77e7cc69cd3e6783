/** Keeps the server running: where it ends without being told to (out of memory, a stray kill) it is started again, at the
 *  same address, so that pools and queues reconnect by themselves. One that does not start again is given up after a while,
 *  and whoever waits for `lost` is told. */
import { setTimeout as pause } from 'node:timers/promises';
import { HubError, type Log } from '../kernel/index.js';
import type { ServerProcess } from './embedded-process.js';

export interface Keeper {
  readonly port: number;
  /** Resolves where the server could not be started again; never otherwise. */
  readonly lost: Promise<HubError>;
  stop(): Promise<void>;
}

export const reviveAfterMs: readonly number[] = [500, 1_000, 2_000, 5_000, 10_000];

export async function keepRunning(
  start: (port?: number) => Promise<ServerProcess>,
  { log, waits = reviveAfterMs }: { readonly log: Log; readonly waits?: readonly number[] },
): Promise<Keeper> {
  let server = await start();
  const { port } = server;
  const stopping = new AbortController();
  let giveUp: (error: HubError) => void = () => undefined;
  const lost = new Promise<HubError>((resolve) => (giveUp = resolve));

  const revive = async (): Promise<void> => {
    for (const waitMs of waits) {
      if (stopping.signal.aborted) return;
      log.error({ code: 'DATABASE_UNAVAILABLE', waitMs }, 'the embedded database is gone; starting it again');
      await pause(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      try {
        server = await start(port);
        return watch();
      } catch (error) {
        log.error({ code: error instanceof HubError ? error.code : 'INTERNAL' }, 'the embedded database did not start');
      }
    }
    giveUp(
      new HubError(
        'DATABASE_UNAVAILABLE',
        `The embedded database ended by itself and did not start again in ${waits.length} tries, so the hub stops. server.log beside its data says why.`,
      ),
    );
  };
  let revival = Promise.resolve();
  const watch = (): void => void server.exited.then(() => (revival = revive()));
  watch();

  const stop = async (): Promise<void> => {
    stopping.abort();
    await revival;
    await server.stop();
  };
  return { port, lost, stop };
}
