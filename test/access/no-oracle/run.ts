/** Drives a path with made-up viewers and nodes, and tells where hub and reference do not agree. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { Decision, Path } from './path.js';
import type { Viewer } from './reference.js';
import { Disagreement, type Room } from './room.js';

/** Of one viewer, node and path a decision counts once, however often it was made. */
export interface Tally {
  readonly allowed: Set<string>;
  readonly denied: Set<string>;
}
/** As a share of the path's own operations. */
export interface Driving {
  readonly share?: number;
  readonly tally?: Tally;
}

export function judge(what: string, decisions: readonly Decision[], tally?: Tally): void {
  for (const { allowed, node } of decisions) if (allowed !== undefined) tally?.[allowed ? 'allowed' : 'denied'].add(`${what} ${node}`);
  const wrong = decisions.filter(({ expected, found }) => !isDeepStrictEqual(expected, found));
  if (wrong.length === 0) return;
  const some = wrong.slice(0, 4).map((one) => JSON.stringify(one));
  throw new Disagreement(`${what}: ${wrong.length} of ${decisions.length} are not as they should be\n${some.join('\n')}`);
}

function property(room: Room, path: Path, { tally }: Driving = {}): fc.IAsyncPropertyWithHooks<[Draw]> {
  const { reference } = room;
  const viewers = path.asks?.(reference, room.viewers) ?? room.viewers;
  const all = path.nodes(reference);
  const nearTo = new Map(viewers.map((viewer) => [viewer, path.near(reference, viewer)]));
  const able = viewers.filter((viewer) => (nearTo.get(viewer)?.length ?? 0) > 0);
  return fc.asyncProperty(draw(path), async ({ who, isAble, picks }) => {
    const some = isAble && able.length > 0 ? able : viewers;
    const viewer = some[who % some.length] as Viewer;
    const near = nearTo.get(viewer) ?? [];
    const chosen = picks.map(({ isNear, at, twist }) => {
      const pool = isNear && near.length > 0 ? near : all;
      return { n: pool[at % pool.length] as number, twist };
    });
    judge(`${path.name} by ${JSON.stringify(viewer)}`, await path.ask(room, viewer, chosen), tally);
  });
}

interface Draw {
  readonly who: number;
  readonly isAble: boolean;
  readonly picks: readonly { readonly isNear: boolean; readonly at: number; readonly twist: number }[];
}
/** More often than not whoever may see something there, and what is near them: else nearly all would be denied. */
const draw = ({ atOnce, fromAnywhere = 3 }: Path): fc.Arbitrary<Draw> => {
  const outOf = (all: number, few: number): fc.Arbitrary<boolean> => fc.integer({ min: 1, max: all }).map((of) => of > few);
  const pick = fc.record({ isNear: outOf(10, fromAnywhere), at: fc.nat(), twist: fc.nat() });
  return fc.record({
    who: fc.nat(),
    isAble: outOf(4, 1),
    picks: fc.array(pick, { minLength: atOnce, maxLength: atOnce, size: 'max' }),
  });
};

/** Ends at the first operation that goes wrong: what is wrong in it is listed, a smaller one would tell no more. */
const parametersOf = (room: Room, path: Path, { share = 1 }: Driving) => ({
  seed: room.seed,
  numRuns: Math.max(1, Math.round(path.operations * share)),
  endOnFailure: true,
});

export async function drive(room: Room, path: Path, driving: Driving = {}): Promise<void> {
  await fc.assert(property(room, path, driving), parametersOf(room, path, driving));
}

/** On which of the paths hub and reference disagree first: what a mutant must bring about. A statement that does not run shows
 *  nothing, and proves nothing. */
export async function caughtOn(room: Room, paths: readonly Path[], driving: Driving = {}): Promise<string | null> {
  for (const path of paths) {
    const { failed, errorInstance } = await fc.check(property(room, path, driving), parametersOf(room, path, driving));
    if (failed && !(errorInstance instanceof Disagreement)) throw errorInstance;
    if (failed) return path.name;
  }
  return null;
}
