/** `hub migrate`: brings the database that the settings name to this version of the hub: tables, roles, queues, policy,
 *  directory, sources. `--check` changes nothing and tells whether there would be anything to do. */
import { HubError } from '../kernel/index.js';
import { migrationState } from '../store/index.js';
import { findRunning, openFolder } from './data-folder.js';
import { namedDatabase } from './database.js';
import type { HubSettings } from './hub-settings.js';
import { policySentence, prepareDatabase } from './prepare.js';
import { readRules } from './rules.js';
import { openTerminal } from './terminal.js';

export async function migrate(settings: HubSettings): Promise<void> {
  const rules = readRules(settings);
  const database = await namedDatabase(settings, await openFolder(settings.data));
  const { policy, sources } = await prepareDatabase(database, settings, rules);
  const terminal = openTerminal();
  terminal.say(policySentence(policy));
  terminal.say(`The database is prepared: policy generation ${policy.generation}, ${sources.length} sources.`);
}

/** @throws HubError DATABASE_UNAVAILABLE where a migration is missing */
export async function checkMigrations(settings: HubSettings): Promise<void> {
  const url = settings.database?.url ?? (await findRunning(settings.data)).ownerUrl;
  const { applied, pending } = await migrationState(url);
  if (pending.length > 0)
    throw new HubError('DATABASE_UNAVAILABLE', `Missing in the database: ${pending.join(', ')}. Run \`hub migrate\`.`);
  openTerminal().say(`The database is current: ${applied.length} migrations.`);
}
