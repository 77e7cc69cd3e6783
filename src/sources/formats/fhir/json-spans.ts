/** Finds where the parts of a JSON text lie without parsing them, so that a Bundle can be cut into its resources as
 *  they were sent: each keeps its own text, its decimals' digits included, and one broken resource spoils no other.
 *  It trusts only what it needs (quotes, brackets, commas); what a part means is JSON.parse's to say. */
import { text } from './fields.js';
import { Unreadable } from './unreadable.js';

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

const cutOff = (): Unreadable => new Unreadable('TRUNCATED', 'the JSON text ends in the middle');
const notJson = (what: string): Unreadable => new Unreadable('NOT_JSON', `expected ${what} in the JSON text`);

export function skipBlanks(json: string, at: number): number {
  let i = at;
  for (; i < json.length; i++) {
    const c = json.charCodeAt(i);
    if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09 && c !== 0xfeff) break;
  }
  return i;
}

/** From an opening quote to just after the closing one. Strings of a resource are short: a loop beats indexOf. */
function skipString(json: string, at: number): number {
  const length = json.length;
  for (let i = at + 1; i < length; i++) {
    const c = json.charCodeAt(i);
    if (c === quote) return i + 1;
    if (c === backslash) i++;
  }
  throw cutOff();
}

function skipNested(json: string, at: number): number {
  const length = json.length;
  let depth = 0;
  for (let i = at; i < length; i++) {
    const c = json.charCodeAt(i);
    if (c <= comma && c !== quote) continue;
    if (c === quote) i = skipString(json, i) - 1;
    else if (c === openBrace || c === openBracket) depth++;
    else if ((c === closeBrace || c === closeBracket) && --depth === 0) return i + 1;
  }
  throw cutOff();
}

/** From the first character of a value to just after its last. */
function skipValue(json: string, at: number): number {
  const c = json.charCodeAt(at);
  if (c === quote) return skipString(json, at);
  if (c === openBrace || c === openBracket) return skipNested(json, at);
  let i = at;
  for (; i < json.length; i++) {
    const next = json.charCodeAt(i);
    if (next === comma || next === closeBrace || next === closeBracket || next <= 0x20) break;
  }
  if (i >= json.length && at > 0) throw cutOff();
  if (i === at) throw notJson('a value');
  return i;
}

/** What a visitor is told of a member: its name, and where its value begins. `end` finds where the value ends. */
export type MemberVisitor = (key: string, start: number, end: () => number) => number | 'enough' | void;

/** Visits each member of the object that begins at `at`, and answers where the object ends. A visitor that has gone
 *  through the value itself answers where it ends, so that nothing is scanned twice; `enough` ends the visit. */
export function eachMember(json: string, at: number, visit: MemberVisitor): number {
  if (at >= json.length) throw cutOff();
  if (json.charCodeAt(at) !== openBrace) throw notJson('an object');
  let i = skipBlanks(json, at + 1);
  if (json.charCodeAt(i) === closeBrace) return i + 1;
  for (;;) {
    if (i >= json.length) throw cutOff();
    if (json.charCodeAt(i) !== quote) throw notJson('a member name');
    const afterKey = skipString(json, i);
    const mark = skipBlanks(json, afterKey);
    if (mark >= json.length) throw cutOff();
    if (json.charCodeAt(mark) !== colon) throw notJson('a colon');
    const start = skipBlanks(json, mark + 1);
    if (start >= json.length) throw cutOff();
    let found = -1;
    const end = (): number => (found === -1 ? (found = skipValue(json, start)) : found);
    const seen = visit(json.slice(i + 1, afterKey - 1), start, end);
    if (seen === 'enough') return start;
    i = skipBlanks(json, typeof seen === 'number' ? seen : end());
    if (i >= json.length) throw cutOff();
    if (json.charCodeAt(i) === closeBrace) return i + 1;
    if (json.charCodeAt(i) !== comma) throw notJson('a comma or the end of the object');
    i = skipBlanks(json, i + 1);
  }
}

/** Goes through the elements of the array that begins at `at`; `visit` answers where each ends. Answers where the array ends. */
export function eachElement(json: string, at: number, visit: (start: number) => number): number {
  if (json.charCodeAt(at) !== openBracket) throw notJson('an array');
  let i = skipBlanks(json, at + 1);
  if (json.charCodeAt(i) === closeBracket) return i + 1;
  for (;;) {
    if (i >= json.length) throw cutOff();
    i = skipBlanks(json, visit(i));
    if (json.charCodeAt(i) === closeBracket) return i + 1;
    if (json.charCodeAt(i) !== comma) throw i >= json.length ? cutOff() : notJson('a comma or the end of the array');
    i = skipBlanks(json, i + 1);
  }
}

export function parsed(json: string, start: number, end: number): unknown {
  try {
    return JSON.parse(json.slice(start, end));
  } catch {
    throw notJson('a readable member');
  }
}

/** Top-level string members of an object's text, without parsing the rest; null for one that is not there. */
export function sniff(json: string, ...keys: readonly string[]): (string | null)[] {
  const found = new Map<string, string | null>();
  eachMember(json, skipBlanks(json, 0), (key, start, end) => {
    if (keys.includes(key) && !found.has(key)) found.set(key, text(parsed(json, start, end())));
    return found.size === keys.length ? 'enough' : undefined;
  });
  return keys.map((key) => found.get(key) ?? null);
}

/** Whether a text that JSON.parse refused merely ends too early. */
export function isCutOff(json: string): boolean {
  try {
    eachMember(json, skipBlanks(json, 0), () => undefined);
    return false;
  } catch (fault) {
    return fault instanceof Unreadable && fault.code === 'TRUNCATED';
  }
}
