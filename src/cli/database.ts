/** The hub's database, whichever it is: the embedded one, started and stopped with the hub, or the one that the settings
 *  name. Either way three addresses come out: the owner's, for migrating, and those of the two roles that work. */
import type { Log } from '../kernel/index.js';
import { lockFolder, roleUrls, startEmbeddedPostgres } from '../store/index.js';
import { rolePasswords, type Passwords } from './data-folder.js';
import type { HubSettings } from './hub-settings.js';

export interface Database {
  readonly ownerUrl: string;
  readonly gatewayUrl: string;
  readonly workerUrl: string;
  /** To be set on the roles when migrating. */
  readonly passwords: Partial<Passwords>;
  stop(): Promise<void>;
}

/** For the one hub that owns the data folder: holds the folder until it is stopped. */
export async function openDatabase(settings: Pick<HubSettings, 'database' | 'roles'>, { folder, log }: { folder: string; log: Log }): Promise<Database> {
  if (settings.database) {
    const lock = await lockFolder(folder);
    const named = await namedDatabase(settings, folder).catch(async (error: unknown) => {
      await lock.release();
      throw error;
    });
    return { ...named, stop: () => lock.release() };
  }
  const embedded = await startEmbeddedPostgres({ dataDir: folder, log });
  try {
    const passwords = await rolePasswords(folder);
    const { gateway, worker } = roleUrls(embedded.url, passwords);
    return { ownerUrl: embedded.url, gatewayUrl: gateway, workerUrl: worker, passwords, stop: () => embedded.stop() };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

/** The database that the settings name. A role whose address is given keeps the password that stands in it. */
export async function namedDatabase({ database, roles }: Pick<HubSettings, 'database' | 'roles'>, folder: string): Promise<Omit<Database, 'stop'>> {
  const ownerUrl = database?.url ?? '';
  const { gatewayUrl, workerUrl } = roles;
  if (gatewayUrl !== null && workerUrl !== null) return { ownerUrl, gatewayUrl, workerUrl, passwords: passwordsIn({ gatewayUrl, workerUrl }) };
  const own = await rolePasswords(folder);
  const made = roleUrls(ownerUrl, own);
  const urls = { gatewayUrl: gatewayUrl ?? made.gateway, workerUrl: workerUrl ?? made.worker };
  return { ownerUrl, ...urls, passwords: passwordsIn(urls) };
}

function passwordsIn({ gatewayUrl, workerUrl }: { gatewayUrl: string; workerUrl: string }): Partial<Passwords> {
  const gatewayPassword = passwordIn(gatewayUrl);
  const workerPassword = passwordIn(workerUrl);
  return { ...(gatewayPassword ? { gatewayPassword } : {}), ...(workerPassword ? { workerPassword } : {}) };
}

const passwordIn = (url: string): string => decodeURIComponent(new URL(url).password);
