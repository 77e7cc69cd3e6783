/** `hub policy apply`: reads the policy's files, all of them, and puts them in force as a new generation; every request that
 *  begins after it returns is decided by it. Files that cannot be taken change nothing: the old policy stays in force, and
 *  whoever looks after the hub is told by the log, the audit trail and `hub doctor`. */
import { stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { applyPolicy, openAudit, readPolicySet, recordRefusal, relabelProgress, type Applied, type Audit } from '../access/index.js';
import { createLog, HubError, type Log } from '../kernel/index.js';
import { openPool } from '../store/index.js';
import { logFile } from './data-folder.js';
import { roleAddress } from './database.js';
import { policyEntry } from './policy-entry.js';
import type { HubSettings } from './hub-settings.js';
import { hubShapes } from './shapes.js';
import { openTerminal, type Terminal } from './terminal.js';

export interface PolicyApplyWanted {
  /** The folder; where not said, the one that the settings name. */
  readonly policy?: string | undefined;
  /** Until rows are labelled anew. */
  readonly wait: boolean;
}

/** @throws HubError POLICY_INVALID with one line for each problem; the policy before is still in force */
export async function policyApply(settings: HubSettings, { policy, wait }: PolicyApplyWanted): Promise<void> {
  const url = await roleAddress(settings, 'worker');
  const log = await logOf(settings);
  const pool = openPool(url, { max: 1, name: 'policy' });
  const audit = openAudit(url, { log });
  const terminal = openTerminal();
  try {
    const folder = policy === undefined ? settings.rules.policy : resolve(policy);
    const applied = await applyOrAlarm({ pool, audit, log }, folder);
    terminal.say(saidOf(applied));
    if (wait) await untilLabelled(pool, terminal);
  } finally {
    await audit.close();
    await pool.end();
  }
}

interface Means {
  readonly pool: Pool;
  readonly audit: Audit;
  readonly log: Log;
}

async function applyOrAlarm({ pool, audit, log }: Means, folder: string): Promise<Applied> {
  const by = accountName();
  try {
    const applied = await applyPolicy(pool, readPolicySet(folder, hubShapes), { by });
    await audit.record([policyEntry('ALLOWED')]);
    return applied;
  } catch (error) {
    if (!(error instanceof HubError && error.code === 'POLICY_INVALID')) throw error;
    // The problems name rows and codes of the policy, nothing of a patient; a value that is no word is not among them.
    log.error({ code: error.code, by, problems: error.message.split('\n') }, 'a policy was refused; the one before stays in force');
    await recordRefusal(pool, { by, refusal: error.message });
    await audit.record([policyEntry('ERROR')]);
    throw error;
  }
}

/** Pure. */
export function saidOf({ generation, outcome, ranges }: Applied): string {
  if (outcome === 'unchanged') return `Policy generation ${generation} is in force already; the files say the same.`;
  const labels = ranges > 0 ? ` Rows are labelled anew in ${ranges} ranges; \`hub doctor\` tells how far it is.` : '';
  return `Policy generation ${generation} is in force, from the next request on.${labels}`;
}

const lookEveryMs = 200;
/** Workers that run take up a range within a second. */
const patienceMs = 60_000;

/** @throws HubError QUEUE_UNAVAILABLE where nothing moves for a minute */
async function untilLabelled(pool: Pool, terminal: Terminal): Promise<void> {
  let before = -1;
  let movedAt = performance.now();
  for (;;) {
    const progress = await relabelProgress(pool);
    const { ranges, done } = progress ?? { ranges: 0, done: 0 };
    if (done !== before) movedAt = performance.now();
    before = done;
    if (ranges > 0) terminal.show([`  labelled anew: ${done} of ${ranges} ranges, ${Math.floor((100 * done) / ranges)} %`]);
    if (done === ranges) return terminal.settle();
    if (performance.now() - movedAt > patienceMs)
      throw new HubError('QUEUE_UNAVAILABLE', 'No worker took up a range within a minute. Does the hub run? `hub worker` starts one.');
    await pause(lookEveryMs);
  }
}

/** The account that runs the command, for the record. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`; // a container's account need not have a name
  }
}

/** The running hub's own log where it has one, so that the alarm stands where people look. */
async function logOf({ data, logLevel }: HubSettings): Promise<Log> {
  const file = logFile(data);
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  return createLog('policy', logLevel, isThere ? file : undefined);
}
