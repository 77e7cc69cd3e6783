/** Decides what kind of case something is, from what intake knows at that moment. The precedence is the order of the
 *  rows in schema/classification; this file only evaluates them. Not said counts as not so: a telephone complaint is a
 *  grievance until somebody says that it was resolved on the spot (42 CFR 482.13(a)(2)). */
import { authorizedFiler, type ClassificationRules, type FactTest } from './classification-rules.js';
import type { CaseFlag, CaseKind, Channel, IssueCategory } from './vocabulary.js';

export interface ClassificationFacts {
  /** What intake called it. It settles a compliment, a suggestion and an inquiry; it never makes less of a complaint. */
  readonly requestedKind?: CaseKind | null | undefined;
  readonly channel: Channel;
  readonly requestsResponse?: boolean | null | undefined;
  readonly resolvedOnTheSpot?: boolean | null | undefined;
  /** Nobody named means the patient. */
  readonly complainantRelationship?: string | null | undefined;
  /** By what right somebody else speaks for the patient, in words. */
  readonly complainantAuthority?: string | null | undefined;
  readonly categories: readonly IssueCategory[];
  readonly flags: readonly CaseFlag[];
}

export interface Classification {
  readonly kind: CaseKind;
  /** E.g. `us.482-13.written`. */
  readonly rule: string;
  readonly why: string;
  readonly citation: string;
  /** What a person may still make of it; null: anything. */
  readonly onlyTo: readonly CaseKind[] | null;
}

export function classify(facts: ClassificationFacts, rules: ClassificationRules): Classification {
  const decided = rules.rules.find(
    (rule) => rule.is.every((term) => holds(term, facts, rules)) && !rule.isNot.some((term) => holds(term, facts, rules)),
  );
  if (!decided) throw new TypeError('The last classification rule asks for nothing; the file was not read by parseClassificationRules');
  const { kind, id: rule, why, citation, onlyTo = null } = decided;
  return { kind, rule, why, citation, onlyTo };
}

/** Is the filer the patient, or somebody who may speak for the patient (45 CFR 164.502(g))? */
export function mayFileForPatient(
  facts: Pick<ClassificationFacts, 'complainantRelationship' | 'complainantAuthority'>,
  rules: ClassificationRules,
): boolean {
  return holds(authorizedFiler, { channel: 'OTHER', categories: [], flags: [], ...facts }, rules);
}

export interface AllegedIssue {
  readonly subcategory?: string | null | undefined;
  readonly harm?: number | null | undefined;
}

/** What the coded issues allege that changes kind or clocks. Coded harm is unreliable between coders (HCAT, BMJ Open
 *  2019 e033638): it can make a case a grievance, and never lifts one out; no clock hangs on it alone. */
export function flagsOf(issues: readonly AllegedIssue[], rules: ClassificationRules): CaseFlag[] {
  const alleged = rules.flags.filter((rule) =>
    issues.some(
      ({ subcategory, harm }) =>
        (subcategory != null && rule.subcategories.some((word) => sameWord(word, subcategory))) ||
        (rule.minHarm !== undefined && (harm ?? 0) >= rule.minHarm),
    ),
  );
  return [...new Set(alleged.map((rule) => rule.flag))];
}

function holds(term: string, facts: ClassificationFacts, rules: ClassificationRules): boolean {
  return (rules.terms[term] ?? []).some((test) => passes(test, facts));
}

function passes(test: FactTest, facts: ClassificationFacts): boolean {
  const { categories, flags } = facts;
  return (
    (!test.requestedKind || (facts.requestedKind != null && test.requestedKind.in.includes(facts.requestedKind))) &&
    (!test.channel || test.channel.in.includes(facts.channel)) &&
    (test.requestsResponse === undefined || test.requestsResponse === (facts.requestsResponse ?? false)) &&
    (test.resolvedOnTheSpot === undefined || test.resolvedOnTheSpot === (facts.resolvedOnTheSpot ?? false)) &&
    (!test.relationship || test.relationship.in.some((word) => sameWord(word, facts.complainantRelationship || 'patient'))) &&
    (test.authorityStated === undefined || test.authorityStated === Boolean(facts.complainantAuthority?.trim())) &&
    (!test.categories || about(test.categories, categories)) &&
    (!test.flags || test.flags.any.some((flag) => flags.includes(flag)))
  );
}

function about(test: NonNullable<FactTest['categories']>, categories: readonly IssueCategory[]): boolean {
  if ('any' in test) return test.any.some((category) => categories.includes(category));
  return categories.length > 0 && categories.every((category) => test.only.includes(category));
}

const sameWord = (one: string, other: string): boolean => plain(one) === plain(other);
const plain = (word: string): string =>
  word
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '-');
