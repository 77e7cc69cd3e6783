/** The server process: started in a session of its own (so that Ctrl-C reaches the hub alone, which then stops it in good
 *  order), watched by a small shell that stops it should the hub die without a word, and found again through
 *  postmaster.pid where even that did not happen. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { open, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { HubError } from '../kernel/index.js';
import type { Account, Home } from './embedded-home.js';

export interface ServerProcess {
  readonly port: number;
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

/** The server's programs see these variables only: nothing of the hub's own environment reaches them. */
export const serverEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC' };
const logLimitBytes = 5_000_000;

/** Starts the server and waits until it takes connections. A port taken in between, or memory still held by a server
 *  that was killed a moment ago, passes with time: these two are tried again. */
export async function startServer(
  home: Home,
  command: { runtime: string; settings: readonly string[]; port?: number | undefined },
): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt += 1) {
    const port = command.port ?? (await freePort());
    const log = await openServerLog(home.folder);
    const child = spawn(join(command.runtime, 'bin', 'postgres'), ['-D', home.cluster, '-c', `port=${port}`, ...command.settings], {
      ...asAccount(home.account),
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
    if (child.pid !== undefined) watch(child.pid, { exited, account: home.account });
    await log.close();
    if (await becomesReady(child, home.cluster)) return { port, exited, stop: () => stopServer(child, exited) };
    const words = await lastWords(home.folder);
    if (attempt === 20 || !/already in use|still in use|could not bind/i.test(words)) {
      throw new HubError(
        'DATABASE_UNAVAILABLE',
        `The embedded database did not start: ${words}. The whole log is ${join(home.folder, 'server.log')}.`,
      );
    }
    await pause(500);
  }
}

export function asAccount(account: Account | null): { cwd: string; env: Record<string, string>; uid?: number; gid?: number } {
  return { cwd: '/', env: serverEnvironment, ...account };
}

/** From the server's first moment: a hub that dies while it starts leaves nothing running either. */
function watch(pid: number, { exited, account }: { exited: Promise<void>; account: Account | null }): void {
  const watcher = spawn('sh', ['-c', 'cat >/dev/null; kill -INT "$1"', 'sh', String(pid)], {
    ...asAccount(account),
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.on('error', () => undefined).unref();
  const { pid: group } = watcher;
  if (group !== undefined) void exited.then(() => signal(-group, 'SIGKILL'));
}

async function stopServer(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (isRunning(child)) await shutDown(child.pid, exited);
}

/** A running or half-dead server that an earlier hub left behind is stopped. A postmaster.pid whose number now belongs to
 *  some other program is removed, else the new server would take that program for its predecessor and give up. */
export async function stopOrphan(cluster: string): Promise<'none' | 'stopped' | 'stale'> {
  const pidFile = join(cluster, 'postmaster.pid');
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return 'none';
  if (!(await isServerOf(cluster, pid))) {
    await rm(pidFile, { force: true });
    return 'stale';
  }
  await shutDown(pid, untilGone(cluster, pid));
  return 'stopped';
}

/** The postmaster works inside its data folder, and its name is postgres: both must hold before anything is stopped. */
export async function isServerOf(cluster: string, pid: number): Promise<boolean> {
  try {
    const [folder, place, words] = await Promise.all([
      realpath(cluster),
      readlink(`/proc/${pid}/cwd`),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    return folder === place && basename(words.split('\0')[0] ?? '').startsWith('postgres');
  } catch {
    return false;
  }
}

/** Fast shutdown first; what does not end within twenty seconds is told to quit at once and recovers at its next start. */
async function shutDown(pid: number, gone: Promise<void>): Promise<void> {
  for (const step of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    signal(pid, step);
    const patience = new AbortController();
    const ended = await Promise.race([gone.then(() => true), pause(20_000, false, { signal: patience.signal }).catch(() => false)]);
    patience.abort();
    if (ended) return;
  }
}

async function untilGone(cluster: string, pid: number): Promise<void> {
  while (await isServerOf(cluster, pid)) await pause(20);
}

/** Postgres writes `ready` on the eighth line of postmaster.pid when it takes connections; recovery may take minutes. */
async function becomesReady(child: ChildProcess, cluster: string): Promise<boolean> {
  while (isRunning(child)) {
    const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (lines[0] === String(child.pid) && lines[7]?.trim() === 'ready') return true;
    await pause(15);
  }
  return false;
}

function isRunning(child: ChildProcess): child is ChildProcess & { pid: number } {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

async function openServerLog(folder: string): ReturnType<typeof open> {
  const log = await open(join(folder, 'server.log'), 'a', 0o600);
  if ((await log.stat()).size > logLimitBytes) await log.truncate();
  return log;
}

async function lastWords(folder: string): Promise<string> {
  const lines = (await readFile(join(folder, 'server.log'), 'utf8').catch(() => '')).trim().split('\n');
  const fatal = lines.slice(-12).findLast((line) => line.includes('FATAL'));
  return (fatal ?? lines.at(-1) ?? 'it left no word').replace(/^.*?(?=FATAL)/, '').replace(/[.\s]+$/, '');
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already, which is what was wanted.
  }
}

/** Runs one of the runtime's programs to its end and gives what it said when it fails. */
export function runProgram(program: string, words: readonly string[], account: Account | null): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, [...words], asAccount(account), (error, stdout, stderr) => {
      if (!error) return resolve();
      const said = (stderr || stdout || error.message).trim().split('\n').slice(-3).join(' ');
      reject(new HubError('DATABASE_UNAVAILABLE', `${basename(program)} failed: ${said}`));
    });
  });
}
