/** What is told unasked: cases and reminders change, and each viewer hears of those that they may know of, as they may see them,
 *  and of no others. */
import { asOwner } from '../../support/owner.js';
import { openStream, quietly } from '../../support/streams.js';
import { nearCases } from './expected.js';
import { recipientOf } from './plant.js';
import { decision, evenly, idOf, isObject, type Decision } from './path.js';
import type { Reference, Viewer } from './reference.js';
import { isHidden, mayAsk } from './rules.js';
import type { Room } from './room.js';
import { ofCase, ofPart } from './said-of-rows.js';
import { selectionOf, type Told, type Type } from './said.js';
import type { Part } from './world.js';

interface Subject {
  readonly type: Type;
  readonly document: string;
  /** What happens, and to which rows. */
  readonly change: string;
  readonly rows: (reference: Reference) => readonly { readonly n: number; readonly id: string }[];
  /** Null: nothing is heard of it. `absent`: that it changed, and nothing else. */
  readonly heard: (reference: Reference, viewer: Viewer, n: number) => Told | 'absent' | null;
}

export const caseChanged: Subject = {
  type: 'Case',
  document: `subscription { told: caseChanged { id: caseId object: case { ${selectionOf('Case')} } } }`,
  change: 'update case_file set version = version + 1 where id % 2 = 0',
  rows: ({ world }) => world.cases.filter(({ n }) => n % 2 === 0).map(({ n }) => ({ n, id: idOf('case', n) })),
  heard: (reference, viewer, n) => {
    const one = reference.world.cases.find((row) => row.n === n);
    return one && !isHidden(one.labels) ? ofCase(reference, viewer, one) : null;
  },
};

const isMeant = ({ n, of }: Part, viewer: Viewer): boolean => {
  const recipient = recipientOf(n);
  return recipient === null ? of.departments.some((one) => viewer.departments.includes(one)) : recipient === viewer.user;
};
export const reminderDue: Subject = {
  type: 'Reminder',
  document: `subscription { told: reminderDue { id: reminderId object: reminder { ${selectionOf('Reminder')} } } }`,
  change: `update reminder set status = 'SENT', sent_at = now()`,
  rows: ({ world }) => world.parts.filter(({ kind }) => kind === 'Reminder').map(({ n }) => ({ n, id: idOf('rem', n) })),
  heard: (reference, viewer, n) => {
    const reminder = reference.world.parts.find((part) => part.n === n);
    if (!reminder || !isMeant(reminder, viewer) || isHidden(reminder.labels)) return null;
    // It is about its case: of one whose story the viewer may not read it says that it is due, and nothing else.
    return reference.hasPart(viewer, reminder) ? ofPart(reminder) : 'absent';
  },
};

/** Who reads a good part of the cases, and as many who do not. */
const listenersOf = ({ reference, viewers }: Room): readonly Viewer[] =>
  evenly(
    viewers.filter((viewer) => mayAsk(viewer, 'READ_CASES')),
    (viewer) => nearCases(reference, viewer).length > reference.world.cases.length / 3,
  );

/** They listen while the rows change. */
export async function listenToAll(room: Room, subject: Subject): Promise<Decision[]> {
  const { reference, gateway, database } = room;
  const listening = await Promise.all(
    listenersOf(room).map(async (viewer) => ({ viewer, stream: await openStream(gateway, await room.token(viewer), subject.document) })),
  );
  try {
    const rows = subject.rows(reference);
    const expected = listening.map(({ viewer, stream }) => ({ viewer, stream, heard: new Map(rows.map(({ n, id }) => [id, subject.heard(reference, viewer, n)])) })); // prettier-ignore
    await asOwner(database.url, subject.change);
    for (const { stream, heard } of expected) await stream.count([...heard.values()].filter((told) => told !== null).length);
    await quietly();
    return expected.flatMap(({ viewer, stream, heard }) => {
      const events = stream.events.map(({ data }) => data?.['told']).filter(isObject);
      room.search(viewer, JSON.stringify(stream.events));
      const byId = new Map(events.map((event) => [String(event['id']), event['object']]));
      return [...heard].map(([id, told]): Decision => {
        const one = decision(subject.type, `${id} to ${JSON.stringify(viewer)}`, {
          expected: told === 'absent' ? null : told,
          object: byId.get(id),
        });
        const isHeard = byId.has(id);
        if (isHeard !== (told !== null)) return { ...one, expected: { heard: String(!isHeard) } };
        // What is meant for others is no decision on who may see it.
        return isHeard || subject.type === 'Case' ? one : { node: one.node, expected: one.expected, found: one.found };
      });
    });
  } finally {
    listening.forEach(({ stream }) => stream.close());
  }
}
