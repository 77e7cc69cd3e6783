/** What a subscription hears of, and how it answers: the row is read anew for each event, under the plan that holds at that
 *  moment. Of a row that is hidden from the viewer nothing is said, unless this stream has shown it before: then it is null. */
import { GraphQLError, Kind, parse, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';
import { HubError, toWireId, uuidOf, type Change } from '../../kernel/index.js';
import { answerObject, type OperationContext } from '../context.js';
import { selectedAt } from '../resolvers/change.js';
import type { Events, Mailbox } from './fan-out.js';

interface Opening<A> {
  readonly context: OperationContext;
  readonly args: A;
  readonly info: GraphQLResolveInfo;
}

/** Every case, or one. Another's case changes too, and shows what it shows everywhere. */
export async function hearOfCases({ context, args, info }: Opening<{ readonly caseId?: string | null }>): Promise<Mailbox> {
  const events = allowed(context, 'READ_CASES');
  const { caseId = null } = args;
  if (caseId === null) return events.open(({ kind }) => kind === 'case');
  const uid = uuidOf(caseId, 'case');
  if (uid === null) throw new GraphQLError('caseId: expected the id of a case');
  // Heard from now on, looked at afterwards: what changes in between is heard, too.
  const mailbox = events.open((change) => change.kind === 'case' && change.uid === uid);
  try {
    if ((await answerObject(context, { type: 'CaseEvent', uid, sets: [onlyCaseId], info })) !== null) mailbox.know(uid);
    return mailbox;
  } catch (error) {
    mailbox.close();
    throw error;
  }
}

/** Those of the viewer, and those of nobody in the viewer's departments. */
export function hearOfReminders({ context }: Pick<Opening<unknown>, 'context'>): Mailbox {
  const { userRow, departmentRows } = context.rows;
  return allowed(context, 'READ_CASES').open(
    (change) =>
      change.kind === 'reminder' &&
      (change.recipientRow === null ? change.departmentRows.some((row) => departmentRows.includes(row)) : change.recipientRow === userRow),
  );
}

export async function hearOfRuns({ context, args }: Opening<{ readonly source?: string | null }>): Promise<Mailbox> {
  const events = allowed(context, 'MANAGE_SOURCES');
  const { source = null } = args;
  const wanted = source === null ? null : await events.sourceRow(source);
  if (source !== null && wanted === null) throw new HubError('SOURCE_UNKNOWN', 'source: no source of this name.');
  return events.open((change) => change.kind === 'run' && (wanted === null || change.sourceRow === wanted));
}

const elsewhere = (): GraphQLError => new GraphQLError('Expected a query or a mutation. Subscriptions go to /graphql/stream.');

function allowed({ plan, events, trail }: OperationContext, capability: string): Events {
  if (!events) throw elsewhere();
  if (plan.may(capability)) return events;
  trail.refused = true;
  throw new HubError('NOT_PERMITTED', 'The role may not hear of this. Ask a colleague whose role covers it.');
}

const onlyCaseId: SelectionSetNode = selectionOf('{ caseId }');
function selectionOf(text: string): SelectionSetNode {
  const [definition] = parse(text).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new HubError('INTERNAL', 'expected an operation');
  return definition.selectionSet;
}

interface Event {
  readonly type: string;
  /** The field with the row's id, and the id's tag: all that is left where the row is not shown. */
  readonly idField: string;
  readonly tag: string;
  readonly requires: string;
}
const eventOf: Readonly<Record<Change['kind'], Event>> = {
  case: { type: 'CaseEvent', idField: 'caseId', tag: 'case', requires: 'READ_CASES' },
  reminder: { type: 'ReminderEvent', idField: 'reminderId', tag: 'rem', requires: 'READ_CASES' },
  run: { type: 'SyncRun', idField: 'id', tag: 'run', requires: 'MANAGE_SOURCES' },
};

export async function answerEvent(context: OperationContext, change: Change, info: GraphQLResolveInfo): Promise<unknown> {
  if (!context.seen) throw elsewhere();
  const { type, idField, tag, requires } = eventOf[change.kind];
  const sets = info.fieldNodes.flatMap(({ selectionSet }): SelectionSetNode[] => (selectionSet ? [selectionSet] : []));
  const may = context.plan.may(requires);
  const value = may ? await answerObject(context, { type, uid: change.uid, sets, info }) : null;
  context.seen.visible = value !== null;
  context.trail.refused ||= !may;
  if (value !== null) {
    // An event says at least that this case changed.
    if (change.kind === 'case' && context.trail.touched.length === 0)
      context.trail.touched.push({
        personUid: null,
        caseUid: change.uid,
        phiClasses: new Set(),
        withheldFields: new Set(),
        grantUid: null,
      });
    return value;
  }
  const blank: Record<string, unknown> = {};
  for (const { key, name } of selectedAt(info, type)) blank[key] = name === idField ? toWireId(tag, change.uid) : null;
  return { ...blank, __typename: type };
}
