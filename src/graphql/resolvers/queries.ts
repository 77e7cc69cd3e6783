/** Root queries. Each is one line: the room's definition says who may ask and where the rows are. */
import { Arg, Ctx, ID, Info, Query, Resolver } from 'type-graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { accessRoots } from '../../access/index.js';
import { caseRoots } from '../../cases/index.js';
import { directoryRoots } from '../../directory/index.js';
import { patientRoots } from '../../patients/index.js';
import { syncRoots } from '../../sync/index.js';
import { answer, answerNode, type OperationContext } from '../context.js';
import { Restriction } from '../types/agreements.js';
import { Case, CaseConnection, Patient, PatientConnection } from '../types/case.js';
import { CaseFilter } from '../types/case-inputs.js';
import { Department } from '../types/directory.js';
import { CaseOrder } from '../types/enums.js';
import { Node } from '../types/governed.js';
import { AccessGrantConnection, Viewer } from '../types/grants.js';
import { PatientSearch } from '../types/patient.js';
import { SetAsideConnection, Source } from '../types/source.js';
import { page, Takes } from '../types/takes.js';

@Resolver()
export class Queries {
  @Query(() => Viewer, { description: 'Who asks, and what that opens.' })
  me(@Ctx() context: OperationContext, @Info() info: GraphQLResolveInfo): Promise<unknown> {
    return answer(context, accessRoots.me, { args: {}, info });
  }

  @Query(() => Node, { nullable: true, description: 'Anything by its id, as its patient or case would show it to this viewer.' })
  node(@Ctx() context: OperationContext, @Info() info: GraphQLResolveInfo, @Arg('id', () => ID) id: string): Promise<unknown> {
    return answerNode(context, id, info);
  }

  @Query(() => [Department], { description: 'The departments, by name.' })
  departments(@Ctx() context: OperationContext, @Info() info: GraphQLResolveInfo): Promise<unknown> {
    return answer(context, directoryRoots.departments, { args: {}, info });
  }

  @Query(() => Case, { nullable: true, description: 'One case.' })
  case(@Ctx() context: OperationContext, @Info() info: GraphQLResolveInfo, @Arg('id', () => ID) id: string): Promise<unknown> {
    return answer(context, caseRoots.case, { args: { id }, info });
  }

  @Query(() => CaseConnection, { description: 'Cases. Those of others show number, status and deadlines only.' })
  @Takes(2, { filter: { of: () => CaseFilter }, orderBy: { of: () => CaseOrder, default: 'NEXT_DEADLINE' }, ...page(20) })
  cases(@Ctx() context: OperationContext, @Info() info: GraphQLResolveInfo): Promise<unknown> {
    return answer(context, caseRoots.cases, { args: {}, info });
  }

  @Query(() => Patient, { nullable: true, description: 'One person.' })
  patient(@Ctx() context: OperationContext, @Info() info: GraphQLResolveInfo, @Arg('id', () => ID) id: string): Promise<unknown> {
    return answer(context, patientRoots.patient, { args: { id }, info });
  }

  @Query(() => PatientConnection, { description: 'Persons by identifier, phone or name. Audited as a search.' })
  @Takes(3, page(20))
  patients(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('search', () => PatientSearch) search: PatientSearch,
  ): Promise<unknown> {
    return answer(context, patientRoots.patients, { args: { search }, info });
  }

  @Query(() => [Restriction], { description: 'What the hospital agreed not to tell about a patient, the latest first.' })
  restrictions(
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('patientId', () => ID) patientId: string,
  ): Promise<unknown> {
    return answer(context, patientRoots.restrictions, { args: { patientId }, info });
  }

  @Query(() => [Source], { description: 'The source systems.' })
  sources(@Ctx() context: OperationContext, @Info() info: GraphQLResolveInfo): Promise<unknown> {
    return answer(context, syncRoots.sources, { args: {}, info });
  }

  @Query(() => Source, { nullable: true, description: 'One source system, as hub.yaml names it.' })
  source(@Ctx() context: OperationContext, @Info() info: GraphQLResolveInfo, @Arg('name', () => String) name: string): Promise<unknown> {
    return answer(context, syncRoots.source, { args: { name }, info });
  }

  @Query(() => AccessGrantConnection, { description: 'Break-glass access, newest first: the queue of who reviews it.' })
  @Takes(2, { reviewed: { of: () => Boolean }, overdue: { of: () => Boolean }, ...page(20) })
  accessGrants(@Ctx() context: OperationContext, @Info() info: GraphQLResolveInfo): Promise<unknown> {
    return answer(context, accessRoots.accessGrants, { args: {}, info });
  }

  @Query(() => SetAsideConnection, { description: 'What could not be read, newest first.' })
  @Takes(2, { source: { of: () => String }, code: { of: () => String }, ...page(20) })
  setAside(@Ctx() context: OperationContext, @Info() info: GraphQLResolveInfo): Promise<unknown> {
    return answer(context, syncRoots.setAside, { args: {}, info });
  }
}
