/** A Bundle (searchset, transaction, batch, collection, history ...) cut into its resources, each with the text it was
 *  sent in. Only what is asked for is parsed: the entries of types that are not taken are counted by their name alone. */
import type { Message } from '../../../records/index.js';
import { object, objects, text, type Json } from './fields.js';
import { eachElement, eachMember, parsed, skipBlanks, sniff } from './json-spans.js';
import { isTaken, readResource } from './mapping.js';
import { alone, splitUrl, type Surroundings } from './references.js';
import { Unreadable } from './unreadable.js';

export interface Entry {
  readonly fullUrl: string | null;
  /** Null where the entry holds no resource. */
  readonly raw: string | null;
  readonly type: string | null;
  readonly id: string | null;
  /** The entry's `search` and `request`, where it has them. */
  readonly about: Json;
}
export interface Bundle extends Surroundings {
  /** Everything but the entries. */
  readonly head: Json;
  readonly entries: readonly Entry[];
}

function openEntry(json: string, at: number, add: (entry: Entry) => void): number {
  let fullUrl: string | null = null;
  let raw: string | null = null;
  const about: Record<string, unknown> = {};
  const after = eachMember(json, at, (key, start, end) => {
    if (key === 'resource') raw = json.slice(start, end());
    else if (key === 'fullUrl') fullUrl = text(parsed(json, start, end()));
    else if (key === 'search' || key === 'request') about[key] = parsed(json, start, end());
  });
  const [type = null, id = null] = raw === null ? [] : sniffed(raw);
  add({ fullUrl, raw, type, id, about });
  return after;
}

/** What a broken resource is, is for the mapping to find: it is set aside alone. */
function sniffed(raw: string): (string | null)[] {
  try {
    return sniff(raw, 'resourceType', 'id');
  } catch {
    return [];
  }
}

/** The key of an entry, by its id or else by its fullUrl. */
function keyOf({ type, id, fullUrl }: Entry): string | null {
  if (type === null) return null;
  if (id !== null) return `${type}/${id}`;
  if (fullUrl === null) return null;
  if (fullUrl.startsWith('urn:')) return `${type}/${fullUrl.slice(fullUrl.lastIndexOf(':') + 1)}`;
  const key = splitUrl(fullUrl)?.key ?? null;
  return key?.startsWith(`${type}/`) === true ? key : null;
}

/** Throws Unreadable where the text is no Bundle, or ends before the Bundle does. `home` is the server's own base URL. */
export function openBundle(json: string, home: string | null = null): Bundle {
  const head: Record<string, unknown> = {};
  const entries: Entry[] = [];
  const from = skipBlanks(json, 0);
  const after = eachMember(json, from, (key, start, end) => {
    if (key === 'entry') return eachElement(json, start, (at) => openEntry(json, at, (entry) => entries.push(entry)));
    head[key] = parsed(json, start, end());
    return undefined;
  });
  if (skipBlanks(json, after) < json.length) throw new Unreadable('NOT_JSON', 'text follows the Bundle');
  if (head['resourceType'] !== 'Bundle') throw new Unreadable('NOT_FHIR', 'expected a Bundle');
  const keys = new Map<string, string>();
  const bases = new Set<string>(home === null ? [] : [home.replace(/\/+$/, '')]);
  for (const entry of entries) {
    if (entry.fullUrl === null) continue;
    const split = entry.fullUrl.startsWith('http') ? splitUrl(entry.fullUrl) : null;
    if (split) bases.add(split.base);
    const key = keyOf(entry);
    if (key !== null && key !== split?.key) keys.set(entry.fullUrl, key);
  }
  return { head, entries, keyOf: keys, bases };
}

function* readEntry(entry: Entry, bundle: Bundle): Generator<Message> {
  if (entry.raw === null) {
    const request = object(entry.about['request']);
    const gone = request?.['method'] === 'DELETE' ? splitUrl(`/${(text(request['url']) ?? '').replace(/^\//, '')}`) : null;
    if (gone && isTaken(gone.key.slice(0, gone.key.indexOf('/')))) yield { outcome: 'deleted', key: gone.key };
  } else if (entry.type === 'Bundle') {
    yield* readText(entry.raw);
  } else {
    yield readResource(entry.raw, { keyOf: bundle.keyOf, bases: bundle.bases, key: keyOf(entry) }, entry.type);
  }
}

export function* readBundle(bundle: Bundle): Generator<Message> {
  for (const entry of bundle.entries) yield* readEntry(entry, bundle);
}

/** Whatever a file or a line holds: a Bundle's messages, or the one of a resource. Unreadable text is one rejection, whole. */
export function* readText(json: string): Generator<Message> {
  let bundle: Bundle | null = null;
  let type: string | null = null;
  try {
    [type = null] = sniff(json, 'resourceType');
    if (type === 'Bundle') bundle = openBundle(json);
  } catch (fault) {
    if (!(fault instanceof Unreadable)) throw fault;
    yield { outcome: 'rejected', code: fault.code, reason: fault.message, raw: json };
    return;
  }
  if (bundle) yield* readBundle(bundle);
  else yield readResource(json, alone, type);
}

/** What an OperationOutcome of a search says: severity and code, never its text, which may quote the search. */
export function outcomeIssues(bundle: Bundle): Json[] {
  return bundle.entries
    .filter((entry) => entry.type === 'OperationOutcome' && entry.raw !== null)
    .flatMap((entry) => {
      try {
        return [...objects(object(JSON.parse(entry.raw as string))?.['issue'])];
      } catch {
        return [];
      }
    });
}
