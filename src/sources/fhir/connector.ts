/** A FHIR R4 server as a source: each type that it supplies is searched, page by page along the `next` links. After a
 *  whole walk the server's own time is kept as the type's watermark, and the next run asks only for what changed since,
 *  where the server honours `_lastUpdated`; elsewhere it walks everything again and the host's content hash does the rest. */
import { HubError } from '../../kernel/index.js';
import type { Batch, Cursor } from '../../records/index.js';
import { batchLimit, type Connector, type PullOptions } from '../contract.js';
import { Unreadable } from '../formats/fhir/unreadable.js';
import type { FhirSettings } from '../settings.js';
import { isAtHome, openClient, type FhirClient } from './client.js';
import { begin, conclude, firstPage, walkAgain, writeProgress, type Progress, type Walk } from './cursor.js';
import { readPage, type Page } from './page.js';
import { HttpStatus, type Answer } from './transport.js';

const defaultPageSize = 500;

interface Server {
  readonly settings: FhirSettings;
  readonly client: FhirClient;
  readonly signal: AbortSignal | undefined;
}

const ask = ({ client, settings, signal }: Server, walk: Walk): Promise<Answer> =>
  walk.page !== null
    ? client.next(walk.page, signal)
    : client.search(
        walk.type,
        { _count: String(settings.pageSize ?? defaultPageSize), ...(walk.asked === null ? {} : { _lastUpdated: `ge${walk.asked}` }) },
        signal,
      );

/** What cannot be mended by trying again, in words an engineer can act on. */
function refusal(name: string, type: string, fault: unknown): unknown {
  if (fault instanceof Unreadable)
    return new HubError(
      'SOURCE_ANSWER_UNREADABLE',
      `Source ${name} answered the search for ${type} with something other than a Bundle: ${fault.message}.`,
    );
  if (!(fault instanceof HttpStatus)) return fault;
  if (fault.status === 401 || fault.status === 403)
    return new HubError(
      'SOURCE_UNREACHABLE',
      `Source ${name} does not let the hub read ${type} (HTTP ${fault.status}). Check sources[].auth and the rights of that account.`,
    );
  return new HubError(
    'SOURCE_ANSWER_UNREADABLE',
    `Source ${name} cannot be searched for ${type} (HTTP ${fault.status}). Check sources[].url and supplies.`,
  );
}

async function fetchPage(server: Server, walk: Walk): Promise<Page> {
  const page = readPage(await ask(server, walk), { home: server.settings.url, asked: walk.asked });
  if (page.error !== null)
    throw new HubError(
      'SOURCE_ANSWER_UNREADABLE',
      `Source ${server.settings.name} reports an error in its answer for ${walk.type} (${page.error}).`,
    );
  return page;
}

/** The walk to go on with where the server refuses this one: again from the first page where its paging session has
 *  expired (Epic keeps them for a while only), or without the filter that it does not know. Null where there is none. */
function otherWay(walk: Walk, fault: unknown, restarted: boolean): Walk | null {
  if (!(fault instanceof HttpStatus) || fault.status === 401 || fault.status === 403) return null;
  if (walk.page !== null) return restarted ? null : walkAgain(walk);
  return walk.asked !== null ? { ...firstPage(walk.type, null), refused: true } : null;
}

/** The walk once some of a page's messages are done, or all of them. */
function advance(walk: Walk, page: Page, done: number): Walk {
  const records = page.messages.slice(walk.done, done).flatMap((message) => (message.outcome === 'mapped' ? message.records : []));
  return {
    ...walk,
    page: done < page.messages.length ? walk.page : page.next,
    done: done < page.messages.length ? done : 0,
    mark: walk.mark ?? page.mark,
    refused: walk.refused || page.unfiltered,
    seen: walk.seen || records.length > 0,
    dated: walk.dated && records.every((one) => one.sourceUpdatedAt !== null),
  };
}

/** A part of a walk: the messages, where the walk stands after them, and whether that was all. */
interface Stretch {
  readonly messages: Batch['messages'];
  readonly walk: Walk;
  readonly over: boolean;
  readonly progress: number | null;
}

function* stretchesOf(page: Page, begun: Walk, read: number): Generator<Stretch> {
  let walk = begun;
  for (let from = walk.done; ;) {
    const to = Math.min(page.messages.length, from + batchLimit);
    walk = advance(walk, page, to);
    const ends = to >= page.messages.length;
    yield {
      messages: page.messages.slice(from, to),
      walk,
      over: ends && page.next === null,
      progress: page.total ? Math.min(1, (read + to) / page.total) : null,
    };
    if (ends) return;
    from = to;
  }
}

async function* walkPages(server: Server, begun: Walk): AsyncGenerator<Stretch> {
  const visited = new Set<string>();
  let walk = begun;
  let restarted = false;
  for (let read = 0; ;) {
    let page: Page;
    try {
      page = await fetchPage(server, walk);
    } catch (fault) {
      const other = otherWay(walk, fault, restarted);
      if (other === null) throw refusal(server.settings.name, walk.type, fault);
      restarted ||= walk.page !== null;
      walk = other;
      visited.clear();
      continue;
    }
    if (page.next !== null && visited.has(page.next))
      throw new HubError('SOURCE_ANSWER_UNREADABLE', `Source ${server.settings.name} leads its pages of ${walk.type} in a circle.`);
    if (page.next !== null) visited.add(page.next);
    for (const stretch of stretchesOf(page, walk, read)) {
      yield stretch;
      walk = stretch.walk;
      if (stretch.over) return;
    }
    read += page.messages.length;
  }
}

/** A walk that was cut short goes on at the address where it began. Has the source moved since, its page is as good as
 *  expired: at the old address nobody answers, or somebody else. */
function atThisAddress(before: Progress, home: string): Progress {
  const { walk } = before;
  const moved = walk !== null && walk.page !== null && ((before.home ?? home) !== home || !isAtHome(walk.page, home));
  return { ...before, home, walk: moved ? walkAgain(walk) : walk };
}

async function* pull(settings: FhirSettings, since: Cursor | null, { full = false, signal }: PullOptions): AsyncGenerator<Batch> {
  const server: Server = { settings, client: openClient(settings), signal };
  const types = [...new Set(settings.supplies)];
  let progress: Progress = atThisAddress(begin(since, types, full), settings.url.replace(/\/+$/, ''));
  while (progress.walk !== null) {
    const order = types.indexOf(progress.walk.type);
    for await (const { messages, walk, over, progress: share } of walkPages(server, progress.walk)) {
      progress = over ? conclude(progress, walk, types) : { ...progress, walk };
      yield { messages, cursor: writeProgress(progress), progress: (order + (over ? 1 : (share ?? 0))) / types.length };
    }
  }
}

export function openFhir(settings: FhirSettings): Connector {
  return { source: settings.name, pull: (since, options = {}) => pull(settings, since, options) };
}
