/** The reminders room's door. */
export { reminderShapes } from './shape.js';
export { loadReminderRules, type ReminderRules } from './reminder-rules.js';
export { turnDeadlinesIntoReminders, type CaseRange, type ReminderKnowledge, type Turned } from './turn-deadlines.js';
export { markDueReminders, type Marked } from './mark-due.js';
