/** Where a person asked to be reached instead (45 CFR 164.522(b)): recorded by who holds an open case of theirs, or reviews
 *  access. The later one of a kind takes the place of the earlier. */
import { z } from 'zod';
import {
  earlierRow,
  patientWith,
  performOfficeAct,
  refuseAct,
  type OfficeContext,
  type OfficeDeed,
  type PrivacyOutcome,
} from '../access/index.js';
import { phoneDigits } from '../store/index.js';
import { idempotencyKey, maybe, said } from './agreement-acts.js';

export const contactKinds = ['phone', 'sms', 'fax', 'email', 'postal'] as const;

const recording = z.strictObject({
  patientId: said('the id of a patient', 100),
  kind: z.enum(contactKinds, `expected ${contactKinds.join(' | ')}`),
  value: said('a number or an address', 500),
  use: maybe(said('a use', 40)),
  idempotencyKey,
});

export function recordConfidentialContact(context: OfficeContext, input: object): Promise<PrivacyOutcome> {
  return performOfficeAct(
    context,
    { operation: 'recordConfidentialContact', action: 'UPDATE', schema: recording, input },
    async (deed, given) => {
      const { em, viewer, now, requestHash } = deed;
      const { idempotencyKey: key } = given;
      const { personUid, personId, recordIds } = await patientWith(deed, given.patientId);
      await mustHoldACase(deed, personId);
      mustBeReachable(given);
      const message = 'Noted. Letters and calls go there only.';
      const earlier = await earlierRow(deed, { table: 'confidential_contact', key });
      if (earlier !== null) return { outcome: 'done', uid: earlier, personUid, message };
      await em.execute(
        'update confidential_contact set ended_at = ? where patient_record_id = any(?::bigint[]) and kind = ? and ended_at is null',
        [now, `{${recordIds.join(',')}}`, given.kind],
      );
      const [made] = await em.execute<{ uid: string }[]>(
        `insert into confidential_contact (patient_record_id, kind, value, use, recorded_by, recorded_at, idempotency_key, request_hash)
       values (?, ?, ?, ?, ?, ?, ?, ?) returning uid`,
        [recordIds[0], given.kind, given.value, given.use, viewer.userRow, now, key, requestHash],
      );
      return { outcome: 'done', uid: made?.uid ?? '', personUid, message };
    },
  );
}

async function mustHoldACase({ em, viewer, may }: OfficeDeed, personId: string): Promise<void> {
  if (may('REVIEW_ACCESS')) return;
  const [held] = may('WRITE_CASES')
    ? await em.execute<object[]>(
        `select c.id from case_file c join person_link l on l.patient_record_id = c.patient_record_id and l.assurance = 'CERTAIN'
          where l.person_id = ? and c.assigned_to = ? and c.closed_at is null limit 1`,
        [personId, viewer.userRow],
      )
    : [];
  if (!held)
    throw refuseAct(
      'NOT_PERMITTED',
      'Only who holds an open case of this patient may note it. Take the case over, or ask who reviews access.',
    );
}

/** A number nobody can call is worse than none. */
function mustBeReachable({ kind, value }: { readonly kind: (typeof contactKinds)[number]; readonly value: string }): void {
  const digits = phoneDigits([{ kind: 'phone', value, use: null, confidential: true }])[0] ?? '';
  const fits = kind === 'postal' || (kind === 'email' ? /^[^@\s]+@[^@\s]+$/.test(value) : digits.length >= 7);
  if (!fits) throw refuseAct('BAD_INPUT', `value: expected ${kind === 'email' ? 'an e-mail address' : 'a whole number of at least seven digits'}.`, 'value'); // prettier-ignore
}
