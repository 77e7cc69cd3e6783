/** What the rules make of a case as it is stored now, and its clocks worked out again for what it is. */
import { newUuid } from '../kernel/index.js';
import { CaseIssue, Deadline, Facility } from '../store/index.js';
import type { Deed } from './act-context.js';
import { classify, flagsOf, type Classification } from './classification.js';
import { nextDue } from './clock-state.js';
import { deadlinesFor } from './deadlines.js';
import type { CaseRow } from './held-case.js';
import { rederiveClocks } from './rederive-clocks.js';
import { channels, issueCategories, type CaseFlag, type CaseKind } from './vocabulary.js';

/** What of an issue the rules look at. */
export interface Coded {
  readonly category: string;
  readonly subcategory: string | null;
  readonly harm: number | null;
}

/** What intake said and nobody stored (that a response was asked for, that it was settled on the spot) counts as not said.
 *  @param coded an issue that is being coded, beside those stored */
export async function judgeStored(
  { em, rules }: Pick<Deed, 'em' | 'rules'>,
  file: CaseRow,
  coded: readonly Coded[] = [],
): Promise<{ readonly flags: CaseFlag[]; readonly decided: Classification }> {
  const issues = [...(await em.find(CaseIssue, { case: file.id })), ...coded];
  const flags = flagsOf(issues, rules.classification);
  const facts = {
    channel: channels.find((known) => known === file.channel) ?? 'OTHER',
    complainantRelationship: file.complainantRelationship,
    complainantAuthority: file.complainantAuthority,
    categories: issueCategories.filter((known) => issues.some(({ category }) => category === known)),
    flags,
  };
  return { flags, decided: classify(facts, rules.classification) };
}

/** `next_due_at` follows in the same transaction. @returns the rules whose clocks are others now */
export async function runClocks(
  { em, rules }: Pick<Deed, 'em' | 'rules'>,
  file: CaseRow,
  { kind, flags }: { readonly kind: CaseKind; readonly flags: readonly CaseFlag[] },
): Promise<string[]> {
  const { timeZone, jurisdiction, programs } = await em.findOneOrFail(Facility, { id: file.facility.id });
  const facts = { kind, receivedAt: file.receivedAt, facility: { timeZone, jurisdiction, programs }, flags };
  const kept = await em.find(Deadline, { case: file.id }, { orderBy: { dueAt: 'asc', id: 'asc' } });
  const wanted = deadlinesFor(facts, rules.clocks, rules.calendars);
  const { withdrawn, revived, added } = rederiveClocks(kept, wanted, { acknowledgedAt: file.acknowledgedAt ?? null });
  for (const clock of withdrawn) clock.status = 'WITHDRAWN';
  for (const { clock, state } of revived) Object.assign(clock, state);
  const made = added.map(({ clock, state }) => em.create(Deadline, { uid: newUuid(), case: file.id, ...clock, ...state, labelMask: 0 }));
  file.nextDueAt = nextDue([...kept, ...made]);
  return [...withdrawn, ...revived.map(({ clock }) => clock), ...made].map(({ rule }) => rule);
}
