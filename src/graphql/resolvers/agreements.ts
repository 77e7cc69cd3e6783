/** Mutations of what is agreed with a patient: done by the patients room, answered through `read`. */
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { OperationContext } from '../context.js';
import {
  ConfidentialContactInput,
  ConfidentialContactResult,
  EndRestrictionInput,
  RecordRestrictionInput,
  RestrictionResult,
} from '../types/agreements.js';
import { showOfficeAct } from './office-act.js';

@Resolver()
export class AgreementMutations {
  @Mutation(() => RestrictionResult, {
    nullable: true,
    description: 'The hospital agrees not to tell somebody something. For who reviews access.',
  })
  recordRestriction(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => RecordRestrictionInput) input: RecordRestrictionInput,
  ): Promise<unknown> {
    return showOfficeAct(context, info, { action: 'CREATE', act: ({ agreements }) => agreements.recordRestriction(input), ...restriction });
  }

  @Mutation(() => RestrictionResult, { nullable: true, description: 'Ends a restriction, from now on. For who reviews access.' })
  endRestriction(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => EndRestrictionInput) input: EndRestrictionInput,
  ): Promise<unknown> {
    return showOfficeAct(context, info, { action: 'UPDATE', act: ({ agreements }) => agreements.endRestriction(input), ...restriction });
  }

  @Mutation(() => ConfidentialContactResult, { nullable: true, description: 'Notes where a patient asks to be reached, and nowhere else.' })
  recordConfidentialContact(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => ConfidentialContactInput) input: ConfidentialContactInput,
  ): Promise<unknown> {
    const act = ({ agreements }: OperationContext) => agreements.recordConfidentialContact({ ...input, kind: input.kind.toLowerCase() });
    const shows = { field: 'patient', type: 'Patient', of: 'person' } as const;
    return showOfficeAct(context, info, { action: 'UPDATE', act, type: 'ConfidentialContactRecorded', shows });
  }
}

const restriction = { type: 'RestrictionChanged', shows: { field: 'restriction', type: 'Restriction' } } as const;
