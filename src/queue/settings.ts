/** How long, how often and how much: every figure of the queue room in one place, as data. README.md says
 *  where each comes from. Both backends get the same figures; tests hand in shorter ones. */
import type { BaseJobOptions, KeepJobs } from 'bullmq';

export interface QueueTiming {
  /** A worker's claim on a job; renewed at half of it. What a killed worker held is free again after it. */
  readonly lockMs: number;
  /** How often workers look for jobs whose claim has run out. It takes two looks to take one up again. */
  readonly stalledCheckMs: number;
  /** The wait before the first retry; it doubles, and half of it is jitter. */
  readonly firstRetryMs: number;
  readonly attempts: number;
  /** How long closing waits for running jobs, and for an engine that does not answer. */
  readonly closeMs: number;
}

/** Eight attempts from one second span about two minutes: a database restart is bridged, a fault of ours shows today.
 *  Closing ends within the 30 s that an orchestrator grants before it kills. */
export const queueTiming: QueueTiming = { lockMs: 10_000, stalledCheckMs: 5_000, firstRetryMs: 1_000, attempts: 8, closeMs: 25_000 };

/** A job may lose its worker this often. A rolling restart or an unlucky machine must not fail a job that never
 *  threw; a job that itself kills its worker must end at some time. */
export const timesTakenUpAgain = 50;

/** By age only: keeping by count makes Postgres sort the kept rows at every completion. The done ones stay so that
 *  the relay, back from a crash, does not add an outbox row twice; the failed ones stay for people to see. */
export const keepDone: KeepJobs = { age: 60 * 60 };
export const keepFailed: KeepJobs = { age: 14 * 24 * 60 * 60 };

/** Nobody reads BullMQ's event stream here; both backends trim it to about this many. */
export const keptEvents = 256;

/** More jobs than this since the last ANALYZE, and Postgres plans its claims on stale statistics. */
export const analyzeAfter = 500;

export function jobOptions(timing: QueueTiming): BaseJobOptions {
  const backoff = { type: 'exponential', delay: timing.firstRetryMs, jitter: 0.5 };
  // A stack would hold what the failing code held; the log has the place of the fault instead (fault.ts).
  return { attempts: timing.attempts, backoff, stackTraceLimit: 0 };
}

export function workerOptions(timing: QueueTiming, concurrency: number) {
  return {
    concurrency,
    lockDuration: timing.lockMs,
    stalledInterval: timing.stalledCheckMs,
    maxStalledCount: timesTakenUpAgain,
    removeOnComplete: keepDone,
    removeOnFail: keepFailed,
  };
}
