/** The hub as people run it: built, started as a process of its own, talked to over HTTP, stopped or killed. Whatever a test
 *  leaves running is stopped when its file is done. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { packageRoot } from '../../src/kernel/index.js';
import { lockFolder } from '../../src/store/index.js';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const main = join(packageRoot, 'dist', 'src', 'cli', 'main.js');

/** Built once; suites in two workers wait for each other. */
export async function builtHub(): Promise<void> {
  for (;;) {
    const lock = await lockFolder(join(packageRoot, 'test', 'support')).catch(() => null);
    if (!lock) continue; // it has waited for five seconds
    try {
      const { code, stderr } = await runProgram([join(packageRoot, 'src', 'cli', 'bootstrap.mjs'), 'hub', 'schema', '--check']);
      if (code === 0 || !/compile/.test(stderr)) return;
      throw new Error(stderr);
    } finally {
      await lock.release();
    }
  }
}

/** Settings of the person who runs the tests must not reach the hub under test. */
function ownEnvironment(env: Record<string, string>): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(HUB_|DATABASE_URL|REDIS_URL|PORT$|NODE_OPTIONS$)/.test(name));
  return { ...Object.fromEntries(inherited), ...env };
}

async function runProgram(words: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, words, { env: ownEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'], cwd: tmpdir() });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exitOf(child)]);
  return { code, stdout, stderr };
}

const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('close', (code) => resolve(code)).once('error', () => resolve(null)));

/** A command that ends by itself. */
export const runHub = (words: readonly string[], env?: Record<string, string>): Promise<Ended> => runProgram([main, ...words], env);

export interface RunningHub {
  readonly pid: number;
  readonly graphql: string;
  readonly web: string;
  readonly tokens: Readonly<Record<string, string>>;
  readonly stdout: () => string;
  readonly exited: Promise<number | null>;
  /** Sends the signal and waits until the hub is gone. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts `hub up` with a free port and waits for its `ready` line. */
export const startHub = (words: readonly string[], env: Record<string, string> = {}): Promise<RunningHub> =>
  startPart(['up', '--port', '0', ...words], env);

/** Starts a command that says when it is ready and goes on until it is stopped. */
export async function startPart(words: readonly string[], env: Record<string, string> = {}): Promise<RunningHub> {
  const child = spawn(process.execPath, [main, ...words], {
    env: ownEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: tmpdir(),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  const exited = exitOf(child);
  const { pid } = child;
  if (pid === undefined) throw new Error('the hub could not be started');
  running.add(child);
  void exited.then(() => running.delete(child));
  const ready = await Promise.race([readyLine(() => stdout), exited.then(() => null)]);
  if (ready === null) throw new Error(`the hub ended before it was ready: ${stderr}`);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return exited;
  };
  const tokens = Object.fromEntries([...stdout.matchAll(/^([A-Z_]+) (ey\S+)$/gm)].map(([, role = '', token = '']) => [role, token]));
  return { pid, ...ready, tokens, stdout: () => stdout, exited, end };
}

const running = new Set<ChildProcess>();

export async function endHubs(): Promise<void> {
  await Promise.all([...running].map((child) => (child.kill('SIGTERM'), exitOf(child))));
}

async function readyLine(said: () => string): Promise<{ graphql: string; web: string }> {
  for (;;) {
    const [, line] = /^ready (\{.*\})$/m.exec(said()) ?? [];
    if (line !== undefined) return JSON.parse(line) as { graphql: string; web: string };
    await pause(50);
  }
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** One of the documents in schema/operations, or the text of another. */
export async function ask(
  hub: Pick<RunningHub, 'graphql'>,
  token: string,
  asked: { document: string; variables?: object },
): Promise<Answer> {
  const { document, variables = {} } = asked;
  const query = document.endsWith('.graphql') ? await readFile(join(packageRoot, 'schema', 'operations', document), 'utf8') : document;
  const response = await fetch(hub.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, body: await response.json() };
}

/** A folder of the test's own, which an unprivileged database account can pass through. */
export async function ownFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'hub-journey-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Processes whose parent is this one, and theirs, by the kernel's own word. */
export async function descendants(pid: number): Promise<number[]> {
  const parents = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
        return {
          pid: Number(name),
          parent: Number(
            stat
              .slice(stat.lastIndexOf(')') + 1)
              .trim()
              .split(' ')[1],
          ),
        };
      }),
  );
  const below = (of: number): number[] =>
    parents.filter(({ parent }) => parent === of).flatMap((child) => [child.pid, ...below(child.pid)]);
  return below(pid);
}

/** Resolves with those that still run after a while; none, if all is well. */
export async function stillRunning(pids: readonly number[], withinMs = 10_000): Promise<number[]> {
  for (const giveUpAt = performance.now() + withinMs; ; await pause(100)) {
    const left = await Promise.all(
      pids.map((pid) =>
        readlink(`/proc/${pid}/exe`).then(
          () => [pid],
          () => [],
        ),
      ),
    );
    if (left.flat().length === 0 || performance.now() > giveUpAt) return left.flat();
  }
}
