/** The shell around every act of the privacy office, and on what is agreed with a patient: capability, input, one transaction under the viewer's row-level security,
 *  one answer for one idempotency key, and the entry in the audit trail as its last statement. */
import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { z } from 'zod';
import { HubError, pathText, realClock, uuidOf, type Clock, type ViewerRows } from '../kernel/index.js';
import { holdGeneration } from '../store/index.js';
import { entriesText, type AuditAction, type Told } from './audit-entry.js';
import type { DisclosureRules } from './disclosure-rules.js';
import type { Plan } from './plan.js';
import type { Capability } from './policy-schema.js';
import { NotDone, refuseAct, type PrivacyDone, type PrivacyOutcome } from './privacy-outcome.js';

export interface OfficeContext extends Pick<Plan, 'may' | 'hidden' | 'generation'> {
  /** Of the gateway's role; forked here for each act. */
  readonly em: EntityManager;
  readonly viewer: ViewerRows;
  readonly told: Told;
  /** The real clock where not said: what was disclosed when is no matter of a demo's. */
  readonly clock?: Clock;
}
export interface PrivacyContext extends OfficeContext {
  readonly rules: DisclosureRules;
}
/** One act in progress: `em` is inside its transaction. */
export interface OfficeDeed extends OfficeContext {
  readonly now: Date;
  /** Of the request without its key, to notice a key that is used for something else. */
  readonly requestHash: string;
}
export type PrivacyDeed = OfficeDeed & PrivacyContext;
export interface OfficeOrder<S extends z.ZodType> {
  readonly operation: string;
  readonly action: AuditAction;
  readonly schema: S;
  readonly input: unknown;
}

/** For who reviews access. */
export const performPrivacyAct = <S extends z.ZodType>(
  context: PrivacyContext,
  order: OfficeOrder<S>,
  act: (deed: PrivacyDeed, given: z.output<S>) => Promise<PrivacyDone>,
): Promise<PrivacyOutcome> => performOfficeAct(context, { ...order, requires: 'REVIEW_ACCESS' }, act);

/** @param order.requires not said: the act asks itself who may */
export async function performOfficeAct<C extends OfficeContext, S extends z.ZodType>(
  context: C,
  { operation, action, schema, input, requires }: OfficeOrder<S> & { readonly requires?: Capability },
  act: (deed: C & OfficeDeed, given: z.output<S>) => Promise<PrivacyDone>,
): Promise<PrivacyOutcome> {
  try {
    const em = context.em.fork({ session: { variables: { 'hub.hidden': context.hidden } } });
    const now = (context.clock ?? realClock).now();
    return await em.transactional(async (inside) => {
      // First of all, so that a refusal too is one of the policy in force.
      await holdGeneration(context.generation, (sql) => inside.execute<{ generation?: number }[]>(sql));
      if (requires && !context.may(requires)) throw refuseAct('NOT_PERMITTED', 'This role may not do this. Ask who reviews access.');
      const given = readGiven(schema, input);
      const requestHash = hashOfRequest(given);
      const done = await act({ ...context, em: inside, now, requestHash }, given);
      const about = { personUid: done.personUid, caseUid: null, phiClasses: done.personUid === null ? [] : ['IDENTITY'] };
      const entry = { ...context.told, operation, action, ...about, outcome: 'ALLOWED', withheldFields: [] } as const;
      await inside.execute('select append_audit(?::jsonb)', [entriesText([{ entries: [entry], at: realClock.now() }])]);
      return done;
    });
  } catch (error) {
    if (error instanceof NotDone) return error.outcome;
    if (error instanceof HubError) throw error;
    // The mapper writes values into its messages: only the database's own code leaves.
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'none';
    throw new HubError('INTERNAL', `Nothing was changed: the database refused (code ${code}).`);
  }
}

function readGiven<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  const [first] = read.error.issues;
  const field = pathText(first?.path ?? []) || null;
  const says = first?.code === 'unrecognized_keys' ? 'expected no other fields than this act takes' : (first?.message ?? 'cannot be taken');
  throw refuseAct('BAD_INPUT', `${field ?? 'input'}: ${says}.`, field);
}

function hashOfRequest(given: unknown): string {
  const plain = { ...(given as Record<string, unknown>), idempotencyKey: null };
  const sorted = Object.entries(plain).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

export interface Keyed {
  readonly table: 'disclosure' | 'accounting_suspension' | 'restriction' | 'confidential_contact';
  readonly key: string | null;
  /** Who writes, as the table calls them. */
  readonly by?: 'recorded_by' | 'agreed_by';
}

/** The earlier row that this key made; requests with the same key wait for each other. */
export async function earlierRow(
  { em, viewer, requestHash }: OfficeDeed,
  { table, key, by = 'recorded_by' }: Keyed,
): Promise<string | null> {
  if (key === null) return null;
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 3))', [`${viewer.userRow} ${table} ${key}`]);
  const [row] = await em.execute<{ uid: string; hash: string }[]>(
    `select uid, request_hash as hash from ${table} where ${by} = ? and idempotency_key = ?`,
    [viewer.userRow, key],
  );
  if (row && row.hash !== requestHash)
    throw refuseAct(
      'BAD_INPUT',
      'idempotencyKey: this key was used for another request. Use a new key for a new request.',
      'idempotencyKey',
    );
  return row?.uid ?? null;
}

export interface PatientFound {
  readonly personId: string;
  readonly personUid: string;
  /** Every record that is certainly of this person and that the viewer may know of, in the order of the sources: what is noted
   *  about the person is pinned to the first. */
  readonly recordIds: readonly [string, ...string[]];
}

/** After a merge the old id answers the surviving person. @throws NotDone NOT_FOUND, also for whom this viewer may not know of */
export async function patientWith({ em }: OfficeDeed, patientId: string): Promise<PatientFound> {
  const uuid = uuidOf(patientId, 'pat');
  const [row] =
    uuid === null
      ? []
      : await em.execute<{ personId: string; personUid: string; recordIds: string[] }[]>(
          `select p.id::text as "personId", p.uid as "personUid", array_agg(r.id::text order by r.source_id, r.id) as "recordIds"
             from person asked join person p on p.id = coalesce(asked.alias_of, asked.id)
             join person_link l on l.person_id = p.id and l.assurance = 'CERTAIN' join patient_record r on r.id = l.patient_record_id
            where asked.uid = ? group by p.id`,
          [uuid],
        );
  const [first, ...others] = row?.recordIds ?? [];
  if (!row || first === undefined) throw refuseAct('NOT_FOUND', 'patientId: no patient with this id.', 'patientId');
  return { ...row, recordIds: [first, ...others] };
}
