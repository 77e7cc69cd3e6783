/** The only way out to a viewer: finds or compiles the statement for a selection under a plan, runs it in one flight, gives
 *  its JSON text and what was touched. The plain form is tried first (plain.ts); where it answers nothing, the full one is sent.
 *  Statements are cached by document node, viewer class and which variables are given. */
import {
  isEnumType,
  typeFromAST,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Plan } from '../access/index.js';
import { HubError, type RootField, type Shape } from '../kernel/index.js';
import type { Answer, Readers } from './flight.js';
import { compileNode, nodeTarget, targetName } from './node.js';
import { compileObject, compileRoot, type Compiled } from './roots.js';
import type { RunInputs } from './statement.js';
import { readTouched, type Touched } from './touched.js';

export interface ReadRequest {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly plan: Plan;
  readonly inputs: RunInputs;
}
export interface ReadAnswer {
  /** JSON under the response names of the selection: the answer itself, ready to be sent. */
  readonly json: string;
  readonly touched: readonly Touched[];
  readonly refused: boolean;
}
export interface Reader {
  root(request: ReadRequest, definition: RootField, node: FieldNode): Promise<ReadAnswer>;
  /** Anything by its id: `inputs.given.uid`, of the type that the tag of the id names. */
  node(request: ReadRequest, tag: string | null, node: FieldNode): Promise<ReadAnswer>;
  /** The object of a mutation's result, by `inputs.given.uid`, at its nested selection. */
  object(request: ReadRequest, type: string, sets: readonly SelectionSetNode[]): Promise<ReadAnswer>;
}

/** Variants of one document kept compiled; more than real clients use, less than an attacker could want. */
const variantsKept = 64;

export function createReader(shapes: readonly Shape[], readers: Readers): Reader {
  const byType = new Map(shapes.map((known) => [known.type, known]));
  const cache = new WeakMap<object, Map<string, Compiled>>();
  const numbers = new WeakMap<object, number>();
  let numbered = 0;
  /** A name for a piece of a document: the same selection may stand beside others. */
  const numberOf = (node: object): number => {
    const number = numbers.get(node) ?? ++numbered;
    numbers.set(node, number);
    return number;
  };

  const cached = ({ nodes, type }: { nodes: readonly object[]; type: string }, request: ReadRequest, compile: () => Compiled): Compiled => {
    const { plan, inputs } = request;
    const [node, ...more] = nodes;
    if (!node) throw new HubError('INTERNAL', `expected a selection on ${type}, found none`);
    const key = `${type}|${more.map(numberOf).join(',')}|${plan.role}|${plan.purpose}|${plan.generation}|${presence(inputs.variables)}|${enumValues(request)}`;
    const known = cache.get(node) ?? new Map<string, Compiled>();
    cache.set(node, known);
    const compiled = known.get(key) ?? compile();
    if (known.size >= variantsKept) known.clear();
    known.set(key, compiled);
    return compiled;
  };
  const run = async (compiled: Compiled, { plan, inputs }: ReadRequest): Promise<ReadAnswer> => {
    const settings = { hidden: plan.hidden, viewer: inputs.viewer.userRow, reviews: plan.may('REVIEW_ACCESS') };
    const fly = ({ text, name, values }: Compiled): Promise<Answer> => readers.fly({ text, name, values: values(inputs), ...settings });
    const { plain } = compiled;
    const tried = plain && (await fly(plain));
    const [used, answer] = plain && tried?.p ? [plain, tried] : [compiled, await fly(compiled)];
    if (answer.g !== plan.generation) {
      throw new HubError('POLICY_CHANGED', 'The policy has just changed. Ask again.');
    }
    return {
      json: answer.j ?? 'null',
      touched: readTouched(used.sites, answer.t),
      refused: compiled.refused,
    };
  };
  const documentOf = ({ schema, fragments, inputs }: ReadRequest) => ({ schema, fragments, variables: inputs.variables });

  return {
    root: (request, definition, node) =>
      run(
        cached({ nodes: [node], type: 'Query' }, request, () =>
          compileRoot({ document: documentOf(request), plan: request.plan, shapes: byType }, definition, node),
        ),
        request,
      ),
    node: (request, tag, node) => {
      const target = nodeTarget(byType, tag);
      return run(
        cached({ nodes: [node], type: targetName(target) }, request, () =>
          compileNode({ document: documentOf(request), plan: request.plan, shapes: byType }, target, node),
        ),
        request,
      );
    },
    object: (request, type, sets) => {
      return run(
        cached({ nodes: sets, type }, request, () =>
          compileObject({ document: documentOf(request), plan: request.plan, shapes: byType }, type, sets),
        ),
        request,
      );
    },
  };
}

/** Which variables are given, how deep, and the value of each Boolean: what the text of a statement may depend on. */
function presence(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeof value !== 'object' || Array.isArray(value)) return '+';
  return `{${Object.entries(value)
    .map(([key, part]) => `${key}:${presence(part)}`)
    .sort()
    .join(',')}}`;
}

/** Values of variables that are enums: an order decides the text, too. */
function enumValues({ schema, operation, inputs }: ReadRequest): string {
  return (operation.variableDefinitions ?? [])
    .filter(({ type }) =>
      isEnumType(type.kind === 'NonNullType' ? typeFromAST(schema, type.type as never) : typeFromAST(schema, type as never)),
    )
    .map(({ variable }) => String(inputs.variables[variable.name.value]))
    .join(',');
}
