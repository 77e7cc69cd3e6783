/** The accounting of disclosures (45 CFR 164.528): records one that must be accounted for, and suspends a patient's right to
 *  hear of those to an agency that has said why. What the law leaves out is refused with its citation, so that nobody thinks it
 *  was recorded. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { parseInstant } from '../kernel/index.js';
import { accountabilityOf } from './disclosure-rules.js';
import { earlierRow, patientWith, performPrivacyAct, type PrivacyContext } from './privacy-act.js';
import { refuseAct, type PrivacyOutcome } from './privacy-outcome.js';

const dayMs = 86_400_000;
/** Clocks of callers run a little ahead. */
const toleranceMs = 60_000;

const said = (what: string, most: number) =>
  z
    .string(`expected ${what}`)
    .transform((text) => text.trim())
    .refine(
      (text) => text !== '' && text.length <= most && !text.includes('\u0000'),
      `expected ${what} of at most ${most} characters, none of them U+0000`,
    );
const maybe = <S extends z.ZodType>(schema: S) => schema.nullish().transform((value) => value ?? null);
const instant = z
  .string('expected an instant')
  .refine(
    (text) => (parseInstant(text)?.getTime() ?? 0) > Date.UTC(1950, 0),
    'expected an RFC 3339 instant after 1950, e.g. 2026-11-23T14:00:00Z',
  )
  .transform((text) => new Date(text));
const patientId = said('the id of a patient', 100);
const idempotencyKey = maybe(said('an idempotency key', 200));

const disclosureInput = z.strictObject({
  patientId,
  recipient: said('who received it, with the address where it is known', 1_000),
  description: said('a brief description of what was disclosed', 4_000),
  purpose: said('a brief statement of the purpose', 4_000),
  at: maybe(instant),
  idempotencyKey,
});
export type RecordDisclosureInput = z.input<typeof disclosureInput>;

export function recordDisclosure(context: PrivacyContext, input: object): Promise<PrivacyOutcome> {
  const order = { operation: 'recordDisclosure', action: 'DISCLOSE', schema: disclosureInput, input } as const;
  return performPrivacyAct(context, order, async (deed, given) => {
    const { recipient, description, purpose } = given;
    const ground = accountabilityOf(purpose, deed.rules);
    if (!ground.accounted)
      throw refuseAct(
        'BAD_INPUT',
        `purpose: a disclosure ${ground.means} is not accounted for (${ground.citation}), so nothing was recorded. If the law asks for it on another ground (45 CFR 164.512), say which.`,
        'purpose',
      );
    const at = given.at ?? deed.now;
    if (at.getTime() > deed.now.getTime() + toleranceMs)
      throw refuseAct('BAD_INPUT', 'at: expected an instant that has passed, found one in the future.', 'at');
    const { recordIds, personUid } = await patientWith(deed, given.patientId);
    const message = `The disclosure is in the accounting${ground.citation === null ? '' : ` (${ground.citation})`}.`;
    const earlier = await earlierRow(deed, { table: 'disclosure', key: given.idempotencyKey });
    if (earlier !== null) return { outcome: 'done', uid: earlier, personUid, message };
    const { now, requestHash } = deed;
    const by = { recordedBy: deed.viewer.userRow, recordedAt: now, idempotencyKey: given.idempotencyKey, requestHash };
    const uid = await writeDisclosure(deed.em, { patientRecordId: recordIds[0], at, recipient, description, purpose, ...by });
    return { outcome: 'done', uid, personUid, message };
  });
}

export interface DisclosureToWrite {
  readonly patientRecordId: string;
  readonly at: Date;
  /** Name, and address where it is known. */
  readonly recipient: string;
  readonly description: string;
  readonly purpose: string;
  readonly recordedAt: Date;
  /** Row of the directory; null where no person did it. */
  readonly recordedBy: string | null;
  readonly idempotencyKey?: string | null;
  readonly requestHash?: string | null;
}

/** For whatever else discloses, such as a letter to an agency: within the act's own transaction, so that none goes without its
 *  place in the accounting. Whether it must be accounted for is `accountabilityOf`'s to say. @returns its uuid */
export async function writeDisclosure(em: EntityManager, of: DisclosureToWrite): Promise<string> {
  const [row] = await em.execute<{ uid: string }[]>(
    `insert into disclosure (patient_record_id, at, recipient, description, purpose, recorded_at, recorded_by, idempotency_key, request_hash)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning uid`,
    [
      ...[of.patientRecordId, of.at.toISOString(), of.recipient, of.description, of.purpose, of.recordedAt.toISOString()],
      ...[of.recordedBy, of.idempotencyKey ?? null, of.requestHash ?? null],
    ],
  );
  return row?.uid ?? '';
}

const suspensionInput = z.strictObject({
  patientId,
  recipient: said('the agency that receives', 1_000),
  statement: z.enum(['WRITTEN', 'ORAL'], 'expected WRITTEN | ORAL'),
  statedBy: said('the official who made the statement', 500),
  statedAt: maybe(instant),
  until: instant,
  idempotencyKey,
});

/** 45 CFR 164.528(a)(2): an oversight or law enforcement agency says that accounting would impede it, and until when. */
export function suspendAccounting(context: PrivacyContext, input: object): Promise<PrivacyOutcome> {
  const order = { operation: 'suspendAccounting', action: 'UPDATE', schema: suspensionInput, input } as const;
  return performPrivacyAct(context, order, async (deed, given) => {
    const statedAt = given.statedAt ?? deed.now;
    const { oralStatementDays: days } = deed.rules;
    if (given.until.getTime() <= deed.now.getTime())
      throw refuseAct('BAD_INPUT', 'until: expected an instant to come, found one that has passed.', 'until');
    if (given.statement === 'ORAL' && given.until.getTime() > statedAt.getTime() + days * dayMs)
      throw refuseAct(
        'BAD_INPUT',
        `until: an oral statement suspends for ${days} days at most (45 CFR 164.528(a)(2)(ii)(C)). Ask the agency for a written one.`,
        'until',
      );
    const { recordIds, personUid } = await patientWith(deed, given.patientId);
    const message = 'Disclosures to this recipient are left out of what the patient is given until then.';
    const earlier = await earlierRow(deed, { table: 'accounting_suspension', key: given.idempotencyKey });
    if (earlier !== null) return { outcome: 'done', uid: earlier, personUid, message };
    const [row] = await deed.em.execute<{ uid: string }[]>(
      `insert into accounting_suspension (patient_record_id, recipient, statement, stated_by, stated_at, until, recorded_at, recorded_by, idempotency_key, request_hash)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning uid`,
      [
        ...[
          recordIds[0],
          given.recipient,
          given.statement,
          given.statedBy,
          statedAt.toISOString(),
          given.until.toISOString(),
          deed.now.toISOString(),
        ],
        ...[deed.viewer.userRow, given.idempotencyKey, deed.requestHash],
      ],
    );
    return { outcome: 'done', uid: row?.uid ?? '', personUid, message };
  });
}
