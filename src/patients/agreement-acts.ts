/** What is agreed with a patient and written down here: restrictions and confidential contacts. The acts bound to one viewer;
 *  each reads its input itself. One transaction under the viewer's row-level security, one answer for one idempotency key, and
 *  the entry in the audit trail as its last statement. */
import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { entriesText, type AuditAction, type Plan, type Told } from '../access/index.js';
import { HubError, pathText, realClock, uuidOf, type Clock, type ErrorCode, type ViewerRows } from '../kernel/index.js';
import { holdGeneration } from '../store/index.js';

export interface AgreementContext extends Pick<Plan, 'may' | 'hidden' | 'generation'> {
  /** Of the gateway's role; forked here for each act. */
  readonly em: EntityManager;
  readonly viewer: ViewerRows;
  readonly told: Told;
  /** The real clock where not said: what is agreed holds from a moment of the world, not of the demo's. */
  readonly clock?: Clock;
}
/** One act in progress: `em` is inside its transaction. */
export interface Agreeing extends Omit<AgreementContext, 'clock'> {
  readonly now: Date;
}

export interface Agreed {
  readonly outcome: 'agreed';
  /** The row that was made or changed, and whom it is about. */
  readonly uid: string;
  readonly personUid: string;
  readonly message: string;
}
export interface NotAgreed {
  readonly outcome: 'refused';
  readonly code: ErrorCode;
  readonly message: string;
  /** Path into the input. */
  readonly field: string | null;
}
export type AgreementOutcome = Agreed | NotAgreed;

/** Thrown to leave the transaction with nothing changed. */
class Refusal extends Error {
  constructor(readonly outcome: NotAgreed) {
    super(outcome.code);
  }
}
export const refuse = (code: ErrorCode, message: string, field: string | null = null): Error =>
  new Refusal({ outcome: 'refused', code, message, field });

export interface Asked<S extends z.ZodType> {
  readonly operation: string;
  readonly action: AuditAction;
  readonly schema: S;
  readonly input: unknown;
}

export async function agree<S extends z.ZodType>(
  { clock = realClock, ...context }: AgreementContext,
  { operation, action, schema, input }: Asked<S>,
  act: (agreeing: Agreeing, given: z.output<S>) => Promise<Omit<Agreed, 'outcome'>>,
): Promise<AgreementOutcome> {
  try {
    const given = readInput(schema, input);
    const em = context.em.fork({ session: { variables: { 'hub.hidden': context.hidden } } });
    return await em.transactional(async (inside) => {
      // First of all, so that a refusal too is one of the policy in force.
      await holdGeneration(context.generation, (sql) => inside.execute<{ generation?: number }[]>(sql));
      const agreed = await act({ ...context, em: inside, now: clock.now() }, given);
      const about = { personUid: agreed.personUid, caseUid: null, phiClasses: ['IDENTITY'] };
      const entry = { ...context.told, operation, action, ...about, outcome: 'ALLOWED', withheldFields: [] } as const;
      await inside.execute('select append_audit(?::jsonb)', [entriesText([{ entries: [entry], at: realClock.now() }])]);
      return { outcome: 'agreed' as const, ...agreed };
    });
  } catch (error) {
    if (error instanceof Refusal) return error.outcome;
    throw withoutText(error);
  }
}

function readInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  const [first] = read.error.issues;
  const field = pathText(first?.path ?? []) || null;
  throw refuse('BAD_INPUT', `${field ?? 'input'}: ${first?.code === 'unrecognized_keys' ? 'expected no other fields' : (first?.message ?? 'cannot be taken')}.`, field); // prettier-ignore
}

/** The mapper writes values into a failed statement's message: only the database's own code leaves. */
function withoutText(error: unknown): HubError {
  if (error instanceof HubError) return error;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'none';
  return new HubError('INTERNAL', `Nothing was agreed: the database refused (code ${code}).`);
}

export const said = (what: string, most: number) =>
  z
    .string(`expected ${what}`)
    .transform((text) => text.trim())
    .refine((text) => text !== '' && text.length <= most && !text.includes('\u0000'), `expected ${what} of 1 to ${most} characters`);
export const maybe = <S extends z.ZodType>(schema: S) => schema.nullish().transform((value) => value ?? null);
export const idempotencyKey = maybe(said('an idempotency key', 200));

export interface Patient {
  readonly personId: string;
  readonly personUid: string;
  /** Every record that is certainly of this person and that the viewer may know of, in the order of the sources. */
  readonly recordIds: readonly [string, ...string[]];
}

/** @throws Refusal NOT_FOUND, also for whom this viewer may not know of */
export async function patientWith({ em }: Agreeing, patientId: string): Promise<Patient> {
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
  if (!row || first === undefined) throw refuse('NOT_FOUND', 'patientId: no patient with this id.', 'patientId');
  return { ...row, recordIds: [first, ...others] };
}

export interface Keyed {
  readonly table: 'restriction' | 'confidential_contact';
  /** Who writes, as the table calls them. */
  readonly by: 'agreed_by' | 'recorded_by';
  readonly key: string | null;
  readonly hash: string;
}

/** What an earlier request with this key made; requests with the same key wait for each other. */
export async function madeBefore({ em, viewer }: Agreeing, { table, by, key, hash }: Keyed): Promise<{ readonly uid: string } | null> {
  if (key === null) return null;
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 3))', [`${viewer.userRow} ${table} ${key}`]);
  const [known] = await em.execute<{ uid: string; hash: string }[]>(
    `select uid, request_hash as hash from ${table} where ${by} = ? and idempotency_key = ?`,
    [viewer.userRow, key],
  );
  if (!known) return null;
  if (known.hash !== hash) throw refuse('BAD_INPUT', 'idempotencyKey: this key was used for another request.', 'idempotencyKey');
  return known;
}

export const requestHash = (request: object): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(request).sort(([one], [other]) => (one < other ? -1 : 1))))
    .digest('hex');
