/** The form of schema/reminders: for each step of a deadline, when whoever holds the case is reminded, and in which words.
 *  Data, so that a hospital changes a lead time without a program. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { HubError, list, mapping, problemsOf, readYamlLines, setting, text, wholeNumber } from '../kernel/index.js';

const timeOfDay = text('a time of day such as 09:00', 'value', /^([01]\d|2[0-3]):[0-5]\d$/);
const atOnce = setting('at-once', 'value', (value) => (value === 'at-once' ? value : undefined));
const dayBefore = mapping({ businessDaysBefore: wholeNumber(0, 60), at: timeOfDay });

const reminderFile = mapping({
  version: wholeNumber(1, 1),
  reminders: list(
    mapping({
      id: text('an id such as hub.remind.reply', 'value', /^[a-z0-9]+([.-][a-z0-9]+)*$/),
      step: text('a step such as REPLY', 'value', /^[A-Z]+(_[A-Z]+)*$/),
      when: z.unknown().pipe(z.union([atOnce, dayBefore], 'expected at-once, or businessDaysBefore and at')),
      reason: text('the words of the reminder', 'value'),
    }),
  ),
});

export type ReminderRule = z.output<typeof reminderFile>['reminders'][number];
export type RemindWhen = ReminderRule['when'];

/** One rule for each step, by step. */
export type ReminderRules = ReadonlyMap<string, ReminderRule>;

/** @throws HubError RULES_INVALID with one line for each problem */
export function loadReminderRules(path: string): ReminderRules {
  return parseReminderRules(join(basename(dirname(path)), basename(path)), readText(path));
}

export function parseReminderRules(name: string, source: string): ReminderRules {
  const yaml = readYamlLines(name, source);
  if (yaml.unreadable.length > 0) throw new HubError('RULES_INVALID', yaml.unreadable.join('\n'));
  const read = reminderFile.safeParse(yaml.value);
  if (!read.success) throw new HubError('RULES_INVALID', problemsOf(read.error).map(yaml.say).join('\n'));
  const { reminders } = read.data;
  const again = reminders.flatMap(({ step }, index) => {
    const first = reminders.findIndex((row) => row.step === step);
    const path = ['reminders', index, 'step'];
    return first < index ? [yaml.say({ path, says: `expected a step of its own, found '${step}', which reminders[${first}] has` })] : [];
  });
  if (again.length > 0) throw new HubError('RULES_INVALID', again.join('\n'));
  return new Map(reminders.map((row) => [row.step, row]));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new HubError('RULES_INVALID', `Expected a reminder file at ${path}, found none that can be read.`, { cause });
  }
}
