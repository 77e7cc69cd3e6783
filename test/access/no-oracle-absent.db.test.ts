/** What may not be known of looks like what is not there: the same answer, byte for byte, after the same number of statements, on every
 *  path that is asked by an id or by words. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { chosenSeed } from '../support/seed.js';
import { madeUp, ofNothing, overheard, type Json } from './no-oracle/made-up.js';
import { paths } from './no-oracle/paths.js';
import type { Viewer } from './no-oracle/reference.js';
import { openRoom, type Room } from './no-oracle/room.js';

const seed = chosenSeed();
let room: Room;
let sent: string[] = [];
beforeAll(async () => {
  room = await openRoom(seed);
  room.alter = (flight) => {
    sent.push(flight.name);
    return flight;
  };
});
afterEach(() => {
  sent = [];
});
afterAll(() => room.close());

/** The body as it came, and by which statements it was answered. */
async function asked(viewer: Viewer, document: string, variables: Json): Promise<{ readonly body: string; readonly statements: string[] }> {
  sent = [];
  const answer = await room.hear(viewer, document, variables);
  return { body: answer.slice(0, answer.lastIndexOf('\n')), statements: sent.toSorted() };
}

/** Some of the numbers, from all over, so many at a time. */
function spread(all: readonly number[], { each, times, from }: { each: number; times: number; from: number }): number[][] {
  const step = Math.max(1, Math.floor(all.length / (each * times)));
  return Array.from({ length: times }, (_t, time) =>
    Array.from({ length: each }, (_e, at) => all[(from + (time * each + at) * step) % all.length]!),
  );
}

const byIdOrWord = paths.filter(({ atOnce }) => atOnce > 1).map((path) => [path.name, path] as const);

describe(`in the hospital that HUB_TEST_SEED=${seed} makes`, () => {
  it.each(byIdOrWord)('%s', async (_name, path) => {
    let compared = 0;
    for (const [at, viewer] of room.viewers.entries()) {
      if (at % 2 !== (seed & 1)) continue; // one of the two of each role and purpose
      for (const numbers of spread(path.nodes(room.reference), { each: path.atOnce, times: 4, from: at })) {
        const question = await overheard(room, path, { viewer, numbers });
        const { document, variables } = question;
        const [known, unheard] = [await asked(viewer, document, variables), await asked(viewer, document, madeUp(variables))];
        expect([viewer, unheard.statements]).toEqual([viewer, known.statements]);
        const denied = ofNothing(question);
        if (denied === null) continue;
        expect([viewer, await asked(viewer, document, denied)]).toEqual([viewer, await asked(viewer, document, madeUp(denied))]);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(2);
  });
});
