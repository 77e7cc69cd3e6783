/** The form of schema/classification: named terms, and an ordered table of rules over them. A term holds when any one of
 *  its tests holds; a test holds when everything it says is true; a rule decides when all its terms hold. The first
 *  rule that decides wins, so the order of the rows is the precedence, and the last row must ask for nothing. */
import { z } from 'zod';
import { readRules, type RuleText } from './rule-file.js';
import { caseFlags, caseKinds, channels, issueCategories } from './vocabulary.js';

const oneOf = <T extends readonly [string, ...string[]]>(words: T) => z.strictObject({ in: z.array(z.enum(words)).min(1) });

const factTest = z.strictObject({
  requestedKind: oneOf(caseKinds).optional(),
  channel: oneOf(channels).optional(),
  requestsResponse: z.boolean().optional(),
  resolvedOnTheSpot: z.boolean().optional(),
  /** Compared without regard to case, blanks and hyphens. */
  relationship: z.strictObject({ in: z.array(z.string()).min(1) }).optional(),
  authorityStated: z.boolean().optional(),
  categories: z
    .strictObject({ any: z.array(z.enum(issueCategories)).min(1) })
    .or(z.strictObject({ only: z.array(z.enum(issueCategories)).min(1) }))
    .optional(),
  flags: z.strictObject({ any: z.array(z.enum(caseFlags)).min(1) }).optional(),
});
export type FactTest = z.output<typeof factTest>;

const flagRule = z.strictObject({
  flag: z.enum(caseFlags),
  why: z.string(),
  subcategories: z.array(z.string()).default([]),
  minHarm: z.int().min(1).max(5).optional(),
});

const kindRule = z.strictObject({
  id: z.string().min(1),
  is: z.array(z.string()).default([]),
  isNot: z.array(z.string()).default([]),
  kind: z.enum(caseKinds),
  why: z.string().min(1),
  citation: z.string().min(1),
  evidence: z.enum(['verified', 'secondary', 'unverified', 'policy']),
  /** Where this rule decides, a person may decide otherwise for one of these kinds only; not said: for any. */
  onlyTo: z.array(z.enum(caseKinds)).min(1).optional(),
});

/** The term that says whether the filer is the patient or somebody who may speak for the patient. */
export const authorizedFiler = 'authorized-filer';

const classificationFile = z
  .strictObject({
    version: z.int(),
    jurisdiction: z.string(),
    effective: z.strictObject({ from: z.iso.date(), until: z.iso.date().optional() }),
    flags: z.array(flagRule),
    terms: z.record(z.string(), z.array(factTest).min(1)),
    rules: z.array(kindRule).min(1),
  })
  .superRefine(({ terms, rules }, context) => {
    const complain = (path: PropertyKey[], message: string): void => context.addIssue({ code: 'custom', path, message });
    if (!(authorizedFiler in terms)) complain(['terms'], `expected the term ${authorizedFiler}, found ${Object.keys(terms).join(', ')}`);
    const seen = new Set<string>();
    rules.forEach((rule, index) => {
      for (const side of ['is', 'isNot'] as const)
        rule[side].forEach((term, at) => {
          if (!(term in terms)) complain(['rules', index, side, at], `expected one of the terms above, found '${term}'`);
        });
      if (seen.has(rule.id)) complain(['rules', index, 'id'], `expected an id of its own, found '${rule.id}' a second time`);
      seen.add(rule.id);
    });
    const last = rules.at(-1);
    if (last && last.is.length + last.isNot.length > 0)
      complain(['rules', rules.length - 1], 'expected the last rule to ask for nothing, so that every case gets a kind');
  });
export type ClassificationRules = z.output<typeof classificationFile>;

export function parseClassificationRules(source: RuleText): ClassificationRules {
  return readRules(source, classificationFile);
}
