/** The reminders queue: deadlines become reminders, and reminders fall due on the business clock. Due dates are polled,
 *  never queue delays: the business clock can be moved. */
import type { Pool } from 'pg';
import type { Clock } from '../src/kernel/index.js';
import type { Queues } from '../src/queue/index.js';
import { markDueReminders, turnDeadlinesIntoReminders, type ReminderKnowledge } from '../src/reminders/index.js';
import type { BusinessClock } from '../src/store/index.js';
import type { Work } from './audited.js';

export interface ReminderWork extends ReminderKnowledge {
  readonly pool: Pool;
  readonly clock: BusinessClock;
}

export function reminderHandlers({ pool, clock, ...known }: ReminderWork): Work<'reminders'> {
  return {
    dueReminders: async () => {
      await clock.refresh();
      const { sent, missed } = await markDueReminders(pool, clock.now());
      return sent + missed > 0;
    },
    caseDeadlines: async (range) => {
      await turnDeadlinesIntoReminders(pool, range, known);
    },
  };
}

/** Once a stretch of time, however many workers ask: the job's id is the stretch. */
export function askForReminders(queues: Pick<Queues, 'add'>, clock: Clock, everyMs: number): Promise<void> {
  return queues.add([{ name: 'dueReminders', payload: {}, jobId: `due-${Math.floor(clock.now().getTime() / everyMs)}` }]);
}
