/** Which sources are to be read now. Pure: the loop around it is in schedule.ts. */
import type { Circuit } from './circuit.js';

export interface SourceTimes {
  readonly id: number;
  readonly circuit: Circuit;
  readonly expectedIntervalSeconds: number;
  readonly lastAttemptAt: Date | null;
  /** The last attempt failed. */
  readonly failed: boolean;
}

/** A failed source is tried again sooner than its interval, one whose circuit is open is probed. */
const retrySeconds = 15;
const probeSeconds = 60;
const jitterShare = 0.1;

export function isDue(source: SourceTimes, now: Date): boolean {
  if (source.lastAttemptAt === null) return true;
  return now.getTime() >= source.lastAttemptAt.getTime() + waitSeconds(source) * 1000;
}

function waitSeconds({ id, circuit, expectedIntervalSeconds, failed }: SourceTimes): number {
  const wanted = circuit === 'CLOSED' ? (failed ? retrySeconds : expectedIntervalSeconds) : probeSeconds;
  return Math.min(wanted, expectedIntervalSeconds) * (1 + jitterShare * spread(id));
}

/** 0..1, the same for a source each time and another for the next: sources with one interval do not start together. */
const spread = (id: number): number => (id * 0.618_034) % 1;
