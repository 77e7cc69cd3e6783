/** Mutations of what is agreed with a patient: write through the patients room, then answer the selection through `read`. */
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { AuditAction } from '../../access/index.js';
import type { AgreementActs, AgreementOutcome } from '../../patients/index.js';
import { answerObject, type OperationContext } from '../context.js';
import {
  ConfidentialContactInput,
  ConfidentialContactResult,
  EndRestrictionInput,
  RecordRestrictionInput,
  RestrictionResult,
} from '../types/agreements.js';
import { selectedAt } from './change.js';

interface Agreement {
  readonly action: AuditAction;
  readonly act: (acts: AgreementActs) => Promise<AgreementOutcome>;
  /** What the result shows, and in which field. */
  readonly result: string;
  readonly field: string;
  readonly type: 'Restriction' | 'Patient';
}

@Resolver()
export class Agreements {
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
    return agreed(context, info, { action: 'UPDATE', act, result: 'ConfidentialContactRecorded', field: 'patient', type: 'Patient' });
  }
}

const restriction = { result: 'RestrictionChanged', field: 'restriction', type: 'Restriction' } as const;

async function agreed(context: OperationContext, info: GraphQLResolveInfo, of: Agreement): Promise<unknown> {
  context.trail.action = of.action;
  const outcome = await of.act(context.agreements);
  if (outcome.outcome === 'refused') {
    context.trail.refused = true;
    const { code, message, field } = outcome;
    const plain: Readonly<Record<string, unknown>> = { code, message, field };
    const result = Object.fromEntries(selectedAt(info, 'Refused').map(({ key, name }) => [key, plain[name] ?? null]));
    return { ...result, __typename: 'Refused' };
  }
  const { personUid, message } = outcome;
  context.trail.touched.push({ personUid, caseUid: null, phiClasses: new Set(), withheldFields: new Set() });
  const uid = of.type === 'Patient' ? personUid : outcome.uid;
  const result: Record<string, unknown> = {};
  for (const { key, name, sets } of selectedAt(info, of.result))
    result[key] = name === of.field ? await answerObject(context, { type: of.type, uid, sets, info }) : name === 'message' ? message : null;
  return { ...result, __typename: of.result };
}
