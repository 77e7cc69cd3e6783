/** Chance that is the same on every machine: a small seeded generator (mulberry32). Every person draws from a
 *  stream of their own, named by seed and person, so that person 5 is the same among 200 people and among 1,000. */
export interface Dice {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** A whole number between both ends, ends included. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Picks by weight; the weights need not add up to one. */
  weighted<T>(rows: readonly (readonly [value: T, weight: number])[]): T;
}

/** FNV-1a over the stream's name: neighbouring people must not get neighbouring states. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

export function castDice(...stream: readonly (string | number)[]): Dice {
  let state = hashOf(stream.join('/'));
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (list) => at(list, Math.floor(next() * list.length)),
    weighted: (rows) => {
      let left = next() * rows.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [value, weight] of rows) if ((left -= weight) < 0) return value;
      return at(rows, rows.length - 1)[0];
    },
  };
}

/** An element that is there by construction; a hole is a fault of the generator. */
export function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new RangeError(`The list has ${list.length} entries, none at ${index}.`);
  return found;
}
