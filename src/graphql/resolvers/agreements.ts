/** Mutations of what is agreed with a patient: done by the patients room, answered through `read`. */
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { AuditAction } from '../../access/index.js';
import type { AgreementActs, AgreementOutcome } from '../../patients/index.js';
import type { OperationContext } from '../context.js';
import { underPolicyInForce } from '../policy-in-force.js';
import {
  ConfidentialContactInput,
  ConfidentialContactResult,
  EndRestrictionInput,
  RecordRestrictionInput,
  RestrictionResult,
} from '../types/agreements.js';
import { showOutcome } from './change.js';

interface Agreement {
  readonly action: AuditAction;
  readonly act: (acts: AgreementActs) => Promise<AgreementOutcome>;
  /** What it is called in the schema when it is done, and the object that it shows. */
  readonly type: string;
  readonly shows: { readonly field: string; readonly type: 'Restriction' | 'Patient' };
}

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
    return agreed(context, info, { action: 'CREATE', act: (acts) => acts.recordRestriction(input), ...restriction });
  }

  @Mutation(() => RestrictionResult, { nullable: true, description: 'Ends a restriction, from now on. For who reviews access.' })
  endRestriction(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => EndRestrictionInput) input: EndRestrictionInput,
  ): Promise<unknown> {
    return agreed(context, info, { action: 'UPDATE', act: (acts) => acts.endRestriction(input), ...restriction });
  }

  @Mutation(() => ConfidentialContactResult, { nullable: true, description: 'Notes where a patient asks to be reached, and nowhere else.' })
  recordConfidentialContact(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => ConfidentialContactInput) input: ConfidentialContactInput,
  ): Promise<unknown> {
    const act = (acts: AgreementActs) => acts.recordConfidentialContact({ ...input, kind: input.kind.toLowerCase() });
    const shows = { field: 'patient', type: 'Patient' } as const;
    return agreed(context, info, { action: 'UPDATE', act, type: 'ConfidentialContactRecorded', shows });
  }
}

const restriction = { type: 'RestrictionChanged', shows: { field: 'restriction', type: 'Restriction' } } as const;

async function agreed(context: OperationContext, info: GraphQLResolveInfo, of: Agreement): Promise<unknown> {
  const { trail } = context;
  trail.action = of.action;
  const outcome = await underPolicyInForce(context, () => of.act(context.agreements));
  const { message } = outcome;
  // What was done has its entry; what was not done gets one.
  if (outcome.outcome === 'refused') {
    const { code, field } = outcome;
    trail.attempts.push({ action: of.action, operation: info.fieldName, personUid: null, caseUid: null, phiClasses: [] });
    return showOutcome(context, info, { type: 'Refused', objects: {}, plain: { message, code, field } });
  }
  const { personUid, uid } = outcome;
  trail.entered.push({ personUid, caseUid: null, phiClasses: ['IDENTITY'] });
  const shown = { type: of.shows.type, uid: of.shows.type === 'Patient' ? personUid : uid };
  return showOutcome(context, info, { type: of.type, objects: { [of.shows.field]: shown }, plain: { message } });
}
