/** Which identifiers are strong enough to link by, read from schema/identity/strong-identifiers.yaml. Data, because each
 *  hospital knows best which of its numbers are given out twice. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { HubError, list, mapping, problemsOf, readYamlLines, text } from '../kernel/index.js';

export interface StrongIdentifiers {
  /** HL7 table 0203. */
  readonly types: readonly string[];
  readonly systems: readonly string[];
  isPlaceholder(value: string): boolean;
}

const words = text('text', 'set');
const type = text('a type code of HL7 table 0203', 'value', /^[A-Z]{1,6}$/);
const verified = z.boolean();
const rulesFile = mapping({
  strong: list(mapping({ type: type.optional(), system: words.optional(), means: words, verified, because: words })),
  weak: list(mapping({ type, means: words, because: words })),
  placeholders: list(words),
});

/** @throws HubError RULES_INVALID with one line for each problem */
export function readStrongIdentifiers(file: string): StrongIdentifiers {
  const lines = readYamlLines(`identity/${basename(file)}`, readFileSync(file, 'utf8'));
  if (lines.unreadable.length > 0) throw new HubError('RULES_INVALID', lines.unreadable.join('\n'));
  const read = rulesFile.safeParse(lines.value);
  if (!read.success) throw new HubError('RULES_INVALID', problemsOf(read.error).map(lines.say).join('\n'));
  const { strong, weak, placeholders } = read.data;
  const types = strong.flatMap((row) => row.type ?? []);
  const problems = [
    ...strong.flatMap((row, at) =>
      (row.type === undefined) === (row.system === undefined) ? [{ path: ['strong', at], says: 'expected either a type or a system' }] : [],
    ),
    ...weak.flatMap((row, at) =>
      types.includes(row.type) ? [{ path: ['weak', at, 'type'], says: 'the same type is listed as strong' }] : [],
    ),
    ...placeholders.flatMap((pattern, at) =>
      patternOf(pattern) ? [] : [{ path: ['placeholders', at], says: 'expected a regular expression' }],
    ),
  ];
  if (problems.length > 0) throw new HubError('RULES_INVALID', problems.map(lines.say).join('\n'));
  const patterns = placeholders.flatMap((pattern) => patternOf(pattern) ?? []);
  return {
    types,
    systems: strong.flatMap((row) => row.system ?? []),
    isPlaceholder: (value) => {
      const bare = value.replace(/[\s.-]/g, '');
      return bare === '' || patterns.some((pattern) => pattern.test(bare));
    },
  };
}

function patternOf(source: string): RegExp | null {
  const ignoresCase = source.startsWith('(?i)');
  try {
    return new RegExp(ignoresCase ? source.slice(4) : source, ignoresCase ? 'iu' : 'u');
  } catch {
    return null;
  }
}
