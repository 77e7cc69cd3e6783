/** What schema/policy says, as texts by file name: read from a folder, or from the generation that the database keeps. All
 *  that is made of a policy is made of its texts, so that every process makes the same. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { HubError, problemsOf, readYamlLines, type ErrorCode, type YamlLines } from '../kernel/index.js';

export type PolicyTexts = Readonly<Record<string, string>>;

/** Every YAML file of the folder. @throws HubError POLICY_INVALID where there is none to be read */
export function readPolicyTexts(folder: string): PolicyTexts {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
    return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  } catch (cause) {
    throw new HubError('POLICY_INVALID', 'policy: expected a folder with the policy files, found none that can be read', { cause });
  }
}

/** The same texts have the same digest in every process. */
export function digestOf(texts: PolicyTexts): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(texts).sort()) hash.update(`${name}\u0000${texts[name] ?? ''}\u0000`);
  return hash.digest('hex').slice(0, 32);
}

export interface PolicyFile<T> {
  readonly value: T | null;
  /** Finished lines: `policy/rules.yaml:12 rules[3].when: expected ..., found ...`. */
  readonly problems: readonly string[];
  readonly say: YamlLines['say'];
}

/** One file by its schema. What is wrong comes back as lines, so that all files are told of at once. */
export function readPolicyFile<S extends z.ZodType>(texts: PolicyTexts, name: string, schema: S): PolicyFile<z.output<S>> {
  const called = `policy/${name}`;
  const source = texts[name];
  if (source === undefined) {
    return { value: null, problems: [`${called}: expected a file that can be read, found none`], say: ({ says }) => `${called}: ${says}` };
  }
  const lines = readYamlLines(called, source);
  if (lines.unreadable.length > 0) return { value: null, problems: lines.unreadable, say: lines.say };
  const read = schema.safeParse(lines.value);
  return read.success
    ? { value: read.data, problems: [], say: lines.say }
    : { value: null, problems: problemsOf(read.error).map(lines.say), say: lines.say };
}

/** @throws HubError where anything is wrong, a line for each */
export function refuseWith(problems: readonly string[], code: ErrorCode = 'POLICY_INVALID'): void {
  if (problems.length > 0) throw new HubError(code, problems.join('\n'));
}
