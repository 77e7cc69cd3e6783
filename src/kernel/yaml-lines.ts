/** YAML that remembers its lines, so that a problem can name the row a person has to change.
 *  The parser's own messages quote the text they stumble over; ours never do, because the text may be a secret. */
import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { pathText, type Problem } from './expected.js';

export interface YamlLines {
  readonly value: unknown;
  /** Syntax problems as finished lines; empty where the text could be read. */
  readonly unreadable: readonly string[];
  /** A problem as a finished line: `hub.yaml:3 sources[0].kind: expected ...`. */
  say(problem: Problem): string;
  lineOf(path: readonly PropertyKey[]): number;
}

const faults: Partial<Record<string, string>> = {
  DUPLICATE_KEY: 'a key stands twice in one mapping',
  BAD_INDENT: 'the indentation does not fit the lines around it, or a bracket is not closed',
  TAB_AS_INDENT: 'a tab is used for indentation, expected spaces',
  MISSING_CHAR: 'a closing bracket, quote, comma or colon is missing',
  MULTIPLE_DOCS: 'a second document begins here, expected one',
  NON_STRING_KEY: 'a key is not a plain word',
  BAD_ALIAS: 'an alias names no anchor',
};

/** @param name how the file is called in messages */
export function readYamlLines(name: string, source: string): YamlLines {
  const counter = new LineCounter();
  const document = parseDocument(source, { lineCounter: counter, prettyErrors: false, stringKeys: true });
  const place = (offset: number): number => Math.max(1, counter.linePos(offset).line);
  const lineOf = (path: readonly PropertyKey[], atKey = false): number => place(offsetOf(document, path, atKey));
  const unreadable = document.errors.map(
    (fault) =>
      `${name}:${place(fault.pos[0])}: expected YAML, found that ${faults[fault.code] ?? `it breaks the rules of YAML (${fault.code})`}`,
  );
  return {
    value:
      unreadable.length > 0
        ? null
        : plainValue(document, () => unreadable.push(`${name}: expected YAML, found aliases that cannot be resolved`)),
    unreadable,
    lineOf: (path) => lineOf(path),
    say: ({ path, says, atKey }) => `${name}:${lineOf(path, atKey)}${path.length > 0 ? ` ${pathText(path)}` : ''}: ${says}`,
  };
}

function plainValue(document: Document, onFault: () => void): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch {
    onFault(); // an alias without its anchor, or a "billion laughs" text
    return null;
  }
}

/** Where a setting stands: its key where asked for or where it has no value, else its value, else its nearest parent. */
function offsetOf(document: Document, path: readonly PropertyKey[], atKey: boolean): number {
  for (let depth = path.length; depth > 0; depth--) {
    const key = keyOffset(document, path.slice(0, depth));
    const node: unknown = document.getIn(path.slice(0, depth), true);
    const value = isNode(node) && node.range ? node.range[0] : null;
    if (depth === path.length && atKey && key !== null) return key;
    if (value !== null && !(isScalar(node) && node.value === null)) return isMap(node) ? (key ?? value) : value;
    if (key !== null) return key;
  }
  return document.contents?.range?.[0] ?? 0;
}

function keyOffset(document: Document, path: readonly PropertyKey[]): number | null {
  const parent: unknown = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  if (!isMap(parent)) return null;
  const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === path.at(-1));
  return pair && isScalar(pair.key) && pair.key.range ? pair.key.range[0] : null;
}
