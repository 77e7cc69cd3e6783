/** What may be asked in one request, decided before it is validated: only registered documents where that is wanted, none
 *  that is too large, none that costs too much. Knows of no server: whatever takes documents asks here. What is wrong with
 *  a document in other ways is left to who executes it. */
import { Kind, parse, type DocumentNode, type GraphQLSchema } from 'graphql';
import { HubError } from '../kernel/index.js';
import type { CostRules } from './cost-rules.js';
import { costOf, type Cost } from './document-cost.js';
import { expectSize, fragmentsOf } from './document-size.js';
import { expectText } from './document-text.js';
import type { DocumentLimits } from './limits.js';
import { idOfText, readId, type TrustedDocuments } from './trusted-documents.js';

export interface GateOptions {
  readonly schema: GraphQLSchema;
  readonly limits: DocumentLimits;
  readonly costs: CostRules;
  readonly documents: TrustedDocuments;
  /** Only registered documents are answered. */
  readonly trustedOnly: boolean;
}

export interface Checked {
  /** The text of the document; null where the request holds none. */
  readonly query: string | null;
  readonly cost: number;
}

export interface Gate {
  /** @param request the body as it came: `query` or an id, `variables`, `operationName`.
   *  @throws HubError LIMIT_EXCEEDED, DOCUMENT_NOT_REGISTERED, PERSISTED_QUERY_NOT_FOUND or BAD_INPUT */
  checkDocument(request: unknown): Checked;
}

interface Prepared {
  readonly isTrusted: boolean;
  readonly refusal: HubError | null;
  readonly document: DocumentNode | null;
  readonly costs: Map<string, Cost | null>;
}

/** What is known of documents seen before; a stream of ever new ones must not fill the memory. */
const mostKeptCharacters = 4_000_000;

export function openGate(options: GateOptions): Gate {
  const { limits, documents, trustedOnly } = options;
  const kept = new Map<string, Prepared>();
  let keptCharacters = 0;

  const prepare = (text: string): Prepared => {
    const known = kept.get(text);
    if (known) return known;
    const made = look(text);
    if (keptCharacters + text.length > mostKeptCharacters) {
      kept.clear();
      keptCharacters = 0;
    }
    kept.set(text, made);
    keptCharacters += text.length;
    return made;
  };
  const look = (text: string): Prepared => {
    const isTrusted = documents.has(text);
    const nothing = { isTrusted, document: null, costs: new Map<string, Cost | null>() };
    if (trustedOnly && !isTrusted) return { ...nothing, refusal: notRegistered() };
    try {
      expectText(text, { mostTokens: limits.tokens });
      const document = parse(text, { maxTokens: limits.tokens });
      expectSize(document, limits);
      return { ...nothing, document, refusal: null };
    } catch (error) {
      return { ...nothing, refusal: error instanceof HubError ? error : null };
    }
  };
  const costFor = ({ document, costs }: Prepared, name: string): Cost | null => {
    const known = costs.get(name);
    if (known !== undefined || !document) return known ?? null;
    const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
    const operation =
      operations.find((one) => one.name?.value === name) ?? (name === '' && operations.length === 1 ? operations[0] : undefined);
    const made = operation ? costOf({ schema: options.schema, rules: options.costs, operation, fragments: fragmentsOf(document) }) : null;
    if (operation) costs.set(name, made);
    return made;
  };

  return {
    checkDocument(request) {
      if (Array.isArray(request))
        throw new HubError('BAD_INPUT', `Expected one operation in a request, found a list of ${request.length}.`);
      const query = textOf(request, documents);
      if (query === null) return { query, cost: 1 };
      const prepared = prepare(query);
      if (prepared.refusal) throw prepared.refusal;
      const operationName = memberOf(request, 'operationName');
      const variables = memberOf(request, 'variables');
      const cost = costFor(prepared, typeof operationName === 'string' ? operationName : '');
      const amount = 1 + (cost?.(isRecord(variables) ? variables : {}) ?? 0);
      if (amount > limits.cost)
        throw new HubError(
          'LIMIT_EXCEEDED',
          `The request costs ${inWords(amount)}; ${inWords(limits.cost)} is the most. Ask for shorter pages, or for less at once.`,
        );
      return { query, cost: amount };
    },
  };
}

const inWords = (number: number): string => number.toLocaleString('en-US');
const notRegistered = (): HubError =>
  new HubError('DOCUMENT_NOT_REGISTERED', 'This hub answers registered documents only. Have this one registered, or use one that is.');

/** The text that a request holds or names. */
function textOf(request: unknown, documents: TrustedDocuments): string | null {
  const query = memberOf(request, 'query');
  const text = typeof query === 'string' ? query : null;
  const ids = [memberOf(request, 'documentId'), memberOf(memberOf(memberOf(request, 'extensions'), 'persistedQuery'), 'sha256Hash')];
  const [said, ...more] = ids.filter((id) => id !== undefined && id !== null);
  if (said === undefined) return text;
  const id = typeof said === 'string' ? readId(said) : null;
  if (id === null || more.some((other) => typeof other !== 'string' || readId(other) !== id))
    throw new HubError('BAD_INPUT', 'Expected one SHA-256 in hexadecimal as the id of a document, found something else.');
  if (text !== null) {
    if (idOfText(text) === id || idOfText(text.trim()) === id) return text;
    throw new HubError('BAD_INPUT', 'Expected the id of the document beside it, found that of another.');
  }
  const found = documents.find(id);
  if (found !== null) return found;
  throw new HubError('PERSISTED_QUERY_NOT_FOUND', 'No document with this id is registered.');
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const memberOf = (value: unknown, name: string): unknown => (isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined);
