/** The jobs that changed rows ask for: patient records are linked to persons, facts are labelled and joined. One job a
 *  range of ids, and never one a record: a range counts both ends and spans at most 1,000 ids. Pure. */
import { type JobRequest, requestJob } from '../../kernel/index.js';

const widest = 1000n;

export interface IdRange {
  readonly fromId: string;
  readonly toId: string;
}

export function idRanges(ids: readonly string[]): IdRange[] {
  const sorted = [...new Set(ids)].map(BigInt).sort((a, b) => (a < b ? -1 : 1));
  const ranges: { from: bigint; to: bigint }[] = [];
  for (const id of sorted) {
    const last = ranges.at(-1);
    if (last && id - last.from < widest) last.to = id;
    else ranges.push({ from: id, to: id });
  }
  return ranges.map(({ from, to }) => ({ fromId: String(from), toId: String(to) }));
}

export function followUps(changed: ReadonlyMap<string, readonly string[]>, generation: number): JobRequest[] {
  return [...changed].flatMap(([table, ids]): JobRequest[] =>
    idRanges(ids).map((range) =>
      table === 'patient_record' ? requestJob('linkRange', range) : requestJob('labelRange', { table, ...range, generation }),
    ),
  );
}
