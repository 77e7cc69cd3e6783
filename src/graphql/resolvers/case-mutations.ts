/** Mutations of cases: write through the cases room, then answer the selection through `read`. */
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { OperationContext } from '../context.js';
import { CaseActionInput, CaseResult, CodeIssueInput, ExtendDeadlineInput, InteractionInput, OpenCaseInput } from '../types/case-inputs.js';
import { change } from './change.js';

@Resolver()
export class CaseMutations {
  @Mutation(() => CaseResult, { nullable: true, description: 'Files a case. Its kind and clocks follow from the rules.' })
  openCase(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => OpenCaseInput) input: OpenCaseInput,
  ): Promise<unknown> {
    return change(context, info, { action: 'CREATE', act: (acts) => acts.openCase(input) });
  }

  @Mutation(() => CaseResult, { nullable: true, description: 'Says that the complaint has arrived and who looks after it.' })
  acknowledgeCase(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => CaseActionInput) input: CaseActionInput,
  ): Promise<unknown> {
    return change(context, info, { action: 'UPDATE', act: (acts) => acts.acknowledgeCase(input) });
  }

  @Mutation(() => CaseResult, { nullable: true, description: 'Gives the case to somebody.' })
  assignCase(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => CaseActionInput) input: CaseActionInput,
  ): Promise<unknown> {
    return change(context, info, { action: 'UPDATE', act: (acts) => acts.assignCase(input) });
  }

  @Mutation(() => CaseResult, {
    nullable: true,
    description: 'Decides what kind of case it is, where a person knows better than the rules.',
  })
  classifyCase(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => CaseActionInput) input: CaseActionInput,
  ): Promise<unknown> {
    return change(context, info, { action: 'UPDATE', act: (acts) => acts.classifyCase(input) });
  }

  @Mutation(() => CaseResult, { nullable: true, description: 'Codes one more thing that the case is about.' })
  codeIssue(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => CodeIssueInput) input: CodeIssueInput,
  ): Promise<unknown> {
    return change(context, info, { action: 'UPDATE', act: (acts) => acts.codeIssue(input) });
  }

  @Mutation(() => CaseResult, { nullable: true, description: 'Records a contact: a call, a letter, a talk.' })
  recordInteraction(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => InteractionInput) input: InteractionInput,
  ): Promise<unknown> {
    return change(context, info, { action: 'UPDATE', act: (acts) => acts.recordInteraction(input) });
  }

  @Mutation(() => CaseResult, { nullable: true, description: 'Gives a clock more time, where its rule knows of more.' })
  extendDeadline(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => ExtendDeadlineInput) input: ExtendDeadlineInput,
  ): Promise<unknown> {
    return change(context, info, { action: 'UPDATE', act: (acts) => acts.extendDeadline(input) });
  }
}
