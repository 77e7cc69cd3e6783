/** The demo's cases: 25 complaints about visits and bills that the sandbox's people really have, opened by the acts that
 *  anybody's cases are opened by. Some are answered and acknowledged, so that the worklist looks like one. Once for a data
 *  folder: each act carries a key, so a start that was cut off goes on where it was. */
import type { CaseOutcome } from '../cases/index.js';
import type { DirectorySeed } from '../directory/index.js';
import type { CaseActs } from '../graphql/index.js';
import { HubError, toWireId } from '../kernel/index.js';
import type { ComplaintStory, Sandbox } from '../sandbox/index.js';

export const demoCaseCount = 25;

const hourMs = 3_600_000;

/** @returns how many cases there are */
export async function openDemoCases(sandbox: Pick<Sandbox, 'stories' | 'today'>, { acts, directory }: { acts: CaseActs; directory: DirectorySeed }): Promise<number> {
  let opened = 0;
  for (const [order, story] of sandbox.stories(demoCaseCount).entries()) {
    const outcome = await acts.openCase(intakeOf(story, { order, today: sandbox.today, directory }));
    const caseId = caseOf(outcome);
    opened += 1;
    if (outcome.outcome !== 'changed') continue;
    if (order % 3 === 0) await acts.recordInteraction(callBack(caseId, order));
    if (order % 5 === 1) await acts.acknowledgeCase({ caseId, channel: 'LETTER', note: 'Letter of receipt sent with the name of the advocate.', idempotencyKey: `demo-acknowledged-${order}` });
  }
  return opened;
}

function caseOf(outcome: CaseOutcome): string {
  switch (outcome.outcome) {
    case 'changed':
      return toWireId('case', outcome.caseUid);
    case 'duplicate':
      return toWireId('case', outcome.existingUid);
    case 'conflict':
    case 'refused':
      throw new HubError('INTERNAL', `A demo case could not be opened: ${outcome.message}`);
  }
}

function intakeOf(story: ComplaintStory, at: { order: number; today: string; directory: DirectorySeed }): object {
  const { channel, kind, summary, narrative, requestsResponse, categories, complainantRelationship: relationship } = story;
  const department = at.directory.maps.find(({ sourceName, theirName }) => sourceName === 'ehr' && theirName === story.department)?.departmentKey;
  const uuid = at.directory.departments.find(({ key }) => key === department)?.uuid;
  return {
    channel,
    summary,
    narrative,
    requestsResponse,
    ...(kind ? { kind } : {}),
    receivedAt: receivedAt(story.receivedDaysAgo, at),
    patient: { identifier: story.mrn },
    complainant: { relationship },
    issues: categories.map((category) => ({ category })),
    ...(uuid ? { departmentIds: [toWireId('dep', uuid)] } : {}),
    idempotencyKey: `demo-case-${at.order}`,
  };
}

/** In the afternoon of a day in the hospital's east-coast time, and the same at every start. */
function receivedAt(daysAgo: number, { order, today }: { order: number; today: string }): string {
  const midnight = new Date(`${today}T00:00:00.000Z`).getTime();
  return new Date(midnight - daysAgo * 24 * hourMs - (1 + (order % 8)) * hourMs).toISOString();
}

const callBack = (caseId: string, order: number): object => ({
  caseId,
  channel: 'PHONE',
  direction: order % 2 === 0 ? 'OUTBOUND' : 'INBOUND',
  note: order % 2 === 0 ? 'Called back, explained what happens next and by when.' : 'Rang to ask how far we are.',
  idempotencyKey: `demo-call-${order}`,
});
