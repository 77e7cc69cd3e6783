/** The data folder as the commands know it: the log, the passwords of the two working roles, and a note that says where the
 *  running hub's database is, for commands that are called beside it. Secrets are readable by the hub's account only. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createLog, HubError, type Log } from '../kernel/index.js';
import { openDataFolder } from '../store/index.js';
import type { HubSettings } from './hub-settings.js';

export interface Passwords {
  readonly gatewayPassword: string;
  readonly workerPassword: string;
}

/** Where the running hub is. Gone when it stops in good order; what a killed one leaves names a database that is not there. */
export interface RunningHub {
  readonly pid: number;
  readonly demo: boolean;
  readonly ownerUrl: string;
  readonly gatewayUrl: string;
  readonly workerUrl: string;
  readonly queue: HubSettings['queue'];
}

const runningNote = z.object({
  pid: z.number(),
  demo: z.boolean().default(false),
  ownerUrl: z.string(),
  gatewayUrl: z.string(),
  workerUrl: z.string(),
  queue: z.discriminatedUnion('backend', [
    z.object({ backend: z.literal('postgres') }),
    z.object({ backend: z.literal('redis'), url: z.string() }),
  ]),
});

const logLimitBytes = 20_000_000;

/** Makes the folder where it is missing. @throws HubError DATA_FOLDER_UNUSABLE */
export async function openFolder(data: string): Promise<string> {
  const folder = await openDataFolder(data);
  await mkdir(join(folder, 'logs'), { recursive: true, mode: 0o700 });
  return folder;
}

export const logFile = (folder: string): string => join(folder, 'logs', 'hub.log');

export async function openLog(folder: string, part: string, level: string): Promise<Log> {
  const file = logFile(folder);
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > logLimitBytes) await rename(file, `${file}.1`);
  return createLog(part, level, file);
}

/** Made once for a data folder. */
export async function rolePasswords(folder: string): Promise<Passwords> {
  const made: Passwords = { gatewayPassword: randomPassword(), workerPassword: randomPassword() };
  const stored = await storedPasswords(folder);
  if (stored) return stored;
  await writeWhole(passwordFile(folder), made);
  return made;
}

const passwordFile = (folder: string): string => join(folder, 'role-passwords.json');
const randomPassword = (): string => randomBytes(24).toString('base64url');

export async function storedPasswords(folder: string): Promise<Passwords | null> {
  const file = passwordFile(folder);
  const text = await readIfThere(file);
  if (text === null) return null;
  const { gatewayPassword, workerPassword } = fieldsOf(text);
  if (typeof gatewayPassword === 'string' && typeof workerPassword === 'string') return { gatewayPassword, workerPassword };
  throw new HubError(
    'DATA_FOLDER_UNUSABLE',
    `Expected the roles' passwords in ${file}, found something else. Remove the file to have new ones made.`,
  );
}

const runningFile = (folder: string): string => join(folder, 'running.json');

export const noteRunning = (folder: string, hub: RunningHub): Promise<void> => writeWhole(runningFile(folder), hub);

export const forgetRunning = (folder: string): Promise<void> => rm(runningFile(folder), { force: true });

/** @throws HubError DATABASE_UNAVAILABLE where no hub runs on this folder */
export async function findRunning(data: string): Promise<RunningHub> {
  const read = runningNote.safeParse(fieldsOf((await readIfThere(runningFile(data))) ?? ''));
  if (read.success && isAlive(read.data.pid)) return read.data;
  if (read.success) {
    throw new HubError(
      'DATABASE_UNAVAILABLE',
      `The hub on ${data} was ended by force. Start it again with \`hub up --data ${data}\`; nothing that was committed is lost.`,
    );
  }
  throw new HubError(
    'DATABASE_UNAVAILABLE',
    `No hub is running on ${data}. Start it with \`hub up --data ${data}\`, or name its folder with --data.`,
  );
}

/** Asks without touching: signal 0 is none. A process of another account is alive, too. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null ? { ...read } : {};
  } catch {
    return {};
  }
}

/** Written beside its place and renamed into it: a reader sees a whole file or none. */
async function writeWhole(file: string, content: object): Promise<void> {
  const draft = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, file);
}

function readIfThere(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}
