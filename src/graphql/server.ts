/** The Apollo server: parsing and validation are Apollo's; execution is ours (execute.ts), and no answer leaves before its
 *  audit entries are durable. Limits have been kept before a document comes here (gate.ts). */
import { ApolloServer, HeaderMap, type ApolloServerPlugin, type GraphQLResponse } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, Kind, visit, type DocumentNode, type FormattedExecutionResult, type GraphQLSchema } from 'graphql';
import type { Audit } from '../access/index.js';
import { errorCatalogue, HubError, type ErrorCode, type Log } from '../kernel/index.js';
import { calledIn, entriesOf } from './audit-trail.js';
import type { OperationContext } from './context.js';
import { formatError } from './errors.js';
import { createExecutor } from './execute.js';
import { openedBy } from './opened-by.js';
import { JsonText, type Result } from './pass-through.js';
import { takePolicyInForce } from './policy-in-force.js';
import { hideSuggestions } from './suggestions.js';

export interface ServerOptions {
  readonly schema: GraphQLSchema;
  readonly audit: Audit;
  readonly log: Log;
  /** A development hub shows its schema to those who manage sources. */
  readonly development: boolean;
}

export function createApollo(options: ServerOptions): ApolloServer<OperationContext> {
  const { schema, log, development } = options;
  return new ApolloServer<OperationContext>({
    schema,
    introspection: true, // refused below to whom it is not for
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    logger: saysOnlyThat(log),
    hideSchemaDetailsFromClientErrors: !development,
    stringifyResult,
    formatError: (_formatted, error) => formatError(error, { log, requestId: null }),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      hideSuggestions(({ plan }) => development && plan.may('MANAGE_SOURCES')),
      answering(options),
    ],
  });
}

function answering({ schema, audit, log, development }: ServerOptions): ApolloServerPlugin<OperationContext> {
  const executeOperation = createExecutor(schema);
  const introspects = new WeakMap<DocumentNode, boolean>();
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ document, contextValue }) {
          const asks = introspects.get(document) ?? asksForSchema(document);
          introspects.set(document, asks);
          if (asks) await takePolicyInForce(contextValue); // what reads no row is not told of a newer policy by its statement
          if (asks && !(development && contextValue.plan.may('MANAGE_SOURCES'))) {
            contextValue.trail.refused = true;
            await audit.record(entriesOf(contextValue, null, false));
            const refusal = new HubError('INTROSPECTION_DISABLED', 'Only who manages sources may introspect, on a development hub.');
            throw new GraphQLError(refusal.message, { originalError: refusal, extensions: { http: { status: refusal.status } } });
          }
        },
        async responseForOperation({ document, operation, operationName, request, contextValue }): Promise<GraphQLResponse> {
          const result = await executeOperation({ document, operationName, variables: request.variables ?? {}, context: contextValue });
          const answer = markOpened(await audited(result, contextValue, calledIn(operation)), contextValue);
          return respond(answer, { log, requestId: contextValue.requestId });
        },
      };
    },
  };

  async function audited(result: Result, context: OperationContext, operation: string | null): Promise<Result> {
    try {
      await audit.record(entriesOf(context, operation, result.errors !== undefined));
      return result;
    } catch (error) {
      return { errors: [new GraphQLError('audit', { originalError: error as Error })] };
    }
  }
}

/** Where no data leaves, nothing was opened. */
const markOpened = (result: Result, context: OperationContext): Result =>
  result.data === undefined ? result : { ...result, ...openedBy(context) };

function respond(
  { data, errors: faults, extensions: marks }: Result,
  at: { readonly log: Log; readonly requestId: string },
): GraphQLResponse {
  const headers = new HeaderMap();
  const extensions = marks ? { extensions: { ...marks } } : {};
  if (!faults) return { http: { headers }, body: { kind: 'single', singleResult: { data: asData(data), ...extensions } } };
  const errors = faults.map((error) => formatError(error, at));
  if (data !== undefined)
    return { http: { headers }, body: { kind: 'single', singleResult: { errors, data: asData(data), ...extensions } } };
  const code = errors[0]?.extensions?.['code'] as ErrorCode; // nothing was executed: the whole request failed
  return { http: { headers, status: errorCatalogue[code].status }, body: { kind: 'single', singleResult: { errors } } };
}

/** The server's types know no text; `stringifyResult` does. */
const asData = (data: Result['data']): Record<string, unknown> | null => (data ?? null) as Record<string, unknown> | null;

function stringifyResult({ data, ...rest }: FormattedExecutionResult): string {
  if (!(data instanceof JsonText)) return JSON.stringify({ ...rest, ...(data === undefined ? {} : { data }) });
  const others = JSON.stringify(rest);
  return others === '{}' ? `{"data":${data.text}}` : `${others.slice(0, -1)},"data":${data.text}}`;
}

/** The server's own messages may quote what was asked; that they were said is enough to look into it. */
function saysOnlyThat(log: Log): ApolloServer['logger'] {
  const ignore = (): void => undefined;
  return {
    debug: ignore,
    info: ignore,
    warn: () => log.warn('the GraphQL server warned of something'),
    error: () => log.error('the GraphQL server failed'),
  };
}

function asksForSchema(document: DocumentNode): boolean {
  let asks = false;
  visit(document, {
    [Kind.FIELD]: (node) => {
      if (node.name.value === '__schema' || node.name.value === '__type') asks = true;
    },
  });
  return asks;
}
