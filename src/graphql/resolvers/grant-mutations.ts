/** Mutations of break-glass access: done by the access room, answered through `read`, known to the trail by patient and grant. */
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { AuditAction, GrantActs, GrantOutcome } from '../../access/index.js';
import { answerObject, type OperationContext } from '../context.js';
import { underPolicyInForce } from '../policy-in-force.js';
import { BreakGlassInput, GrantActionInput, GrantResult } from '../types/grants.js';
import { selectedAt } from './change.js';

@Resolver()
export class GrantMutations {
  @Mutation(() => GrantResult, {
    nullable: true,
    description: 'Opens, for minutes and with a written reason, what only a missing relation withholds. It is reviewed.',
  })
  breakGlass(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => BreakGlassInput) input: BreakGlassInput,
  ): Promise<unknown> {
    return changeGrant(context, info, { action: 'BREAK_GLASS', act: (grants) => grants.breakGlass(input) });
  }

  @Mutation(() => GrantResult, { nullable: true, description: 'Ends break-glass access at once: by who has it, or by a reviewer.' })
  revokeGrant(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => GrantActionInput) input: GrantActionInput,
  ): Promise<unknown> {
    return changeGrant(context, info, { action: 'UPDATE', act: (grants) => grants.revokeGrant(input) });
  }

  @Mutation(() => GrantResult, { nullable: true, description: 'Records that somebody else looked at the access.' })
  reviewGrant(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => GrantActionInput) input: GrantActionInput,
  ): Promise<unknown> {
    return changeGrant(context, info, { action: 'UPDATE', act: (grants) => grants.reviewGrant(input) });
  }
}

async function changeGrant(
  context: OperationContext,
  info: GraphQLResolveInfo,
  what: { readonly action: AuditAction; readonly act: (grants: GrantActs) => Promise<GrantOutcome> },
): Promise<unknown> {
  const { trail } = context;
  trail.action = what.action;
  const outcome = await underPolicyInForce(context, () => what.act(context.grants));
  const type = outcome.outcome === 'refused' ? 'Refused' : 'GrantChanged';
  const result: Record<string, unknown> = { __typename: type };
  // What was done has its entry; what was not done gets one.
  if (outcome.outcome === 'refused') {
    trail.attempts.push({ action: what.action, operation: info.fieldName, personUid: null, caseUid: null, phiClasses: [] });
  } else trail.entered.push({ personUid: outcome.personUid, caseUid: null, phiClasses: ['IDENTITY'] });
  for (const { key, name, sets } of selectedAt(info, type)) {
    result[key] =
      name === 'grant' && outcome.outcome === 'changed'
        ? await answerObject(context, { type: 'AccessGrant', uid: outcome.grantUid, sets, info })
        : (Reflect.get(outcome, name) ?? null);
  }
  return { ...result, __typename: type };
}
