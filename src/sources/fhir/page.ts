/** One page of a search: its resources, what comes next, when the server made it, and whether the server did what
 *  was asked. Pure. An OperationOutcome among the entries is the server talking about the search, not a resource. */
import type { Message } from '../../records/index.js';
import { openBundle, outcomeIssues, readBundle, type Bundle } from '../formats/fhir/bundle.js';
import { object, objects, text, type Json } from '../formats/fhir/fields.js';
import { instantOf } from '../formats/fhir/instants.js';
import type { Answer } from './transport.js';

export interface Page {
  readonly messages: readonly Message[];
  readonly next: string | null;
  readonly total: number | null;
  /** The server's own time, an overlap earlier: a change may be stamped a little before it can be seen. */
  readonly mark: string | null;
  /** The server passed over `_lastUpdated`, and gave everything. */
  readonly unfiltered: boolean;
  /** The code of an error that the server reports among the entries. */
  readonly error: string | null;
}

const overlapMs = 30_000;

const linkOf = (bundle: Bundle, relation: string): string | null =>
  text(objects(bundle.head['link']).find((one) => one['relation'] === relation)?.['url']);

function markOf(bundle: Bundle, answer: Answer): string | null {
  const said = instantOf(object(bundle.head['meta'])?.['lastUpdated']) ?? answer.date;
  const ms = said === null ? Number.NaN : Date.parse(said);
  return Number.isNaN(ms) ? null : `${new Date(ms - overlapMs).toISOString().slice(0, 19)}Z`;
}

/** Epic's numbers for "unknown parameter, ignored"; others say so in words. */
const ignoredCodes: readonly string[] = ['4122', '59100'];
const ignoredWords = /ignor|unknown|unsupported|not supported|unrecogni[sz]ed/i;

function saysIgnored(issue: Json): boolean {
  const details = object(issue['details']);
  if (objects(details?.['coding']).some((one) => ignoredCodes.includes(text(one['code']) ?? ''))) return true;
  const words = `${text(details?.['text']) ?? ''} ${text(issue['diagnostics']) ?? ''}`;
  return words.includes('_lastUpdated') && (ignoredWords.test(words) || issue['code'] === 'not-supported');
}

/** A server says what it really searched for in the self link; one that shows none, or echoes the question, is judged by
 *  what it gave: something older than what was asked for. */
function passedOver(bundle: Bundle, messages: readonly Message[], asked: string): boolean {
  if (outcomeIssues(bundle).some(saysIgnored)) return true;
  const self = linkOf(bundle, 'self');
  if (self !== null && self.includes('?') && !/[?&]_lastUpdated=/i.test(self)) return true;
  return messages.some(
    (message) =>
      message.outcome === 'mapped' &&
      message.records.some((one) => one.sourceUpdatedAt !== null && Date.parse(one.sourceUpdatedAt) < Date.parse(asked)),
  );
}

export interface Question {
  /** The server's base URL. */
  readonly home: string;
  /** The `_lastUpdated` of this search, if it has one. */
  readonly asked: string | null;
}

/** Throws Unreadable where the answer is no Bundle. */
export function readPage(answer: Answer, { home, asked }: Question): Page {
  const bundle = openBundle(answer.text, home);
  const found = { ...bundle, entries: bundle.entries.filter((entry) => entry.type !== 'OperationOutcome') };
  const messages = [...readBundle(found)];
  const failed = outcomeIssues(bundle).find((issue) => issue['severity'] === 'error' || issue['severity'] === 'fatal');
  const total = bundle.head['total'];
  return {
    messages,
    next: linkOf(bundle, 'next'),
    total: typeof total === 'number' ? total : null,
    mark: markOf(bundle, answer),
    unfiltered: asked !== null && passedOver(bundle, messages, asked),
    error: failed ? (text(failed['code']) ?? 'unknown') : null,
  };
}
