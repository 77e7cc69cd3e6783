/** What subscriptions answer. */
import { ObjectType } from 'type-graphql';
import { Always, anId, Maybe } from './field.js';
import { Case, Reminder } from './case.js';

@ObjectType({ description: '`case` is null once the viewer may not see it any more.' })
export class CaseEvent {
  @Always(anId)
  caseId!: string;
  @Maybe(() => Case, 'The case as it is now.')
  case!: Case | null;
}

@ObjectType({ description: '`reminder` is null once the viewer may not see it any more.' })
export class ReminderEvent {
  @Always(anId, 'The reminder.')
  reminderId!: string;
  @Maybe(() => Reminder, 'The reminder as it is now.')
  reminder!: Reminder | null;
}
