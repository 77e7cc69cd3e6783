/** Reads one YAML rule file by a zod schema. A file that cannot be taken stops the start with a HubError that holds one
 *  sentence for each problem, naming the file, the row and what was found there:
 *  `clocks/us.yaml rules[2].limit.unit: expected hour | day, found 'weeks'`.
 *  Rule files hold no secrets and no PHI, so what was found may be printed. */
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { HubError } from '../kernel/index.js';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

export interface RuleText {
  /** The name that a person would look for, e.g. `schema/clocks/us.yaml`. */
  readonly file: string;
  readonly text: string;
}

export function readRules<S extends z.ZodType>(source: RuleText, schema: S): z.output<S> {
  const document = parseDocument(source.text, { prettyErrors: false });
  const fault = document.errors[0];
  if (fault) {
    const line = source.text.slice(0, fault.pos[0]).split('\n').length;
    throw new HubError('RULES_INVALID', `${source.file}:${line}: this is not readable YAML (${fault.message})`);
  }
  const raw: unknown = document.toJS();
  const read = schema.safeParse(raw);
  if (read.success) return read.data;
  throw new HubError('RULES_INVALID', read.error.issues.map((issue) => sentence(source.file, issue, raw)).join('\n'));
}

function sentence(file: string, issue: Issue, raw: unknown): string {
  const place = [file, pathText(issue.path)].filter(Boolean).join(' ');
  if (issue.code === 'custom') return `${place}: ${issue.message}`;
  if (issue.code === 'unrecognized_keys') return `${place}: ${issue.keys.map((key) => `'${key}'`).join(', ')} is not a word known here`;
  return `${place}: expected ${expected(issue)}, found ${shown(valueAt(raw, issue.path))}`;
}

function expected(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values.map(String).join(' | ');
    case 'invalid_type':
      return issue.expected;
    case 'too_small':
      return `${issue.minimum} or more`;
    case 'too_big':
      return `${issue.maximum} or less`;
    case 'invalid_format':
      return issue.format;
    default:
      return issue.message;
  }
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (value !== null && typeof value === 'object') return 'a group of settings';
  return `'${String(value)}'`;
}

function pathText(path: Path): string {
  return path.reduce<string>((text, key) => (typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key)), '');
}

function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value !== null && typeof value === 'object' ? Reflect.get(value, key) : undefined), raw);
}
