/** `hub doctor`: looks at what a hub needs, one line each, and says what to do where something is not as it should be. It
 *  changes nothing. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Pool } from 'pg';
import { relabelProgress } from '../access/index.js';
import { HubError } from '../kernel/index.js';
import { migrationState, openPool } from '../store/index.js';
import { findRunning } from './data-folder.js';
import { roleAddress } from './database.js';
import { sentenceFor } from './fault.js';
import type { HubSettings } from './hub-settings.js';
import { expectFreePort } from './port.js';
import { readRules } from './rules.js';
import { sourceRows } from './source-rows.js';
import { openTerminal } from './terminal.js';

interface Check {
  readonly name: string;
  /** What was found. @throws with the sentence that says what to do */
  readonly look: (settings: HubSettings) => Promise<string>;
}

const checks: readonly Check[] = [
  { name: 'node', look: () => Promise.resolve(process.version) },
  {
    name: 'rules',
    look: async (settings) => {
      const { policy, directory, cases } = readRules(settings);
      return `${policy.roles.size} roles, ${policy.rules.length} policy rules, ${cases.clocks.length} clocks, ${directory.users.length} people`;
    },
  },
  {
    name: 'data folder',
    look: async ({ data }) => {
      await access(data, constants.W_OK).catch((cause: unknown) => {
        throw new HubError('DATA_FOLDER_UNUSABLE', `${data} is not there or cannot be written; \`hub up\` makes it where it may.`, {
          cause,
        });
      });
      return data;
    },
  },
  { name: 'database', look: readDatabase },
  { name: 'policy', look: readPolicyState },
  { name: 'labels', look: readLabelState },
  { name: 'sources', look: readSources },
  { name: 'gateway', look: readGateway },
];

/** @throws HubError INTERNAL where any check failed */
export async function doctor(settings: HubSettings): Promise<void> {
  const terminal = openTerminal();
  let wrong = 0;
  for (const { name, look } of checks) {
    const [mark, says] = await look(settings).then(
      (found) => ['ok   ', found] as const,
      (error: unknown) => ['wrong', sentenceFor(error)] as const,
    );
    if (mark === 'wrong') wrong += 1;
    terminal.say(`${mark}  ${name.padEnd(11)}  ${says}`);
  }
  if (wrong > 0) throw new HubError('INTERNAL', `${wrong} of ${checks.length} are not as they should be.`);
}

async function readDatabase(settings: HubSettings): Promise<string> {
  const url = settings.database?.url ?? (await findRunning(settings.data)).ownerUrl;
  const { applied, pending } = await migrationState(url);
  if (pending.length > 0) throw new HubError('DATABASE_UNAVAILABLE', `${pending.length} migrations are missing; run \`hub migrate\`.`);
  return `${settings.database ? 'given' : 'embedded'}, ${applied.length} migrations`;
}

interface PolicyRow {
  readonly generation: number;
  readonly digest: string;
  readonly appliedAt: Date;
  readonly by: string | null;
  readonly refusedAt: Date | null;
  readonly refusedBy: string | null;
  readonly refusal: string | null;
}

/** A policy that was refused since the last one was applied is an alarm until one is applied. */
async function readPolicyState(settings: HubSettings): Promise<string> {
  const state = await asWorker(settings, async (pool) => {
    const { rows } = await pool.query<PolicyRow>(
      `select s.generation, s.digest, s.applied_at as "appliedAt", g.applied_by as by, s.refused_at as "refusedAt", s.refused_by as "refusedBy", s.refusal
       from policy_state s left join policy_generation g on g.generation = s.generation`,
    );
    return rows[0] ?? null;
  });
  if (!state) throw new HubError('POLICY_INVALID', 'none is in force; `hub migrate` or `hub policy apply` puts one in force.');
  const { generation, by, appliedAt, refusedAt, refusedBy, refusal } = state;
  const inForce = `generation ${generation}, applied by ${by ?? 'an earlier version'} at ${appliedAt.toISOString()}`;
  if (refusedAt) {
    const [first = '', ...more] = (refusal ?? '').split('\n');
    const rest = more.length > 0 ? ` and ${more.length} more` : '';
    throw new HubError(
      'POLICY_INVALID',
      `${inForce}; what ${refusedBy ?? 'somebody'} brought at ${refusedAt.toISOString()} was refused: ${first}${rest}`,
    );
  }
  const same = readRules(settings).policy.digest === state.digest;
  return `${inForce}${same ? '' : '; the files here say something else, `hub policy apply` puts them in force'}`;
}

async function readLabelState(settings: HubSettings): Promise<string> {
  const progress = await asWorker(settings, relabelProgress);
  if (!progress || progress.done === progress.ranges) return 'of the policy in force';
  return `being worked out anew: ${progress.done} of ${progress.ranges} ranges`;
}

const asWorker = async <T>(settings: HubSettings, look: (pool: Pool) => Promise<T>): Promise<T> => {
  const pool = openPool(await roleAddress(settings, 'worker'), { max: 1, name: 'doctor' });
  return look(pool).finally(() => pool.end());
};

async function readSources(settings: HubSettings): Promise<string> {
  const rows = await asWorker(settings, sourceRows);
  const bad = rows.filter(({ errorCode }) => errorCode !== null).map(({ name, errorCode }) => `${name} (${errorCode})`);
  if (bad.length > 0) throw new HubError('SOURCE_UNREACHABLE', `cannot be read: ${bad.join(', ')}. What is stored is shown with its age.`);
  return rows.map(({ name, records }) => `${name} ${records}`).join(', ') || 'none';
}

async function readGateway({ host, port }: HubSettings): Promise<string> {
  if (port === 0) return 'any free port';
  const health = await fetch(`http://${host}:${port}/health/ready`, { signal: AbortSignal.timeout(3_000) }).catch(() => null);
  if (health?.ok) return `answers on port ${port}`;
  if (health) throw new HubError('PORT_BUSY', `what listens on port ${port} is not a hub that is ready.`);
  await expectFreePort({ host, port });
  return `port ${port} is free`;
}
