/** The shell around every act: capability, input, one transaction under the viewer's row-level security and under the policy
 *  that decides it, one answer for one idempotency key, and the act's entry in the audit trail in that same transaction, so
 *  that neither is without the other (45 CFR 164.312(b)). An act decides and writes; it never commits. */
import type { z } from 'zod';
import { entriesText, type AuditAction } from '../access/index.js';
import { HubError, realClock } from '../kernel/index.js';
import type { ActContext, Deed } from './act-context.js';
import { readInput } from './act-input.js';
import { earlierRequest, rememberRequest, requestHash, type Keyed } from './idempotency.js';
import { refuse, Stopped, type CaseOutcome, type Changed, type Subject } from './outcome.js';
import { personOf } from './pinned-patient.js';
import { holdGeneration } from '../store/index.js';

export interface Order<S extends z.ZodType> {
  readonly operation: string;
  readonly action: 'CREATE' | 'UPDATE';
  readonly schema: S;
  readonly input: unknown;
  /** The same for a repeated request, so made of the case's number alone. */
  readonly message: (number: string) => string;
  /** What `subjectUid` is, where it is no contact. */
  readonly makes?: Subject['type'];
}

/** What an act has written. */
export interface Done {
  readonly file: {
    readonly id: string;
    readonly uid: string;
    readonly number: string;
    readonly patientRecord?: { readonly id: string } | null | undefined;
  };
  readonly subjectUid?: string | null;
}

export async function perform<S extends z.ZodType<{ readonly idempotencyKey: string | null }>>(
  context: ActContext,
  order: Order<S>,
  act: (deed: Deed, given: z.output<S>) => Promise<Done>,
): Promise<CaseOutcome> {
  try {
    const { clock, ...rest } = context;
    const em = context.em.fork({ session: { variables: { 'hub.hidden': context.hidden } } });
    return await em.transactional(async (inside) => {
      // First of all, so that a refusal too is one of the policy in force.
      await holdGeneration(context.generation, (sql) => inside.execute<{ generation?: number }[]>(sql));
      if (!context.may('WRITE_CASES')) throw refuse('NOT_PERMITTED', 'This role may not change cases. Ask whoever holds the case.');
      const given = readInput(order.schema, order.input);
      const { idempotencyKey, ...request } = given;
      const keyed = idempotencyKey === null ? null : { operation: order.operation, key: idempotencyKey, hash: requestHash(request) };
      return actOnce({ ...rest, em: inside, now: clock.now() }, { order, keyed, act: (deed) => act(deed, given) });
    });
  } catch (error) {
    if (error instanceof Stopped) return error.outcome;
    throw withoutText(error);
  }
}

interface Wanted {
  readonly order: Pick<Order<z.ZodType>, 'message' | 'operation' | 'action' | 'makes'>;
  readonly keyed: Keyed | null;
  readonly act: (deed: Deed) => Promise<Done>;
}

async function actOnce(deed: Deed, { order, keyed, act }: Wanted): Promise<Changed> {
  const earlier = keyed && (await earlierRequest(deed, keyed));
  // Sent again, nothing is done: what it once did is told, which is a read.
  if (earlier) return entered(deed, { ...order, action: 'READ' }, { ...earlier, message: order.message(earlier.number) });
  const { file, subjectUid = null } = await act(deed);
  if (keyed) rememberRequest(deed, keyed, { caseId: file.id, subjectUid });
  await deed.em.flush();
  return entered(deed, order, {
    caseUid: file.uid,
    patientRecordId: file.patientRecord?.id ?? null,
    subjectUid,
    message: order.message(file.number),
  });
}

/** The entry comes last of all, because the head of the chain stays locked until the commit. What an act on a case handles is
 *  what was told, and who it is about. */
async function entered(
  deed: Deed,
  { operation, action, makes }: { readonly operation: string; readonly action: AuditAction; readonly makes?: Subject['type'] },
  of: Omit<Parameters<typeof changed>[1], 'makes'>,
): Promise<Changed> {
  const done = await changed(deed, { ...of, makes: makes ?? 'Interaction' });
  const { caseUid, personUid } = done;
  const phiClasses = personUid === null ? ['NARRATIVE'] : ['IDENTITY', 'NARRATIVE'];
  const entry = { ...deed.told, operation, action, personUid, caseUid, phiClasses, outcome: 'ALLOWED', withheldFields: [] } as const;
  await deed.em.execute('select append_audit(?::jsonb)', [entriesText([{ entries: [entry], at: realClock.now() }])]);
  return done;
}

async function changed(
  deed: Deed,
  done: { makes: Subject['type']; caseUid: string; patientRecordId: string | null; subjectUid: string | null; message: string },
): Promise<Changed> {
  const { makes, caseUid, subjectUid, message } = done;
  const subject = subjectUid === null ? null : { type: makes, uid: subjectUid };
  return { outcome: 'changed', caseUid, personUid: await personOf(deed, done.patientRecordId), subject, message };
}

/** The mapper writes values into the text of a statement, and a failed statement into the error's message: a narrative
 *  would end in the log. Only the database's own code leaves. */
function withoutText(error: unknown): HubError {
  if (error instanceof HubError) return error;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'none';
  const kind = error instanceof Error ? error.name : typeof error;
  return new HubError('INTERNAL', `The case was not changed: the database refused (${kind}, code ${code}).`);
}
