/** Decides by hand what kind of case it is, and works its clocks out again. Where a rule leaves no choice, as for abuse and
 *  neglect, nobody has one (42 CFR 482.13(a)(2)); the kind before stays in the history, with the reason. */
import { newUuid, toWireId } from '../kernel/index.js';
import { CaseIssue, Deadline, Facility } from '../store/index.js';
import type { ActContext, Deed } from './act-context.js';
import { caseAction, type CaseActionInput } from './case-action.js';
import { askForReminders } from './case-clocks.js';
import { writeHistory } from './case-history.js';
import { classify, flagsOf } from './classification.js';
import { nextDue } from './clock-state.js';
import { deadlinesFor } from './deadlines.js';
import { holdCase, type CaseRow } from './held-case.js';
import { addInteraction, noteAmongStaff } from './interactions.js';
import { refuse, type CaseOutcome } from './outcome.js';
import { perform } from './perform.js';
import { rederiveClocks } from './rederive-clocks.js';
import { channels, issueCategories, type CaseFlag, type CaseKind } from './vocabulary.js';

const schema = caseAction(['kind']);
/** Stands where else the rule's id does. */
export const byHand = 'hub.decided-by-hand';

export function classifyCase(context: ActContext, input: CaseActionInput): Promise<CaseOutcome> {
  const message = (number: string): string => `${number} is of another kind now.`;
  return perform(context, { operation: 'classifyCase', action: 'UPDATE', schema, input, message }, async (deed, given) => {
    const { caseId, expectedVersion, kind, reason, note } = given;
    const { file } = await holdCase(deed, { caseId, expectedVersion, step: 'classify', given });
    if (kind === null || kind === file.kind) throw refuse('BAD_INPUT', `kind: expected another kind than ${file.kind}.`, 'kind');
    const flags = await mustBeFree(deed, file, kind);
    const before = { kind: file.kind, classification: file.classification };
    Object.assign(file, { kind, classification: byHand, version: file.version + 1 });
    const deadlines = await runOther(deed, file, { kind, flags });
    const subjectUid = note === null ? null : addInteraction(deed, file, noteAmongStaff(deed, note));
    const after = {
      kind,
      classification: byHand,
      ...(deadlines.length > 0 ? { deadlines } : {}),
      ...(subjectUid ? { interactions: [toWireId('int', subjectUid)] } : {}),
      reason,
    };
    writeHistory(deed, file, { what: 'RECLASSIFIED', before, after });
    await askForReminders(deed, file);
    return { file, subjectUid };
  });
}

/** @throws Stopped where the rule that decides by what is known leaves no choice for this kind */
async function mustBeFree({ em, rules }: Deed, file: CaseRow, kind: CaseKind): Promise<CaseFlag[]> {
  const issues = await em.find(CaseIssue, { case: file.id });
  const flags = flagsOf(issues, rules.classification);
  const facts = {
    channel: channels.find((known) => known === file.channel) ?? 'OTHER',
    complainantRelationship: file.complainantRelationship,
    complainantAuthority: file.complainantAuthority,
    categories: issueCategories.filter((known) => issues.some(({ category }) => category === known)),
    flags,
  };
  const { onlyTo, why, citation, rule } = classify(facts, rules.classification);
  if (onlyTo && !onlyTo.includes(kind))
    throw refuse('BAD_INPUT', `kind: expected ${onlyTo.join(' or ')}. ${why} (${rule}, ${citation})`, 'kind');
  return flags;
}

/** @returns the rules whose clocks are others now */
async function runOther(
  { em, rules }: Deed,
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
