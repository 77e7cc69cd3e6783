/** The rules of schema/policy/snooping.yaml, read once. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { HubError, list, mapping, oneOf, problemsOf, readYamlLines, text, wholeNumber } from '../kernel/index.js';
import type { Policy } from './policy-file.js';
import { capabilities } from './policy-schema.js';

const word = text('text', 'value');
const rule = { id: word, citation: word, verified: z.boolean().optional() };
const rules = z.discriminatedUnion('finds', [
  mapping({ ...rule, finds: z.literal('OWN_NAME') }),
  mapping({ ...rule, finds: z.literal('OWN_ADDRESS') }),
  mapping({
    ...rule,
    finds: z.literal('NO_RELATION'),
    reads: wholeNumber(1, 1_000),
    withinDays: wholeNumber(1, 90),
    graceHours: wholeNumber(0, 720),
  }),
  mapping({
    ...rule,
    finds: z.literal('UNUSUAL_VOLUME'),
    patientsAtLeast: wholeNumber(1, 100_000),
    timesOwn: wholeNumber(1, 1_000),
    timesRole: wholeNumber(1, 1_000),
    historyDays: wholeNumber(1, 400),
    daysAtLeast: wholeNumber(1, 400),
  }),
  mapping({ ...rule, finds: z.literal('FLAGGED_PATIENT'), alerts: list(word) }),
  mapping({ ...rule, finds: z.literal('BREAK_GLASS') }),
]);
const file = mapping({
  personsAtMost: wholeNumber(1, 500),
  exempt: list(oneOf(capabilities)),
  reviewWithinDays: wholeNumber(1, 365),
  rules: list(rules),
});
export type SnoopingRules = z.output<typeof file>;
export type SnoopingRule<F extends z.output<typeof rules>['finds'] = z.output<typeof rules>['finds']> = Extract<
  z.output<typeof rules>,
  { finds: F }
>;

/** @throws HubError RULES_INVALID with one line for each problem */
export function readSnoopingRules(path: string): SnoopingRules {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new HubError('RULES_INVALID', 'policy/snooping.yaml: expected a file that can be read, found none', { cause });
  }
  return snoopingRulesOf(source);
}

/** @param source the file's text. @throws HubError RULES_INVALID with one line for each problem */
export function snoopingRulesOf(source: string): SnoopingRules {
  const lines = readYamlLines('policy/snooping.yaml', source);
  if (lines.unreadable.length > 0) throw new HubError('RULES_INVALID', lines.unreadable.join('\n'));
  const read = file.safeParse(lines.value);
  if (!read.success) throw new HubError('RULES_INVALID', problemsOf(read.error).map(lines.say).join('\n'));
  return read.data;
}

/** Roles that are left out, because of what they may do. */
export const exemptRoles = ({ exempt }: SnoopingRules, { roles }: Pick<Policy, 'roles'>): string[] =>
  [...roles].filter(([, { capabilities: may }]) => exempt.some((capability) => may.has(capability))).map(([role]) => role);
