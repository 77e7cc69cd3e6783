/** Queries and mutations of the privacy office: who may REVIEW_ACCESS asks and acts here. */
import { Arg, Ctx, ID, Info, Mutation, Query, Resolver } from 'type-graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { accessRoots } from '../../access/index.js';
import { answer, type OperationContext } from '../context.js';
import {
  AccessReviewConnection,
  AccessReviewResult,
  AuditConnection,
  DisclosureConnection,
  DisclosureResult,
  RecordDisclosureInput,
  ReviewAccessInput,
  SuspendAccountingInput,
  SuspensionResult,
} from '../types/access.js';
import { AccessReviewState } from '../types/enums.js';
import { instant } from '../types/field.js';
import { page, Takes } from '../types/takes.js';
import { showOfficeAct } from './office-act.js';

const anId = { of: () => ID };
const span = { from: { of: instant }, to: { of: instant } };

@Resolver()
export class AccessQueries {
  @Query(() => AuditConnection, { description: 'The audit trail, newest first. Reading it is audited, too.' })
  @Takes(2, { patientId: anId, userId: anId, ...span, ...page(50) })
  auditTrail(@Ctx() context: OperationContext, @Info() info: GraphQLResolveInfo): Promise<unknown> {
    return answer(context, accessRoots.auditTrail, { args: {}, info });
  }

  @Query(() => DisclosureConnection, { description: "A patient's accounting of disclosures of the last six years, oldest first." })
  @Takes(5, page(50))
  disclosures(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('patientId', () => ID) patientId: string,
    @Arg('from', instant, { nullable: true }) from?: string,
    @Arg('to', instant, { nullable: true }) to?: string,
  ): Promise<unknown> {
    return answer(context, accessRoots.disclosures, { args: { patientId, from, to }, info });
  }

  @Query(() => AccessReviewConnection, { description: 'Looks at patients that somebody should explain, newest first.' })
  @Takes(2, { state: { of: () => AccessReviewState }, userId: anId, patientId: anId, ...page(50) })
  accessReviews(@Ctx() context: OperationContext, @Info() info: GraphQLResolveInfo): Promise<unknown> {
    return answer(context, accessRoots.accessReviews, { args: {}, info });
  }
}

@Resolver()
export class AccessMutations {
  @Mutation(() => DisclosureResult, { nullable: true, description: 'Puts a disclosure into the accounting (45 CFR 164.528).' })
  recordDisclosure(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => RecordDisclosureInput) input: RecordDisclosureInput,
  ): Promise<unknown> {
    const shows = { field: 'disclosure', type: 'Disclosure' };
    return showOfficeAct(context, info, {
      action: 'DISCLOSE',
      act: ({ privacy }) => privacy.recordDisclosure(input),
      type: 'DisclosureRecorded',
      shows,
    });
  }

  @Mutation(() => SuspensionResult, {
    nullable: true,
    description: 'Leaves disclosures to an agency out of what the patient is given, for a time.',
  })
  suspendAccounting(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => SuspendAccountingInput) input: SuspendAccountingInput,
  ): Promise<unknown> {
    return showOfficeAct(context, info, {
      action: 'UPDATE',
      act: ({ privacy }) => privacy.suspendAccounting(input),
      type: 'AccountingSuspended',
    });
  }

  @Mutation(() => AccessReviewResult, { nullable: true, description: 'Closes a review of access.' })
  reviewAccess(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => ReviewAccessInput) input: ReviewAccessInput,
  ): Promise<unknown> {
    const shows = { field: 'review', type: 'AccessReview' };
    return showOfficeAct(context, info, {
      action: 'UPDATE',
      act: ({ privacy }) => privacy.reviewAccess(input),
      type: 'ReviewClosed',
      shows,
    });
  }
}
