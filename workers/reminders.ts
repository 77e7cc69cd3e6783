/** The reminders queue: deadlines become reminders, and reminders fall due on the business clock. Due dates are polled,
 *  never queue delays: the business clock can be moved. */
import type { Pool } from 'pg';
import type { Clock } from '../src/kernel/index.js';
import type { Handlers, Queues } from '../src/queue/index.js';
import type { BusinessClock } from '../src/store/index.js';

export function reminderHandlers({ clock }: { readonly pool: Pool; readonly clock: BusinessClock }): Handlers<'reminders'> {
  return {
    dueReminders: async () => {
      await clock.refresh();
    },
    caseDeadlines: () => Promise.resolve(),
  };
}

/** Once a stretch of time, however many workers ask: the job's id is the stretch. */
export function askForReminders(queues: Pick<Queues, 'add'>, clock: Clock, everyMs: number): Promise<void> {
  return queues.add([{ name: 'dueReminders', payload: {}, jobId: `due-${Math.floor(clock.now().getTime() / everyMs)}` }]);
}
