/** What the rules make of a case as it is stored now, and its clocks worked out again for what it is. */
import { CaseIssue } from '../store/index.js';
import type { Deed } from './act-context.js';
import { addClock, clocksOf } from './case-clocks.js';
import { classify, flagsOf, type Classification } from './classification.js';
import { nextDue } from './clock-state.js';
import { deadlinesFor } from './deadlines.js';
import { siteOf } from './directory-rows.js';
import type { CaseRow } from './held-case.js';
import { rederiveClocks } from './rederive-clocks.js';
import { channels, issueCategories, wordOf, type CaseFlag, type CaseKind } from './vocabulary.js';

/** What of an issue the rules look at. */
export interface Coded {
  readonly category: string;
  readonly subcategory: string | null;
  readonly harm: number | null;
}

/** What intake called it is not stored, and counts as not said.
 *  @param coded an issue that is being coded, beside those stored */
export async function judgeStored(
  { em, rules }: Pick<Deed, 'em' | 'rules'>,
  file: CaseRow,
  coded: readonly Coded[] = [],
): Promise<{ readonly flags: CaseFlag[]; readonly decided: Classification }> {
  const issues = [...(await em.find(CaseIssue, { case: file.id })), ...coded];
  const flags = flagsOf(issues, rules.classification);
  const facts = {
    channel: wordOf(channels, file.channel),
    requestsResponse: file.requestsResponse,
    resolvedOnTheSpot: file.resolvedOnTheSpot,
    complainantRelationship: file.complainantRelationship,
    complainantAuthority: file.complainantAuthority,
    categories: issues.map(({ category }) => wordOf(issueCategories, category)),
    flags,
  };
  return { flags, decided: classify(facts, rules.classification) };
}

/** `next_due_at` follows in the same transaction. @returns the rules whose clocks are others now */
export async function runClocks(
  deed: Pick<Deed, 'em' | 'rules'>,
  file: CaseRow,
  { kind, flags }: { readonly kind: CaseKind; readonly flags: readonly CaseFlag[] },
): Promise<string[]> {
  const { clocks, calendars } = deed.rules;
  const facts = { kind, receivedAt: file.receivedAt, facility: await siteOf(deed, file), flags };
  const kept = await clocksOf(deed, file);
  const again = rederiveClocks(kept, deadlinesFor(facts, clocks, calendars), { acknowledgedAt: file.acknowledgedAt ?? null });
  for (const clock of again.withdrawn) clock.status = 'WITHDRAWN';
  for (const { clock, state } of again.revived) Object.assign(clock, state);
  const made = again.added.map(({ clock, state }) => addClock(deed, file, { ...clock, ...state }));
  file.nextDueAt = nextDue([...kept, ...made]);
  return [...again.withdrawn, ...again.revived.map(({ clock }) => clock), ...made].map(({ rule }) => rule);
}
