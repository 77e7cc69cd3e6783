/** Rows as ranges of ids, for jobs: a range counts both ends and spans at most so many ids. */
export const rangeRows = 1000;

export interface IdRange {
  readonly fromId: string;
  readonly toId: string;
}

/** As few ranges as will do.
 *  @param apart how many ids from one to the next a range may leap over: what lies between is worked on for nothing */
export function idRanges(ids: readonly string[], apart = rangeRows): IdRange[] {
  const sorted = [...new Set(ids)].map(BigInt).sort((a, b) => (a < b ? -1 : 1));
  const ranges: { from: bigint; to: bigint }[] = [];
  for (const id of sorted) {
    const last = ranges.at(-1);
    if (last && id - last.from < rangeRows && id - last.to <= apart) last.to = id;
    else ranges.push({ from: id, to: id });
  }
  return ranges.map(({ from, to }) => ({ fromId: String(from), toId: String(to) }));
}
