/** What one operation carries: who asks, under which plan, and what it has touched so far. Root fields are answered through
 *  `read` only; what they touched is audited once, when the operation is done and before it is answered. */
import { Kind, type FieldNode, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';
import { HubError, uuidOf, type RootField, type Viewer } from '../kernel/index.js';
import type { CaseActs } from '../cases/index.js';
import type { AgreementActs } from '../patients/index.js';
import type { AuditAction, Plan } from '../access/index.js';
import type { Reader, ReadRequest, RunInputs, Touched } from '../read/index.js';

export interface OperationContext {
  readonly viewer: Viewer;
  readonly rows: RunInputs['viewer'];
  readonly plan: Plan;
  readonly requestId: string;
  readonly reader: Reader;
  /** The acts of the cases room, bound to this viewer. */
  readonly acts: CaseActs;
  /** What may be agreed with a patient, bound to this viewer. */
  readonly agreements: AgreementActs;
  readonly trail: Trail;
}

/** What an operation did, for its audit entries. */
export interface Trail {
  readonly touched: Touched[];
  action: AuditAction;
  refused: boolean;
}
export const newTrail = (): Trail => ({ touched: [], action: 'READ', refused: false });

/** Answers a root field by its room's definition. */
export async function answer(
  context: OperationContext,
  definition: RootField,
  asked: { readonly args: Readonly<Record<string, unknown>>; readonly info: GraphQLResolveInfo },
): Promise<unknown> {
  const { args, info } = asked;
  const node = info.fieldNodes[0];
  if (!node) throw new HubError('INTERNAL', 'a root field without a node');
  definition.check?.(args);
  const { byId } = definition;
  const given = byId ? { uid: uuidOf(args[byId.argument] as string, byId.tag) } : {};
  if (definition.isSearch) context.trail.action = 'SEARCH';
  return note(context, await context.reader.root(requestOf(context, info, given), definition, mergedOf(node, info.fieldNodes)));
}

const mergedBefore = new WeakMap<FieldNode, { readonly nodes: readonly FieldNode[]; readonly merged: FieldNode }>();

/** A field may stand in several places of a document: one node with all that is selected there. The same one each time,
 *  because statements are kept by it. */
function mergedOf(first: FieldNode, nodes: readonly FieldNode[]): FieldNode {
  if (nodes.length === 1) return first;
  const known = mergedBefore.get(first);
  if (known?.nodes.length === nodes.length && known.nodes.every((node, at) => node === nodes[at])) return known.merged;
  const selections = nodes.flatMap((node) => node.selectionSet?.selections ?? []);
  const merged: FieldNode = { ...first, selectionSet: { kind: Kind.SELECTION_SET, selections } };
  mergedBefore.set(first, { nodes, merged });
  return merged;
}

/** Answers the object that a mutation made or changed, at its selection. */
export async function answerObject(
  context: OperationContext,
  at: { readonly type: string; readonly uid: string; readonly sets: readonly SelectionSetNode[]; readonly info: GraphQLResolveInfo },
): Promise<unknown> {
  return note(context, await context.reader.object(requestOf(context, at.info, { uid: at.uid }), at.type, at.sets));
}

function note(context: OperationContext, { value, touched, refused }: Awaited<ReturnType<Reader['root']>>): unknown {
  context.trail.touched.push(...touched);
  context.trail.refused ||= refused;
  return value;
}

function requestOf({ plan, rows }: OperationContext, info: GraphQLResolveInfo, given: Readonly<Record<string, unknown>>): ReadRequest {
  return {
    schema: info.schema,
    operation: info.operation,
    fragments: info.fragments,
    plan,
    inputs: { variables: info.variableValues, viewer: rows, given },
  };
}
