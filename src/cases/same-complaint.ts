/** Is this the complaint that was opened a moment ago? The same words about the same patient by the same channel within a
 *  day are one complaint, opened twice by two people or one hurried one; anything less alike is a case of its own. */
import type { Deed } from './act-context.js';
import { Stopped } from './outcome.js';
import type { PinnedPatient } from './pinned-patient.js';

const dayMs = 86_400_000;

export interface Alike {
  readonly channel: string;
  readonly summary: string;
  readonly receivedAt: Date;
}

/** @throws Stopped with the case that is already there. Two people who open at once take turns, person by person. */
export async function mustBeNew({ em }: Deed, patient: PinnedPatient, { channel, summary, receivedAt }: Alike): Promise<void> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 2))', [patient.personUid]);
  const [existing] = await em.execute<{ uid: string; number: string }[]>(
    `select uid, number from case_file
     where patient_record_id = any(?::bigint[]) and channel = ? and summary = ? and received_at between ?::timestamptz and ?::timestamptz
     order by received_at desc, id desc limit 1`,
    [
      `{${patient.recordIds.join(',')}}`,
      channel,
      summary,
      new Date(receivedAt.getTime() - dayMs).toISOString(),
      new Date(receivedAt.getTime() + dayMs).toISOString(),
    ],
  );
  if (!existing) return;
  throw new Stopped({
    outcome: 'duplicate',
    existingUid: existing.uid,
    personUid: patient.personUid,
    message: `${existing.number} is the same complaint, received within a day. Add to it, or say what is different in the summary.`,
  });
}
