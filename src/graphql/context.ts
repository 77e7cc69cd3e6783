/** What one operation carries: who asks, under which plan, and what it has touched so far. Root fields are answered through
 *  `read` only; what they touched is audited once, when the operation is done and before it is answered. */
import { Kind, type FieldNode, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';
import { HubError, readWireId, uuidOf, type RootField, type Viewer } from '../kernel/index.js';
import type { CaseActs } from '../cases/index.js';
import type { AuditAction, GrantActs, Plan, PrivacyActs } from '../access/index.js';
import type { AgreementActs } from '../patients/index.js';
import type { Reader, ReadAnswer, ReadRequest, RunInputs, Touched } from '../read/index.js';
import { underPolicyInForce } from './policy-in-force.js';
import type { Events, EventSeen } from './subscriptions/fan-out.js';

export interface OperationContext {
  readonly viewer: Viewer;
  readonly rows: RunInputs['viewer'];
  /** Of the policy under which the operation is decided; another one where the policy changed meanwhile. */
  plan: Plan;
  readonly requestId: string;
  readonly reader: Reader;
  /** The acts of the cases room, bound to this viewer. */
  acts: CaseActs;
  /** The acts on break-glass access, bound to this viewer. */
  grants: GrantActs;
  /** Those of the privacy office. */
  privacy: PrivacyActs;
  /** What may be agreed with a patient, bound to this viewer. */
  agreements: AgreementActs;
  readonly trail: Trail;
  /** Plan and acts under the policy that is in force now. Given back rather than set: the server copies a context. */
  readonly renewed: () => Promise<Pick<OperationContext, 'plan' | 'acts' | 'grants' | 'privacy'>>;
  /** Only where a stream is opened. */
  readonly events?: Events;
  /** Only for an event of a stream. */
  readonly seen?: EventSeen;
}

/** What an operation did, for its audit entries. */
export interface Trail {
  readonly touched: Touched[];
  /** Uuids of the break-glass grants that opened something of the answer. */
  readonly opened: Set<string>;
  /** Acts that were done: their entries were written in their own transactions. */
  readonly entered: ActOnRecord[];
  /** Acts that were tried and not done. */
  readonly attempts: (ActOnRecord & { readonly action: AuditAction; readonly operation: string })[];
  action: AuditAction;
  refused: boolean;
}
export interface ActOnRecord {
  readonly personUid: string | null;
  readonly caseUid: string | null;
  readonly phiClasses: readonly string[];
}
export const newTrail = (): Trail => ({ touched: [], opened: new Set(), entered: [], attempts: [], action: 'READ', refused: false });

/** What a root field is asked with, wherever that stands: in the executors' info, or read from the document. */
export interface RootAsked {
  readonly args: Readonly<Record<string, unknown>>;
  readonly nodes: readonly FieldNode[];
  readonly request: Pick<ReadRequest, 'schema' | 'operation' | 'fragments'> & { readonly variables: RunInputs['variables'] };
}

/** Answers a root field by its room's definition, as JSON text. */
export async function answerText(context: OperationContext, definition: RootField, asked: RootAsked): Promise<string> {
  const { args, nodes, request } = asked;
  const node = nodes[0];
  if (!node) throw new HubError('INTERNAL', 'a root field without a node');
  definition.check?.(args);
  const { byId, byName } = definition;
  const given = {
    ...(byId ? { uid: uuidOf(args[byId.argument] as string, byId.tag) } : {}),
    ...(byName ? { name: args[byName.argument] } : {}),
    ...definition.given?.(args),
  };
  if (definition.isSearch) context.trail.action = 'SEARCH';
  const merged = mergedOf(node, nodes);
  return note(
    context,
    await underPolicyInForce(context, () => context.reader.root(requestOf(context, request, given), definition, merged)),
  );
}

/** The same for the executors, which take values apart. */
export async function answer(
  context: OperationContext,
  definition: RootField,
  { args, info }: { readonly args: RootAsked['args']; readonly info: GraphQLResolveInfo },
): Promise<unknown> {
  return JSON.parse(await answerText(context, definition, { args, nodes: info.fieldNodes, request: requestIn(info) }));
}

/** Answers anything by its id. What is no id of the hub is asked for like one, and not found. */
export async function answerNode(context: OperationContext, id: string, info: GraphQLResolveInfo): Promise<unknown> {
  const node = info.fieldNodes[0];
  if (!node) throw new HubError('INTERNAL', 'a root field without a node');
  const found = readWireId(id);
  const merged = mergedOf(node, info.fieldNodes);
  const read = () => context.reader.node(requestOf(context, requestIn(info), { uid: found?.uuid ?? null }), found?.tag ?? null, merged);
  return JSON.parse(note(context, await underPolicyInForce(context, read)));
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
  const { type, uid, sets, info } = at;
  const read = () => context.reader.object(requestOf(context, requestIn(info), { uid }), type, sets);
  return JSON.parse(note(context, await underPolicyInForce(context, read)));
}

function note(context: OperationContext, { json, touched, refused }: ReadAnswer): string {
  context.trail.touched.push(...touched);
  for (const { grantUid } of touched) if (grantUid !== null) context.trail.opened.add(grantUid);
  context.trail.refused ||= refused;
  return json;
}

const requestIn = ({ schema, operation, fragments, variableValues }: GraphQLResolveInfo): RootAsked['request'] => ({
  schema,
  operation,
  fragments,
  variables: variableValues,
});

function requestOf({ plan, rows }: OperationContext, request: RootAsked['request'], given: RunInputs['given']): ReadRequest {
  const { variables, ...rest } = request;
  return { ...rest, plan, inputs: { variables, viewer: rows, given } };
}
