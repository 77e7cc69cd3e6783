/** What happens to a database server that ends by itself, told with servers that only pretend to run. */
import { describe, expect, it } from '@jest/globals';
import { HubError, silentLog } from '../../src/kernel/index.js';
import { keepRunning } from '../../src/store/embedded-keeper.js';
import type { ServerProcess } from '../../src/store/embedded-process.js';

const waits = [1, 1, 1];

/** Starts that succeed or fail as listed; the last goes on. Each server can be ended from outside. */
function servers(starts: readonly boolean[]) {
  const ports: (number | undefined)[] = [];
  let end: () => void = () => undefined;
  const start = (port?: number): Promise<ServerProcess> => {
    ports.push(port);
    const sound = starts[Math.min(ports.length, starts.length) - 1];
    if (!sound) return Promise.reject(new HubError('DATABASE_UNAVAILABLE', 'no room on the disk'));
    const exited = new Promise<void>((resolve) => (end = resolve));
    return Promise.resolve({ port: 5_555, exited, stop: () => Promise.resolve(end()) });
  };
  return { start, ports, end: () => end() };
}

const until = async (holds: () => boolean): Promise<void> => {
  for (let tries = 0; !holds() && tries < 500; tries++) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('a database server that ends by itself', () => {
  it('is started again at the same address, though the first tries fail', async () => {
    const { start, ports, end } = servers([true, false, false, true]);
    const keeper = await keepRunning(start, { log: silentLog, waits });
    end();
    await until(() => ports.length === 4);
    expect(ports).toEqual([undefined, 5_555, 5_555, 5_555]);
    expect(await Promise.race([keeper.lost, Promise.resolve('kept')])).toBe('kept');
    await keeper.stop();
  });

  it('is given up after as many tries as there are waits, in one sentence', async () => {
    const { start, ports, end } = servers([true, false]);
    const keeper = await keepRunning(start, { log: silentLog, waits });
    end();
    expect((await keeper.lost).message).toBe(
      'The embedded database ended by itself and did not start again in 3 tries, so the hub stops. server.log beside its data says why.',
    );
    expect(ports).toHaveLength(4);
    await keeper.stop();
  });

  it('is left alone once the hub stops, and a wait is cut short', async () => {
    const { start, ports, end } = servers([true]);
    const keeper = await keepRunning(start, { log: silentLog, waits: [60_000] });
    end();
    await Promise.resolve();
    await keeper.stop();
    expect(ports).toHaveLength(1);
  });
});
