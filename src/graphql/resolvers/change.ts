/** Carries out a change and answers it: the outcome's words as they are, its case and subject through `read`, at the place
 *  where the operation selects them. */
import { GraphQLObjectType, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';
import type { AuditAction } from '../../access/index.js';
import type { CaseActs, CaseOutcome } from '../../cases/index.js';
import { HubError } from '../../kernel/index.js';
import { selectedFields, type Selected } from '../../read/index.js';
import { answerObject, type OperationContext } from '../context.js';
import { underPolicyInForce } from '../policy-in-force.js';

/** What each outcome is called in the schema, and the objects it shows. */
function shown(outcome: CaseOutcome): ShownOutcome {
  const { message } = outcome;
  switch (outcome.outcome) {
    case 'changed':
      return {
        type: 'CaseChanged',
        objects: { case: { type: 'Case', uid: outcome.caseUid }, subject: outcome.subject ?? null },
        plain: { message },
      };
    case 'duplicate':
      return { type: 'DuplicateCase', objects: { existing: { type: 'Case', uid: outcome.existingUid } }, plain: { message } };
    case 'conflict':
      return {
        type: 'CaseConflict',
        objects: { current: { type: 'Case', uid: outcome.currentUid } },
        plain: { message, changed: outcome.changed },
      };
    case 'refused':
      return { type: 'Refused', objects: {}, plain: { message, code: outcome.code, field: outcome.field ?? null } };
  }
}

export async function change(
  context: OperationContext,
  info: GraphQLResolveInfo,
  what: { readonly action: AuditAction; readonly act: (acts: CaseActs) => Promise<CaseOutcome> },
): Promise<unknown> {
  context.trail.action = what.action;
  const outcome = await underPolicyInForce(context, () => what.act(context.acts));
  note(context, outcome, { action: what.action, operation: info.fieldName });
  return showOutcome(context, info, shown(outcome));
}

/** What was done has its entry; what was not done gets one. */
function note({ trail }: OperationContext, outcome: CaseOutcome, act: { readonly action: AuditAction; readonly operation: string }): void {
  if (outcome.outcome === 'refused') {
    trail.attempts.push({ ...act, personUid: null, caseUid: null, phiClasses: [] });
    return;
  }
  const { personUid } = outcome;
  const caseUid =
    outcome.outcome === 'changed' ? outcome.caseUid : outcome.outcome === 'duplicate' ? outcome.existingUid : outcome.currentUid;
  const told = { personUid, caseUid, phiClasses: personUid === null ? ['NARRATIVE'] : ['IDENTITY', 'NARRATIVE'] };
  if (outcome.outcome === 'changed') trail.entered.push(told);
  else trail.attempts.push({ ...act, ...told });
}

export interface ShownOutcome {
  /** What it is called in the schema. */
  readonly type: string;
  readonly objects: Readonly<Record<string, { type: string; uid: string } | null>>;
  readonly plain: Readonly<Record<string, unknown>>;
}

export async function showOutcome(
  context: OperationContext,
  info: GraphQLResolveInfo,
  { type, objects, plain }: ShownOutcome,
): Promise<unknown> {
  const result: Record<string, unknown> = { __typename: type };
  for (const selected of selectedAt(info, type)) {
    const object = objects[selected.name];
    result[selected.key] = object
      ? await answerObject(context, { type: object.type, uid: object.uid, sets: selected.sets, info })
      : (plain[selected.name] ?? null);
  }
  return { ...result, __typename: type };
}

/** What an operation selects on one member of a mutation's result. */
export function selectedAt(info: GraphQLResolveInfo, typeName: string): Selected[] {
  const type = info.schema.getType(typeName);
  if (!(type instanceof GraphQLObjectType)) throw new HubError('INTERNAL', `expected ${typeName} to be an object type`);
  const sets = info.fieldNodes.flatMap(({ selectionSet }): SelectionSetNode[] => (selectionSet ? [selectionSet] : []));
  return selectedFields({ schema: info.schema, fragments: info.fragments, variables: info.variableValues }, type, sets);
}
