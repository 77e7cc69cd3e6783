/** Reads one YAML rule file by a zod schema. A file that cannot be taken stops the start with a HubError that holds one
 *  sentence for each problem, naming the file, the row and what was found there:
 *  `schema/clocks/us.yaml:12 clocks[0].limit.unit: expected hour | calendar-day, found 'weeks'`. */
import type { z } from 'zod';
import { expectedFound, HubError, readYamlLines, type Problem } from '../kernel/index.js';

export interface RuleText {
  /** The name that a person would look for, e.g. `schema/clocks/us.yaml`. */
  readonly file: string;
  readonly text: string;
}

export function readRules<S extends z.ZodType>(source: RuleText, schema: S): z.output<S> {
  const lines = readYamlLines(source.file, source.text);
  if (lines.unreadable.length > 0) throw new HubError('RULES_INVALID', lines.unreadable.join('\n'));
  const read = schema.safeParse(lines.value);
  if (read.success) return read.data;
  const problems = read.error.issues.flatMap((issue) => problemsIn(issue, lines.value));
  throw new HubError('RULES_INVALID', problems.map((problem) => lines.say(problem)).join('\n'));
}

function problemsIn(issue: z.core.$ZodIssue, raw: unknown): Problem[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: [...path, key], says: 'unknown key', atKey: true }));
  if (issue.code === 'custom') return [{ path, says: issue.message }];
  return [{ path, says: expectedFound(expectation(issue), valueAt(raw, path), 'value') }];
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values.map(String).join(' | ');
    case 'invalid_type':
      return words[issue.expected] ?? issue.expected;
    case 'too_small':
      return `${issue.minimum} or more`;
    case 'too_big':
      return `${issue.maximum} or less`;
    case 'invalid_format':
      return words[issue.format] ?? issue.format;
    default:
      return issue.message;
  }
}

const words: Partial<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true | false',
  date: 'a date (YYYY-MM-DD)',
  regex: 'a word in small letters, with dots and hyphens',
};

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value !== null && typeof value === 'object' ? Reflect.get(value, key) : undefined), raw);
}
