/** A contact with the complainant, or a note among staff, as a row of its case. Which contact counts as a response is a fact
 *  of the contact and not of the clock: what we send or say does unless the writer says otherwise (nobody answered the call);
 *  what comes in, and what staff tell each other, never does. */
import { newUuid } from '../kernel/index.js';
import { Interaction } from '../store/index.js';
import type { Deed } from './act-context.js';
import { refuse } from './outcome.js';
import type { Channel } from './vocabulary.js';

export const directions = ['INBOUND', 'OUTBOUND', 'INTERNAL'] as const;
export type Direction = (typeof directions)[number];

export interface Contact {
  readonly at: Date;
  readonly channel: Channel;
  readonly direction: Direction;
  readonly withWhom: string | null;
  readonly note: string;
  readonly countsAsResponse: boolean;
}

/** Pure: what the writer says, and what follows where nothing is said. */
export function countsAsResponse(direction: Direction, said: boolean | null): boolean {
  if (said === true && direction !== 'OUTBOUND') {
    throw refuse(
      'BAD_INPUT',
      'countsAsResponse: expected an OUTBOUND contact; only what reaches the complainant is a response.',
      'countsAsResponse',
    );
  }
  return said ?? direction === 'OUTBOUND';
}

/** Gives the new row's uuid. */
export function addInteraction({ em, viewer }: Deed, file: { readonly id: string }, contact: Contact): string {
  const uid = newUuid();
  em.create(Interaction, {
    uid,
    case: file.id,
    ...contact,
    byUser: viewer.userRow,
    labelMask: 0,
  });
  return uid;
}

export const noteAmongStaff = ({ now }: Pick<Deed, 'now'>, note: string) =>
  ({ at: now, channel: 'OTHER', direction: 'INTERNAL', withWhom: null, note, countsAsResponse: false }) as const;
