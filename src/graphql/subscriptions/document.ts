/** Reads what a stream is asked: one subscription, within the limits of every document. The same text is the same document,
 *  so that streams which ask the same share a compiled statement. */
import {
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ValidationRule,
} from 'graphql';

export interface Asked {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}
export interface SubscriptionDocument {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

const mostKept = 200;

/** @throws GraphQLError or an AggregateError of several */
export type ReadDocument = (asked: Asked) => SubscriptionDocument;

export function documentReader(schema: GraphQLSchema, rules: readonly ValidationRule[] = []): ReadDocument {
  const valid = new Map<string, DocumentNode>();
  const read = (query: string): DocumentNode => {
    const known = valid.get(query);
    if (known) return known;
    const document = parse(query);
    const errors = validate(schema, document, [...specifiedRules, ...rules]);
    if (errors.length > 0) throw new AggregateError(errors, 'the document cannot be taken');
    if (valid.size >= mostKept) valid.clear();
    valid.set(query, document);
    return document;
  };
  return ({ query, operationName }) => {
    const document = read(query);
    const operation = getOperationAST(document, operationName);
    if (!operation) throw new GraphQLError('Expected one operation, or the name of one of several.');
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION)
      throw new GraphQLError('Expected a subscription. Queries and mutations go to /graphql.');
    return { document, operation };
  };
}
