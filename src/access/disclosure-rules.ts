/** Which disclosures are accounted for (45 CFR 164.528(a)(1)), read from schema/policy/disclosures.yaml. The law says what is
 *  left out; whatever is not recognised is accounted for. Deciding is pure. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { HubError, list, mapping, problemsOf, readYamlLines, text, wholeNumber } from '../kernel/index.js';

const word = text('text', 'value');
const known = { id: word, words: list(word), citation: word, verified: z.boolean().optional() };
const file = mapping({
  lookBackYears: wholeNumber(1, 100),
  oralStatementDays: wholeNumber(1, 365),
  accounted: list(mapping(known)),
  notAccounted: list(mapping({ ...known, means: word })),
});
export type DisclosureRules = z.output<typeof file>;

/** @throws HubError RULES_INVALID with one line for each problem */
export function readDisclosureRules(path: string): DisclosureRules {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new HubError('RULES_INVALID', 'policy/disclosures.yaml: expected a file that can be read, found none', { cause });
  }
  const lines = readYamlLines('policy/disclosures.yaml', source);
  if (lines.unreadable.length > 0) throw new HubError('RULES_INVALID', lines.unreadable.join('\n'));
  const read = file.safeParse(lines.value);
  if (!read.success) throw new HubError('RULES_INVALID', problemsOf(read.error).map(lines.say).join('\n'));
  return read.data;
}

export type Accountability =
  | { readonly accounted: true; readonly rule: string | null; readonly citation: string | null }
  | { readonly accounted: false; readonly rule: string; readonly means: string; readonly citation: string };

export function accountabilityOf(purpose: string, { accounted, notAccounted }: DisclosureRules): Accountability {
  const said = plain(purpose);
  const names = ({ words }: { readonly words: readonly string[] }): boolean => words.some((each) => said.includes(plain(each)));
  const ground = accounted.find(names);
  if (ground) return { accounted: true, rule: ground.id, citation: ground.citation };
  const left = notAccounted.find(names);
  if (left) return { accounted: false, rule: left.id, means: left.means, citation: left.citation };
  return { accounted: true, rule: null, citation: null };
}

/** Whole words only: `TREAT` is not in `retreat`. */
const plain = (words: string): string =>
  ` ${words
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()} `;
