/** No oracle: ten thousand and more decisions of the gateway, over every path to a node, held against a small reference that decides
 *  row by row; what may not be known is asked for with as many statements as what is not there, and stands in nothing that
 *  leaves the hub. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chosenSeed } from '../support/seed.js';
import { paths } from './no-oracle/paths.js';
import { openRoom, type Room } from './no-oracle/room.js';
import { drive, judge, type Tally } from './no-oracle/run.js';
import { caseChanged, listenToAll, reminderDue } from './no-oracle/subscriptions.js';

const seed = chosenSeed();
let room: Room;
beforeAll(async () => {
  room = await openRoom(seed);
});
afterAll(() => room.close());

describe(`in the hospital that HUB_TEST_SEED=${seed} makes`, () => {
  const tallies = new Map<string, Tally>();
  /** A path that shows nearly all or nearly nothing proves little. */
  const isBalanced = (name: string): void => {
    const [allowed, denied] = [tallies.get(name)?.allowed.size ?? 0, tallies.get(name)?.denied.size ?? 0];
    const least = 0.2 * (allowed + denied);
    expect({ name, allowed, denied, balanced: allowed >= least && denied >= least }).toEqual({ name, allowed, denied, balanced: true });
  };
  const tallyOf = (name: string): Tally => {
    const tally: Tally = { allowed: new Set(), denied: new Set() };
    tallies.set(name, tally);
    return tally;
  };

  it.each(paths.map((path) => [path.name, path] as const))('%s tells what the reference decides', async (name, path) => {
    await drive(room, path, { tally: tallyOf(name) });
    isBalanced(name);
  });

  it.each([
    ['caseChanged', caseChanged],
    ['reminderDue', reminderDue],
  ] as const)('the subscription %s tells what the reference decides', async (name, subject) => {
    judge(name, await listenToAll(room, subject), tallyOf(name));
    isBalanced(name);
  });

  it('ten thousand decisions and more, each counted once, were held against the reference', () => {
    const all = [...tallies.values()].reduce((sum, { allowed, denied }) => sum + allowed.size + denied.size, 0);
    expect(all).toBeGreaterThan(10_000);
  });
});
