/** Mutations of break-glass access: done by the access room, answered through `read`, known to the trail by patient and grant. */
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { AuditAction, GrantActs, GrantOutcome } from '../../access/index.js';
import type { OperationContext } from '../context.js';
import { BreakGlassInput, GrantActionInput, GrantResult } from '../types/grants.js';
import { showOfficeAct } from './office-act.js';

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
  { action, act }: { readonly action: AuditAction; readonly act: (grants: GrantActs) => Promise<GrantOutcome> },
): Promise<unknown> {
  return showOfficeAct(context, info, {
    action,
    act: async ({ grants }) => {
      const outcome = await act(grants);
      return outcome.outcome === 'refused' ? outcome : { ...outcome, outcome: 'done', uid: outcome.grantUid };
    },
    type: 'GrantChanged',
    shows: { field: 'grant', type: 'AccessGrant' },
  });
}
