/** Executes a validated operation. A query of nothing but rows is passed through as the text that the database made
 *  (pass-through.ts). Of the rest: where no response name differs from its field the compiled executor (graphql-jit) reads
 *  what `read` gave by name; a document with aliases goes through graphql-js, which reads by response name. All answer
 *  the same; a test runs every document on each. */
import {
  execute,
  Kind,
  visit,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import { createPassThrough, type Operation, type Result } from './pass-through.js';
import { roots } from './roots.js';

const byResponseName: GraphQLFieldResolver<Record<string, unknown>, unknown> = (source, _args, _context, info: GraphQLResolveInfo) =>
  source[info.path.key];

export function createExecutor(schema: GraphQLSchema): (operation: Operation) => Promise<Result> {
  const passThrough = createPassThrough(schema, roots);
  const executeCompiled = createCompiledExecutor(schema);
  return async (operation) => (await passThrough(operation)) ?? executeCompiled(operation);
}

export function createCompiledExecutor(schema: GraphQLSchema): (operation: Operation) => Promise<ExecutionResult> {
  const compiled = new WeakMap<DocumentNode, Map<string, CompiledQuery | null>>();

  const compiledFor = (document: DocumentNode, name: string): CompiledQuery | null => {
    const known = compiled.get(document) ?? new Map<string, CompiledQuery | null>();
    compiled.set(document, known);
    const found = known.get(name);
    if (found !== undefined) return found;
    const made = hasAliases(document) ? null : compileQuery(schema, document, name || undefined);
    const usable = made && isCompiledQuery(made) ? made : null;
    known.set(name, usable);
    return usable;
  };

  return async ({ document, operationName, variables, context }) => {
    const fast = compiledFor(document, operationName ?? '');
    if (!fast) return executeInterpreted(schema, { document, operationName, variables, context });
    return fast.query({}, context, { ...variables });
  };
}

/** graphql-js on the same data: for documents with aliases, and the measure for the compiled executor. */
export async function executeInterpreted(
  schema: GraphQLSchema,
  { document, operationName, variables, context, rootValue = {} }: Operation,
): Promise<ExecutionResult> {
  return execute({
    schema,
    document,
    ...(operationName ? { operationName } : {}),
    variableValues: { ...variables },
    contextValue: context,
    rootValue,
    fieldResolver: byResponseName,
  });
}

function hasAliases(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    [Kind.FIELD]: (node) => {
      if (node.alias && node.alias.value !== node.name.value) found = true;
    },
  });
  return found;
}
