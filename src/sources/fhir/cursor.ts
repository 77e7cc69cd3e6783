/** How far the walk over a server has come, in the flat form that the host keeps. Between runs it holds a watermark per
 *  type; within a run also the type being walked, the page to go on with, and how much of that page is done. */
import type { Cursor } from '../../records/index.js';

export interface Walk {
  readonly type: string;
  /** The page to read; null for the first. */
  readonly page: string | null;
  /** Entries of that page that are done. */
  readonly done: number;
  /** The server's time at the walk's first page: the type's watermark once the walk is over. */
  readonly mark: string | null;
  /** The `_lastUpdated` that the server was asked for; null in a walk over everything. */
  readonly asked: string | null;
  /** The server passed over that filter, or would not have it: the walk is over everything after all. */
  readonly refused: boolean;
  /** Whether a record was seen, and whether each one said when it was last changed. */
  readonly seen: boolean;
  readonly dated: boolean;
}

export interface Progress {
  readonly walk: Walk | null;
  /** The server's base URL while the walk was under way; null where nothing says it. */
  readonly home: string | null;
  /** Whether the run in progress reads everything on purpose. */
  readonly full: boolean;
  readonly since: ReadonlyMap<string, string>;
  /** Types whose `_lastUpdated` the server ignores or cannot serve: they are walked whole each time. */
  readonly whole: ReadonlySet<string>;
}

export const firstPage = (type: string, asked: string | null): Walk => ({
  type,
  page: null,
  done: 0,
  mark: null,
  asked,
  refused: false,
  seen: false,
  dated: true,
});

const textAt = (cursor: Cursor, key: string): string | null => {
  const value = cursor[key];
  return typeof value === 'string' ? value : null;
};

export function readProgress(cursor: Cursor | null, types: readonly string[]): Progress {
  const from = cursor ?? {};
  const since = new Map<string, string>();
  for (const type of types) {
    const mark = textAt(from, `since.${type}`);
    if (mark !== null) since.set(type, mark);
  }
  const type = textAt(from, 'walk');
  const walk =
    type !== null && types.includes(type)
      ? {
          type,
          page: textAt(from, 'page'),
          done: Number(from['done'] ?? 0),
          mark: textAt(from, 'mark'),
          asked: textAt(from, 'asked'),
          refused: from['refused'] === true,
          seen: from['seen'] === true,
          dated: from['dated'] !== false,
        }
      : null;
  return {
    walk,
    home: textAt(from, 'home'),
    full: walk !== null && from['full'] === true,
    since,
    whole: new Set(types.filter((one) => from[`whole.${one}`] === true)),
  };
}

export function writeProgress({ walk, home, full, since, whole }: Progress): Cursor {
  const cursor: { [key: string]: string | number | boolean | null } = { walk: walk?.type ?? null };
  if (walk)
    Object.assign(cursor, {
      page: walk.page,
      done: walk.done,
      mark: walk.mark,
      asked: walk.asked,
      refused: walk.refused,
      seen: walk.seen,
      dated: walk.dated,
      full,
      home,
    });
  for (const [type, mark] of since) cursor[`since.${type}`] = mark;
  for (const type of whole) cursor[`whole.${type}`] = true;
  return cursor;
}

/** The walk over the next type that this source supplies, or none: the run is over. */
function nextWalk({ since, whole, full }: Progress, types: readonly string[], after: string | null): Walk | null {
  const type = types[after === null ? 0 : types.indexOf(after) + 1];
  return type === undefined ? null : firstPage(type, full || whole.has(type) ? null : (since.get(type) ?? null));
}

/** Where a run starts: where the last one was cut short, else at the first type. */
export function begin(cursor: Cursor | null, types: readonly string[], full: boolean): Progress {
  const before = readProgress(cursor, types);
  if (before.walk !== null && (before.full || !full)) return before;
  const fresh = { ...before, full };
  return { ...fresh, walk: nextWalk(fresh, types, null) };
}

/** The same walk again, from its first page. */
export const walkAgain = ({ type, asked, refused }: Walk): Walk => ({ ...firstPage(type, asked), refused });

/** What a finished walk says of the next run. A type whose resources carry no date of change must be walked whole: asking
 *  for what changed would find nothing, ever. A full run gives a server that once ignored the filter another chance. */
export function conclude(progress: Progress, walk: Walk, types: readonly string[]): Progress {
  const since = new Map(progress.since);
  const whole = new Set(progress.whole);
  if (walk.refused) whole.add(walk.type);
  else if (progress.full) whole.delete(walk.type);
  const found = walk.asked !== null ? !walk.refused : walk.seen && walk.dated && !whole.has(walk.type);
  if (found && walk.mark !== null) since.set(walk.type, walk.mark);
  else if (walk.asked === null || walk.refused) since.delete(walk.type);
  const done = { ...progress, since, whole };
  return { ...done, walk: nextWalk(done, types, walk.type) };
}
