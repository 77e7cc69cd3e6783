/** The demo's cases: 25 complaints about visits and bills that the sandbox's people really have, opened by the acts that
 *  anybody's cases are opened by. Some are answered and acknowledged, so that the worklist looks like one. Once for a
 *  database: each act carries a key, and a start that was cut off goes on at the act where it was. */
import type { Pool } from 'pg';
import type { CaseActs, CaseOutcome } from '../cases/index.js';
import type { DirectorySeed } from '../directory/index.js';
import { HubError, toWireId } from '../kernel/index.js';
import type { ComplaintStory } from '../sandbox/index.js';

export const demoCaseCount = 25;

const hourMs = 3_600_000;
const keyOf = (order: number): string => `demo-case-${order}`;

type DemoAct = 'openCase' | 'recordInteraction' | 'acknowledgeCase';
/** Acts that were done, as `recordInteraction demo-case-3`, with the uuid of their case. */
export type DoneActs = ReadonlyMap<string, string>;

export async function demoActsDone(pool: Pool): Promise<DoneActs> {
  const { rows } = await pool.query<{ act: string; uid: string }>(
    `select i.operation || ' ' || i.key as act, c.uid from idempotency i join case_file c on c.id = i.case_id where i.key like 'demo-case-%'`,
  );
  return new Map(rows.map(({ act, uid }) => [act, uid]));
}

const actOf = (act: DemoAct, order: number): string => `${act} ${keyOf(order)}`;

/** What is done with a case, in this order. */
const actsOn = (order: number): DemoAct[] => [
  'openCase',
  ...(order % 3 === 0 ? (['recordInteraction'] as const) : []),
  ...(order % 5 === 1 ? (['acknowledgeCase'] as const) : []),
];

export const allDone = (done: DoneActs, cases: number): boolean =>
  Array.from({ length: cases }, (_, order) => order).every((order) => actsOn(order).every((act) => done.has(actOf(act, order))));

interface DemoStories {
  readonly stories: readonly ComplaintStory[];
  /** The day up to which they are told. */
  readonly today: string;
  readonly done: DoneActs;
}

export async function openDemoCases(
  { stories, today, done }: DemoStories,
  { acts, directory }: { acts: CaseActs; directory: DirectorySeed },
): Promise<void> {
  for (const [order, story] of stories.entries()) {
    const left = new Set(actsOn(order).filter((act) => !done.has(actOf(act, order))));
    const opened = done.get(actOf('openCase', order));
    const caseId = opened ? toWireId('case', opened) : caseOf(await acts.openCase(intakeOf(story, { order, today, directory })));
    if (left.has('recordInteraction')) await acts.recordInteraction(call(caseId, { order, today, daysAgo: story.receivedDaysAgo }));
    if (left.has('acknowledgeCase')) await acts.acknowledgeCase(letter(caseId, order));
  }
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
  const department = at.directory.maps.find(
    ({ sourceName, theirName }) => sourceName === 'ehr' && theirName === story.department,
  )?.departmentKey;
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
    idempotencyKey: keyOf(at.order),
  };
}

/** In the afternoon of a day in the hospital's east-coast time, and the same at every start. */
function receivedAt(daysAgo: number, { order, today }: { order: number; today: string }): string {
  const midnight = new Date(`${today}T00:00:00.000Z`).getTime();
  return new Date(midnight - daysAgo * 24 * hourMs - (1 + (order % 8)) * hourMs).toISOString();
}

const letter = (caseId: string, order: number): object => ({
  caseId,
  channel: 'LETTER',
  note: 'Letter of receipt sent, with the name of the advocate.',
  idempotencyKey: keyOf(order),
});

/** A call on the day after receipt, in time for the office's own deadline. */
const call = (caseId: string, { order, today, daysAgo }: { order: number; today: string; daysAgo: number }): object => ({
  caseId,
  channel: 'PHONE',
  direction: order % 2 === 0 ? 'OUTBOUND' : 'INBOUND',
  ...(daysAgo > 1 ? { at: receivedAt(daysAgo - 1, { order, today }) } : {}),
  note: order % 2 === 0 ? 'Called back, explained what happens next and by when.' : 'Rang to ask how far we are.',
  idempotencyKey: keyOf(order),
});
