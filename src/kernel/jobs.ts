/** Every job that the hub's workers do, as data: adding a job is adding a row here and a handler in its worker.
 *  A payload carries ids and switches only, never what a source or a person said: queues keep failed jobs for
 *  weeks, outside row-level security. The schemas are strict and each text in them is a number or a table's
 *  name, so a payload cannot hold PHI even by mistake. bigint ids travel as strings. */
import { z } from 'zod';
import type { RowId, SourceId } from './ids.js';

const rowId = z
  .string()
  .regex(/^\d{1,19}$/, 'a row id is 1 to 19 digits')
  .transform((digits) => digits as RowId);
const sourceId = z
  .int()
  .positive()
  .transform((id) => id as SourceId);
const tableName = z.string().regex(/^[a-z][a-z_]{0,62}$/, "a table's name is small letters and _");

const job = <Q extends string, S extends z.ZodType>(queue: Q, payload: S) => ({ queue, payload }) as const;

/** A range counts both ends and spans at most 1,000 rows; whoever writes the outbox row cuts it. */
export const jobs = {
  /** Read a source from its cursor, or from the beginning. */
  pullSource: job('sync', z.strictObject({ sourceId, full: z.boolean() }).readonly()),
  /** Link the patient records of a range to persons. */
  linkRange: job('sync', z.strictObject({ fromId: rowId, toId: rowId }).readonly()),
  /** Work out the sensitivity labels of a range of one table's rows, under one policy generation. */
  labelRange: job('scope', z.strictObject({ table: tableName, fromId: rowId, toId: rowId, generation: z.int().nonnegative() }).readonly()),
  /** Work the labels of a range out anew, because a generation of the policy has other label rules. */
  renewLabels: job('scope', z.strictObject({ table: tableName, fromId: rowId, toId: rowId, generation: z.int().nonnegative() }).readonly()),
  /** Record the end of break-glass access that has run out, and tell more people of reviews that are overdue. */
  grantsDue: job('scope', z.strictObject({}).readonly()),
  /** Turn what has fallen due on the business clock into reminders. */
  dueReminders: job('reminders', z.strictObject({}).readonly()),
  /** Work out the deadlines of a range of cases again. */
  caseDeadlines: job('reminders', z.strictObject({ fromId: rowId, toId: rowId }).readonly()),
};

export type JobName = keyof typeof jobs;
export type QueueName = (typeof jobs)[JobName]['queue'];
/** What a handler is given. */
export type JobPayload<N extends JobName> = z.output<(typeof jobs)[N]['payload']>;
/** What is written into the outbox. */
export type JobPayloadText<N extends JobName> = z.input<(typeof jobs)[N]['payload']>;
export type JobNameOf<Q extends QueueName> = { [N in JobName]: (typeof jobs)[N]['queue'] extends Q ? N : never }[JobName];

export const jobNames = Object.keys(jobs) as readonly JobName[];
export const queueNames: readonly QueueName[] = [...new Set(jobNames.map((name) => jobs[name].queue))];

/** A job as it stands in the outbox, before it has an id. */
export interface JobRequest<N extends JobName = JobName> {
  readonly name: N;
  readonly payload: JobPayloadText<N>;
}

/** Asks for a job in the words of the catalogue; the compiler refuses a payload that does not fit. */
export const requestJob = <N extends JobName>(name: N, payload: JobPayloadText<N>): JobRequest<N> => ({ name, payload });

export type JobReading =
  | { readonly fits: true; readonly name: JobName; readonly queue: QueueName; readonly payload: JobPayload<JobName> }
  | { readonly fits: false; readonly reason: string };

/** Reads a job that came out of a table or a queue. The reason names fields and what was expected, never a value. */
export function readJob(name: string, payload: unknown): JobReading {
  if (!isJobName(name)) return { fits: false, reason: `expected a job of the catalogue (${jobNames.join(', ')})` };
  const { queue, payload: schema } = jobs[name];
  const read = schema.safeParse(payload);
  if (read.success) return { fits: true, name, queue, payload: read.data };
  const faults = read.error.issues.map((issue) => `${issue.path.join('.') || 'payload'}: ${describeIssue(issue)}`);
  return { fits: false, reason: `${name}: ${faults.join('; ')}` };
}

const isJobName = (name: string): name is JobName => Object.hasOwn(jobs, name);

/** zod's text for an unknown key repeats the key, which came from outside; a count says enough. */
function describeIssue(issue: z.core.$ZodIssue): string {
  return issue.code === 'unrecognized_keys' ? `${issue.keys.length} field(s) that this job does not take` : issue.message;
}
