/** A subscription from its opening to its end. Every event asks anew who is there and what they may see, reads the row under
 *  that plan, and leaves only after its audit entry is durable. A stream ends when its viewer may ask no more, and says why;
 *  while the database is away it waits, and loses nothing. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  createSourceEventStream,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLSchema,
  type ValidationRule,
} from 'graphql';
import type { Audit } from '../../access/index.js';
import { HubError, type Change, type Log } from '../../kernel/index.js';
import { entriesOf } from '../audit-trail.js';
import type { OperationContext } from '../context.js';
import { formatError } from '../errors.js';
import { executeInterpreted } from '../execute.js';
import { openedBy } from '../opened-by.js';
import { documentReader, type Asked, type SubscriptionDocument } from './document.js';
import { Mailbox, type Events } from './fan-out.js';
import { takeTurns } from './turns.js';

export interface SubscriptionOptions {
  readonly schema: GraphQLSchema;
  readonly audit: Pick<Audit, 'record'>;
  readonly log: Log;
  readonly events: Events;
  readonly rules?: readonly ValidationRule[];
  /** How often a silent stream asks whether its viewer is still welcome. */
  readonly lookAgainMs?: number;
}
export interface StreamMeans {
  /** Admits the viewer anew. @throws HubError where they are not admitted any more */
  readonly again: () => Promise<OperationContext>;
  /** Resolves when the client has taken all that was sent. */
  readonly taken: () => Promise<void>;
  readonly signal: AbortSignal;
}
export type Results = AsyncGenerator<FormattedExecutionResult>;
export interface Subscriptions {
  /** @throws HubError, GraphQLError or AggregateError before anything is sent */
  open(asked: Asked, context: OperationContext, means: StreamMeans): Promise<Results>;
}

const readAtOnce = 4;
const usuallyLookAgainMs = 15_000;
const longestPauseMs = 5_000;
/** A process takes a moment to follow a policy that has changed. */
const attemptsOnConflict = 6;

interface Stream extends SubscriptionDocument {
  readonly asked: Asked;
  readonly mailbox: Mailbox;
  readonly means: StreamMeans;
  readonly requestId: string;
}

export function createSubscriptions(options: SubscriptionOptions): Subscriptions {
  const { schema, audit, log, events } = options;
  const lookAgainMs = options.lookAgainMs ?? usuallyLookAgainMs;
  const read = documentReader(schema, options.rules);
  const inTurn = takeTurns(readAtOnce);

  const open = async (asked: Asked, given: OperationContext, means: StreamMeans): Promise<Results> => {
    const { document, operation } = read(asked);
    const context = { ...given, events };
    const source = await createSourceEventStream({
      schema,
      document,
      contextValue: context,
      variableValues: { ...asked.variables },
      ...(asked.operationName === null ? {} : { operationName: asked.operationName }),
    });
    const mailbox = source instanceof Mailbox ? source : null;
    try {
      await audit.record(entriesOf(context, operation.name?.value ?? null, mailbox === null && !context.trail.refused));
      if (!mailbox) throw new AggregateError('errors' in source ? (source.errors ?? []) : [], 'the stream cannot be opened');
    } catch (error) {
      mailbox?.close();
      throw error;
    }
    return results({ document, operation, asked, mailbox, means, requestId: given.requestId });
  };

  async function* results(stream: Stream): Results {
    const { mailbox, means, requestId } = stream;
    const closeMailbox = (): void => mailbox.close();
    means.signal.addEventListener('abort', closeMailbox, { once: true });
    try {
      while (!means.signal.aborted) {
        await means.taken();
        const taken = await mailbox.take(lookAgainMs);
        if (taken === 'closed') return;
        if (taken === 'overrun') throw new HubError('LIMIT_EXCEEDED', 'More changed than was taken. Subscribe again and read anew.');
        const answer = taken === 'quiet' ? await stillWelcome(stream) : await patiently(stream, taken);
        if (answer) yield answer;
      }
    } catch (error) {
      if (!means.signal.aborted) yield { errors: [formatError(error, { log, requestId })] };
    } finally {
      means.signal.removeEventListener('abort', closeMailbox);
      mailbox.close();
    }
  }

  /** The database being away is no reason to send anybody away: nothing is answered meanwhile. */
  const stillWelcome = async ({ means }: Stream): Promise<null> => {
    await means.again().catch((error: unknown) => {
      if (!isPassing(error)) throw error;
    });
    return null;
  };

  const patiently = async (stream: Stream, change: Change): Promise<FormattedExecutionResult | null> => {
    for (let failures = 1; ; failures += 1) {
      try {
        return await inTurn(() => answer(stream, change));
      } catch (error) {
        if (stream.means.signal.aborted) return null;
        const waits = isPassing(error) || (isConflict(error) && failures < attemptsOnConflict);
        if (!waits) throw error;
        await pause(Math.min(50 * 2 ** failures, longestPauseMs), undefined, { signal: stream.means.signal }).catch(() => undefined);
      }
    }
  };

  const answer = async (stream: Stream, change: Change): Promise<FormattedExecutionResult | null> => {
    const { document, operation, asked, mailbox, means } = stream;
    const seen = { visible: true };
    const context: OperationContext = { ...(await means.again()), seen };
    const { operationName, variables } = asked;
    const result = await executeInterpreted(schema, { document, operationName, variables, context, rootValue: change });
    const fault = (result.errors ?? []).map(({ originalError }) => originalError).find((error) => isPassing(error) || isConflict(error));
    if (fault) throw fault;
    if (!result.errors && !seen.visible && !mailbox.knows(change.uid)) return null; // it never was there for this viewer
    if (change.kind !== 'run' || result.errors)
      // how a source is read tells of nobody: its opening has an entry
      await audit.record(entriesOf(context, operation.name?.value ?? null, result.errors !== undefined));
    if (seen.visible) mailbox.know(change.uid);
    else mailbox.forget(change.uid);
    return formatted(result, context);
  };

  const formatted = ({ data, errors }: ExecutionResult, context: OperationContext): FormattedExecutionResult => ({
    ...(errors ? { errors: errors.map((error) => formatError(error, { log, requestId: context.requestId })) } : {}),
    ...(data === undefined ? {} : { data, ...openedBy(context) }),
  });

  return { open };
}

const isPassing = (error: unknown): boolean => error instanceof HubError && error.status === 503;
const isConflict = (error: unknown): boolean => error instanceof HubError && error.code === 'POLICY_CHANGED';
