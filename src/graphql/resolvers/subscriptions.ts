/** Root subscriptions. Each hears of ids and answers through `read`; the stream asks again for every event who is there. */
import { Arg, Ctx, ID, Info, Resolver, Root, Subscription } from 'type-graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { Change } from '../../kernel/index.js';
import type { OperationContext } from '../context.js';
import { answerEvent, hearOfCases, hearOfReminders, hearOfRuns } from '../subscriptions/events.js';
import { CaseEvent, ReminderEvent } from '../types/events.js';
import { SyncRun } from '../types/source.js';

/** As type-graphql hands it to `subscribe`; its own types know neither context nor arguments. */
type Opening = Parameters<typeof hearOfCases>[0] & Parameters<typeof hearOfRuns>[0];
const opened = <T>(hear: (opening: Opening) => T) => ({ subscribe: (data: object) => hear(data as Opening) as never });

@Resolver()
export class Subscriptions {
  @Subscription(() => CaseEvent, {
    ...opened(hearOfCases),
    description: 'A case that changed, or one whose patient has new facts; without an id any case.',
  })
  caseChanged(
    @Root() change: object,
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('caseId', () => ID, { nullable: true }) _caseId?: string,
  ): Promise<unknown> {
    return answerEvent(context, change as Change, info);
  }

  @Subscription(() => ReminderEvent, {
    ...opened(hearOfReminders),
    description: "A reminder of the viewer's that fell due, or one without a recipient in the viewer's departments.",
  })
  reminderDue(@Root() change: object, @Ctx() context: OperationContext, @Info() info: GraphQLResolveInfo): Promise<unknown> {
    return answerEvent(context, change as Change, info);
  }

  @Subscription(() => SyncRun, { ...opened(hearOfRuns), description: 'How a run of a source goes; without a name, of any source.' })
  syncProgress(
    @Root() change: object,
    @Ctx() context: OperationContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('source', () => String, { nullable: true }) _source?: string,
  ): Promise<unknown> {
    return answerEvent(context, change as Change, info);
  }
}
