/** What subscriptions answer. */
import { ObjectType } from 'type-graphql';
import { Case, Reminder } from './case.js';
import { Always, anId, Maybe, text } from './field.js';
import { AccessGrant } from './grants.js';

@ObjectType({ description: '`case` is null once the viewer may not see it any more.' })
export class CaseEvent {
  @Always(anId)
  caseId!: string;
  @Maybe(() => Case, 'The case as it is now.')
  case!: Case | null;
}

@ObjectType({ description: 'A break-glass access that waits for its review.' })
export class ReviewDue {
  @Always(text, 'The row of break-glass.yaml that tells of it, e.g. glass.broken.')
  rule!: string;
  @Maybe(() => AccessGrant, 'The access itself, for who reviews it.')
  grant!: AccessGrant | null;
}

@ObjectType({ description: '`reminder` is null where the viewer may not see its case, or not any more, and where it is of no case.' })
export class ReminderEvent {
  @Always(anId, 'The reminder.')
  reminderId!: string;
  @Maybe(() => Reminder, 'The reminder as it is now.')
  reminder!: Reminder | null;
  @Maybe(() => ReviewDue, 'What to review, where it is no case that the reminder is of.')
  review!: ReviewDue | null;
}
