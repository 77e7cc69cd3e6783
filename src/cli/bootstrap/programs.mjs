/** Running other programs: the hub's own Node found by its path, output shown or kept, signals passed on. */
import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const project = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
export const inProject = (...parts) => join(project, ...parts);

/** One clear sentence for the person at the terminal; the bootstrap prints it and ends with exit code 1. */
export class Stop extends Error {}

export function say(line) {
  process.stderr.write(`${line}\n`);
}

let found;

/** Node 24 lies in node_modules as a package of its own. By path: on PATH there is only the machine's, which may be older. */
export function hubNode() {
  found ??= [
    inProject('node_modules', `node-linux-${process.arch}`, 'bin', 'node'),
    inProject('node_modules', '.bin', 'node'),
    process.execPath,
  ].find((program) => isRecent(spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout));
  if (found) return found;
  throw new Stop(
    `Node 22.17 or later is needed, and the package node-linux-${process.arch} that brings it is not installed. Install with optional packages.`,
  );
}

function isRecent(version) {
  const [major, minor] = (version ?? '').replace(/^v/, '').split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 17);
}

/** Runs a script on the hub's Node; gives its exit code. `tied` lets the script see, by its `disconnect` event, that this
 *  process is gone, so that even kill -9 on `npm start` leaves no hub behind that nobody can stop. */
export function runHubNode(words, { env = {}, tied = false } = {}) {
  const child = spawn(hubNode(), words, {
    cwd: project,
    env: { ...process.env, ...env, PATH: `${inProject('node_modules', '.bin')}:${process.env.PATH ?? ''}` },
    stdio: tied ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
  });
  const release = passSignals(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      release();
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

/** At a terminal Ctrl-C reaches the child by itself, and npm sends a second one: this process must then only wait. A signal
 *  sent to this process alone is passed on. Should npm be killed without a word, the child is asked to stop. */
function passSignals(child) {
  const passed = ['SIGTERM', 'SIGHUP', ...(process.stdin.isTTY ? [] : ['SIGINT'])];
  const last = new Map();
  const pass = (signal) => {
    const twice = Date.now() - (last.get(signal) ?? 0) < 500;
    last.set(signal, Date.now());
    if (passed.includes(signal) && !twice) child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, pass);
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.env.npm_lifecycle_event && process.ppid !== parent) child.kill('SIGTERM');
  }, 500);
  watch.unref();
  return () => {
    clearInterval(watch);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, pass);
  };
}

/** Runs a program quietly; gives its exit code and all that it said. */
export function runQuietly(program, words, { env = process.env, cwd = project } = {}) {
  const child = spawn(program, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const release = passSignals(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, output: error.message }));
    child.once('close', (code, signal) => {
      release();
      resolve({ code: code ?? 128 + constants.signals[signal], output });
    });
  });
}

export function lastLines(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
