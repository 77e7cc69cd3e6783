/** Carries out a change and answers it: the outcome's words as they are, its case and subject through `read`, at the place
 *  where the operation selects them. */
import { GraphQLObjectType, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';
import type { AuditAction } from '../../access/index.js';
import type { CaseActs, CaseOutcome } from '../../cases/index.js';
import { HubError } from '../../kernel/index.js';
import { selectedFields, type Selected } from '../../read/index.js';
import { answerObject, type OperationContext } from '../context.js';

/** What each outcome is called in the schema, and the objects it shows. */
function shown(outcome: CaseOutcome): {
  readonly type: string;
  readonly objects: Readonly<Record<string, { type: string; uid: string } | null>>;
  readonly plain: Readonly<Record<string, unknown>>;
} {
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
  const outcome = await what.act(context.acts);
  const { type, objects, plain } = shown(outcome);
  if (outcome.outcome === 'refused') context.trail.refused = true;
  else {
    // Whom it was about is audited even where nothing of it is asked back.
    const caseUid = (objects['case'] ?? objects['existing'] ?? objects['current'])?.uid ?? null;
    context.trail.touched.push({ personUid: outcome.personUid, caseUid, phiClasses: new Set(), withheldFields: new Set() });
  }
  const result: Record<string, unknown> = { __typename: type };
  for (const selected of selectedAt(info, type)) {
    const object = objects[selected.name];
    result[selected.key] = object
      ? await answerObject(context, { type: object.type, uid: object.uid, sets: selected.sets, info })
      : (plain[selected.name] ?? null);
  }
  return { ...result, __typename: type };
}

export function selectedAt(info: GraphQLResolveInfo, typeName: string): Selected[] {
  const type = info.schema.getType(typeName);
  if (!(type instanceof GraphQLObjectType)) throw new HubError('INTERNAL', `expected ${typeName} to be an object type`);
  const sets = info.fieldNodes.flatMap(({ selectionSet }): SelectionSetNode[] => (selectionSet ? [selectionSet] : []));
  return selectedFields({ schema: info.schema, fragments: info.fragments, variables: info.variableValues }, type, sets);
}
