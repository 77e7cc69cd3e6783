/** Looks at the text of a document before it is parsed. The parser gives up at too many tokens without saying how many there were,
 *  and goes one call deeper for each bracket: a value that is nested some thousand deep would take the stack away from it,
 *  which is a fault of the hub and no refusal. */
import { Lexer, Source } from 'graphql';
import { HubError } from '../kernel/index.js';

/** Brackets of any kind within brackets. Our own documents stay below twenty. */
const deepest = 200;

/** @throws HubError LIMIT_EXCEEDED; GraphQLError where it is no text of tokens */
export function expectText(text: string, { mostTokens }: { readonly mostTokens: number }): void {
  const mayBeDeep = (text.match(/[{[(]/g)?.length ?? 0) > deepest;
  if (text.length <= mostTokens && !mayBeDeep) return;
  const lexer = new Lexer(new Source(text));
  let [found, depth, deep] = [0, 0, 0];
  for (let { kind } = lexer.advance(); kind !== '<EOF>'; { kind } = lexer.advance()) {
    found += 1;
    if (kind === '{' || kind === '[' || kind === '(') depth += 1;
    if (kind === '}' || kind === ']' || kind === ')') depth -= 1;
    deep = Math.max(deep, depth);
  }
  if (found > mostTokens) throw refusal(`has ${inWords(found)} tokens; ${inWords(mostTokens)} is the most.`);
  if (deep > deepest) throw refusal(`is nested ${inWords(deep)} brackets deep; ${inWords(deepest)} is the most.`);
}

const refusal = (what: string): HubError => new HubError('LIMIT_EXCEEDED', `The document ${what}`);
const inWords = (number: number): string => number.toLocaleString('en-US');
