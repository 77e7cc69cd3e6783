/** A review of access that the search for snooping opened is closed by a person, with a word on what it was. */
import { z } from 'zod';
import { uuidOf } from '../kernel/index.js';
import { performPrivacyAct, type PrivacyContext } from './privacy-act.js';
import { refuseAct, type PrivacyOutcome } from './privacy-outcome.js';

const input = z.strictObject({
  reviewId: z.string('expected the id of a review'),
  justified: z.boolean('expected true | false'),
  note: z
    .string('expected a note')
    .transform((text) => text.trim())
    .refine((text) => text !== '' && text.length <= 4_000 && !text.includes('\u0000'), 'expected a note of at most 4000 characters'),
  idempotencyKey: z.string().nullish(),
});

/** Closing it twice in the same way changes nothing; in another way it is refused: what was decided stays. */
export function reviewAccess(context: PrivacyContext, given: object): Promise<PrivacyOutcome> {
  const order = { operation: 'reviewAccess', action: 'UPDATE', schema: input, input: given } as const;
  return performPrivacyAct(context, order, async ({ em, viewer, now }, { reviewId, justified, note }) => {
    const uid = uuidOf(reviewId, 'rev');
    const [row] =
      uid === null
        ? []
        : await em.execute<{ state: string; personUid: string | null }[]>(
            'select state, person_uid as "personUid" from access_review where uid = ? for update',
            [uid],
          );
    if (!row || uid === null) throw refuseAct('NOT_FOUND', 'reviewId: no review with this id.', 'reviewId');
    const state = justified ? 'JUSTIFIED' : 'NOT_JUSTIFIED';
    if (row.state !== 'OPEN' && row.state !== state)
      throw refuseAct('CONFLICT', 'The review was closed before, and otherwise. What was decided stays.');
    await em.execute(`update access_review set state = ?, reviewed_by = ?, reviewed_at = ?, note = ? where uid = ? and state = 'OPEN'`, [
      state,
      viewer.userRow,
      now.toISOString(),
      note,
      uid,
    ]);
    return { outcome: 'done', uid, personUid: row.personUid, message: 'The review is closed.' };
  });
}
