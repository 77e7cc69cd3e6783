/** Restrictions that the hospital agreed to (45 CFR 164.522(a)): recorded and ended by who reviews access, never changed. One
 *  towards a health plan or a named person binds letters, exports and disclosures (may-disclose.ts); only one that says VIEWERS
 *  binds the workforce, too. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { earlierRow, patientWith, performOfficeAct, refuseAct, type OfficeContext, type PrivacyOutcome } from '../access/index.js';
import { phiClasses, uuidOf, type PhiClass } from '../kernel/index.js';
import { idempotencyKey, maybe, said } from './agreement-acts.js';
import type { RestrictionInForce } from './may-disclose.js';

export const restrictionRecipients = ['HEALTH_PLAN', 'NAMED', 'VIEWERS'] as const;

const instant = z
  .string('expected an instant')
  .refine((text) => !Number.isNaN(Date.parse(text)), 'expected an RFC 3339 instant')
  .transform((text) => new Date(text));

const recording = z.strictObject({
  patientId: said('the id of a patient', 100),
  recipient: z.enum(restrictionRecipients, `expected ${restrictionRecipients.join(' | ')}`),
  recipientName: maybe(said('the name of a person or organization', 300)),
  phiClasses: z
    .array(z.enum(phiClasses, `expected ${phiClasses.join(' | ')}`), 'expected a list of classes')
    .min(1, 'expected at least one class'),
  from: maybe(instant),
  until: maybe(instant),
  reason: said('a reason', 2_000),
  idempotencyKey,
});

const mayReview = ({ may }: Pick<OfficeContext, 'may'>): void => {
  if (!may('REVIEW_ACCESS')) throw refuseAct('NOT_PERMITTED', 'This role may not agree to a restriction. Ask who reviews access.');
};

export function recordRestriction(context: OfficeContext, input: object): Promise<PrivacyOutcome> {
  return performOfficeAct(context, { operation: 'recordRestriction', action: 'CREATE', schema: recording, input }, async (deed, given) => {
    mayReview(deed);
    const { em, viewer, now, requestHash } = deed;
    const { idempotencyKey: key } = given;
    if ((given.recipient === 'NAMED') !== (given.recipientName !== null))
      throw refuseAct('BAD_INPUT', 'recipientName: expected a name where the recipient is NAMED, and only there.', 'recipientName');
    const from = given.from ?? now;
    if (given.until !== null && given.until <= from)
      throw refuseAct('BAD_INPUT', 'until: expected an instant after the beginning.', 'until');
    const { personUid, recordIds } = await patientWith(deed, given.patientId);
    const message = 'The restriction holds from when it was agreed to begin.';
    const earlier = await earlierRow(deed, { table: 'restriction', by: 'agreed_by', key });
    if (earlier !== null) return { outcome: 'done', uid: earlier, personUid, message };
    const [made] = await em.execute<{ uid: string }[]>(
      `insert into restriction (patient_record_id, recipient, recipient_name, phi_classes, start_at, end_at, reason, agreed_by, agreed_at, idempotency_key, request_hash)
       values (?, ?, ?, ?::text[], ?, ?, ?, ?, ?, ?, ?) returning uid`,
      [recordIds[0], given.recipient, given.recipientName, `{${given.phiClasses.join(',')}}`, from, given.until, given.reason, viewer.userRow, now, key, requestHash], // prettier-ignore
    );
    return { outcome: 'done', uid: made?.uid ?? '', personUid, message };
  });
}

const ending = z.strictObject({ restrictionId: said('the id of a restriction', 100), reason: said('a reason', 2_000), idempotencyKey });

/** Ends it now; what came before stays restricted in what was not disclosed. Ending what is over changes nothing. */
export function endRestriction(context: OfficeContext, input: object): Promise<PrivacyOutcome> {
  return performOfficeAct(
    context,
    { operation: 'endRestriction', action: 'UPDATE', schema: ending, input },
    async (deed, { restrictionId, reason }) => {
      mayReview(deed);
      const { em, viewer, now } = deed;
      const uuid = uuidOf(restrictionId, 'rst');
      const [row] =
        uuid === null
          ? []
          : await em.execute<{ id: string; personUid: string; over: boolean }[]>(
              `select r.id::text, p.uid as "personUid", coalesce(r.end_at <= ?, false) as over
               from restriction r join person_link l on l.patient_record_id = r.patient_record_id join person p on p.id = l.person_id
              where r.uid = ? for update of r`,
              [now, uuid],
            );
      if (!row || uuid === null) throw refuseAct('NOT_FOUND', 'restrictionId: no restriction with this id.', 'restrictionId');
      if (!row.over)
        await em.execute('update restriction set end_at = ?, ended_by = ?, end_reason = ? where id = ?', [
          now,
          viewer.userRow,
          reason,
          row.id,
        ]);
      return {
        outcome: 'done',
        uid: uuid,
        personUid: row.personUid,
        message: row.over ? 'The restriction was over already.' : 'The restriction is ended.',
      };
    },
  );
}

/** All that restricts disclosures about a person now: what the hospital agreed to, and what a consent forbids to the payer.
 *  @param em under the settings of the viewer or worker that discloses */
export async function restrictionsOf(
  em: Pick<EntityManager, 'execute'>,
  { recordIds, otherScopes }: { readonly recordIds: readonly string[]; readonly otherScopes: readonly string[] },
): Promise<RestrictionInForce[]> {
  const records = `{${recordIds.join(',')}}`;
  const agreed = await em.execute<RestrictionInForce[]>(
    `select recipient, recipient_name as "recipientName", phi_classes as "phiClasses" from restriction
      where patient_record_id = any(?::bigint[]) and start_at <= now() and (end_at is null or now() < end_at)`,
    [records],
  );
  // The classes of a consent are the source's: whatever it names, the payer is told nothing of without somebody looking.
  const [consented] = await em.execute<{ denied: boolean }[]>(
    `select exists (select from consents_in_force(?::bigint[], ?::text[]) c cross join unnest(c.actor_refs) actor
       where c.denies and (c.start_at is null or c.start_at <= now()) and (c.end_at is null or now() < c.end_at)
         and (actor like 'Payer %' or exists (select from coverage v where v.source_id = c.source_id and v.payor_ref = actor and v.patient_record_id = any(?::bigint[])))) as denied`,
    [records, `{${otherScopes.join(',')}}`, records],
  );
  const all: readonly PhiClass[] = phiClasses;
  return consented?.denied ? [...agreed, { recipient: 'HEALTH_PLAN', recipientName: null, phiClasses: all }] : agreed;
}
