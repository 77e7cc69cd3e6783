/** The hub's database, whichever it is: the embedded one, started and stopped with the hub, or the one that the settings
 *  name. Either way three addresses come out: the owner's, for migrating, and those of the two roles that work. */
import { HubError, type Log } from '../kernel/index.js';
import { lockFolder, roleUrls, startEmbeddedPostgres } from '../store/index.js';
import { findRunning, rolePasswords, storedPasswords, type Passwords } from './data-folder.js';
import type { HubSettings } from './hub-settings.js';

export interface Database {
  readonly ownerUrl: string;
  readonly gatewayUrl: string;
  readonly workerUrl: string;
  /** To be set on the roles when migrating. */
  readonly passwords: Partial<Passwords>;
  /** Of an embedded one: resolves where it ended by itself and cannot be started again. */
  readonly lost: Promise<HubError> | null;
  stop(): Promise<void>;
}

type Named = Pick<HubSettings, 'database' | 'roles'>;

/** For the one hub that owns the data folder: holds the folder until it is stopped. */
export async function openDatabase(settings: Named, { folder, log }: { folder: string; log: Log }): Promise<Database> {
  if (settings.database) {
    const lock = await lockFolder(folder);
    const named = await namedDatabase(settings, folder).catch(async (error: unknown) => {
      await lock.release();
      throw error;
    });
    return { ...named, lost: null, stop: () => lock.release() };
  }
  const embedded = await startEmbeddedPostgres({ dataDir: folder, log });
  try {
    const passwords = await rolePasswords(folder);
    const { gateway, worker } = roleUrls(embedded.url, passwords);
    const { url: ownerUrl, lost } = embedded;
    return { ownerUrl, gatewayUrl: gateway, workerUrl: worker, passwords, lost, stop: () => embedded.stop() };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

/** The database that the settings name. A role whose address is given keeps the password that stands in it; for the others
 *  the data folder keeps one. */
export async function namedDatabase({ database, roles }: Named, folder: string): Promise<Omit<Database, 'stop' | 'lost'>> {
  if (!database) throw new HubError('CONFIG_INVALID', 'DATABASE_URL: expected the address of the database, found nothing');
  const { gatewayUrl, workerUrl } = await roleAddresses(database.url, roles, folder);
  const gatewayPassword = passwordIn(gatewayUrl);
  const workerPassword = passwordIn(workerUrl);
  return {
    ownerUrl: database.url,
    gatewayUrl,
    workerUrl,
    passwords: { ...(gatewayPassword && { gatewayPassword }), ...(workerPassword && { workerPassword }) },
  };
}

/** Passwords are made and kept only where an address is missing. */
async function roleAddresses(ownerUrl: string, { gatewayUrl, workerUrl }: Named['roles'], folder: string) {
  if (gatewayUrl !== null && workerUrl !== null) return { gatewayUrl, workerUrl };
  const made = roleUrls(ownerUrl, await rolePasswords(folder));
  return { gatewayUrl: gatewayUrl ?? made.gateway, workerUrl: workerUrl ?? made.worker };
}

const passwordIn = (url: string): string => decodeURIComponent(new URL(url).password);

/** The address of one role for a process that works beside others: as given; or made from the owner's and the password that
 *  `hub migrate` left in the data folder; or that of the hub that runs on this folder. */
export async function roleAddress(
  { database, roles, data }: Named & Pick<HubSettings, 'data'>,
  role: 'gateway' | 'worker',
): Promise<string> {
  const given = role === 'gateway' ? roles.gatewayUrl : roles.workerUrl;
  if (given !== null) return given;
  if (!database) return (await findRunning(data))[`${role}Url`];
  const passwords = await storedPasswords(data);
  if (passwords) return roleUrls(database.url, passwords)[role];
  throw new HubError(
    'CONFIG_INVALID',
    `HUB_${role.toUpperCase()}_DATABASE_URL: expected the address of the ${role} role, or beside DATABASE_URL a data folder in which \`hub migrate\` left the roles' passwords, found neither`,
  );
}
