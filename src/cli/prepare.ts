/** Brings the database to what this hub needs before anything works on it: tables, the queue's tables, policy, directory
 *  and sources. Safe to run at every start, and by several hubs at once. */
import pg from 'pg';
import { applyPolicy, openAudit, type Applied } from '../access/index.js';
import { seedDirectory } from '../directory/index.js';
import { silentLog } from '../kernel/index.js';
import { migrateQueues } from '../queue/index.js';
import { takenTypes } from '../sources/index.js';
import { migrate, openPool, registerSources, type RegisteredSource } from '../store/index.js';
import type { Database } from './database.js';
import type { ConfiguredSource, HubSettings } from './hub-settings.js';
import { policyEntry } from './policy-entry.js';
import type { Rules } from './rules.js';

export interface Prepared {
  readonly policy: Applied;
  readonly sources: readonly RegisteredSource[];
}

type Addresses = Pick<Database, 'ownerUrl' | 'workerUrl' | 'passwords'>;

export async function prepareDatabase(
  database: Addresses,
  settings: Pick<HubSettings, 'queue' | 'sources'>,
  rules: Rules,
): Promise<Prepared> {
  await prepareTables(database, settings);
  return applyFiles(database, settings, rules);
}

export async function prepareTables(database: Addresses, { queue }: Pick<HubSettings, 'queue'>): Promise<void> {
  await migrate(database.ownerUrl, database.passwords);
  if (queue.backend === 'postgres') await prepareQueues(database);
}

/** What the files say: the policy in force, who works where, which sources are read. */
export async function applyFiles(
  { workerUrl }: Pick<Database, 'workerUrl'>,
  { sources }: Pick<HubSettings, 'sources'>,
  rules: Rules,
): Promise<Prepared> {
  const pool = openPool(workerUrl, { max: 1, name: 'start' });
  try {
    const policy = await applyPolicy(pool, rules.policySet, { by: 'start', atStart: true });
    if (policy.outcome === 'applied') await audited(workerUrl);
    await seedDirectory(pool, rules.directory);
    return { policy, sources: await registerSources(pool, sources.map(entryOf)) };
  } finally {
    await pool.end();
  }
}

async function audited(workerUrl: string): Promise<void> {
  const audit = openAudit(workerUrl, { log: silentLog });
  await audit.record([policyEntry('ALLOWED')]).finally(() => audit.close());
}

/** The workers' role owns the queue's tables, which the queue engine makes itself: so it must be allowed to make a schema. */
async function prepareQueues({ ownerUrl, workerUrl }: Addresses): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl, application_name: 'hub-migrate' });
  await owner.connect();
  try {
    const worker = owner.escapeIdentifier(decodeURIComponent(new URL(workerUrl).username));
    const { rows } = await owner.query<{ name: string }>('select current_database() as name');
    await owner.query(`grant create on database ${owner.escapeIdentifier(rows[0]?.name ?? '')} to ${worker}`);
  } finally {
    await owner.end();
  }
  await migrateQueues(workerUrl);
}

const entryOf = (source: ConfiguredSource) => ({
  name: source.name,
  kind: source.kind,
  supplies: source.supplies ?? takenTypes,
  expectedIntervalSeconds: Math.max(1, Math.round(source.everyMs / 1000)),
});

/** What a start did with the policy's files, for the person at the terminal. Pure. */
export function policySentence({ generation, outcome, ranges }: Applied): string {
  switch (outcome) {
    case 'applied':
      return `Policy generation ${generation} is in force, from the files${ranges > 0 ? `; rows are labelled anew in ${ranges} ranges` : ''}.`;
    case 'unchanged':
      return `Policy generation ${generation} is in force, as before.`;
    case 'kept':
      return `Policy generation ${generation} is in force, applied by hand since the files last changed; \`hub policy apply\` puts the files in force.`;
  }
}
