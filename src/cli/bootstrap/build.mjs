/** Compiles src, workers and the bench to dist/ with tsc. A second start compares names, sizes and times of the sources with
 *  those of the last good build and skips the compiler where nothing changed. Before a start types are left unchecked: the
 *  output is the same, byte for byte, in a quarter of the time (3 s against 12 s for 332 files); `build` and the gate check. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stop, hubNode, inProject, lastLines, runQuietly, say } from './programs.mjs';

const stampFile = inProject('dist', '.built.json');
const settings = ['tsconfig.json', '.config/tsconfig.build.json', 'package-lock.json'];

export async function buildIfStale() {
  const now = fingerprint();
  const last = lastBuild();
  if (last?.state === now.state && existsSync(inProject('dist', 'src', 'cli', 'main.js'))) return;
  // A source that was renamed or removed must not live on as a compiled file.
  if (last?.names !== now.names) rmSync(inProject('dist'), { recursive: true, force: true });
  await compile(now, ['--noCheck']);
}

export async function buildClean() {
  rmSync(inProject('dist'), { recursive: true, force: true });
  await compile(fingerprint(), []);
  return 0;
}

async function compile(now, options) {
  const startedAt = Date.now();
  say('Building ...');
  const { code, output } = await runQuietly(hubNode(), [
    inProject('node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    inProject('.config', 'tsconfig.build.json'),
    ...options,
  ]);
  if (code !== 0) {
    say(lastLines(output, 40));
    throw new Stop('The sources do not compile: see the messages above.');
  }
  mkdirSync(inProject('dist'), { recursive: true });
  writeFileSync(stampFile, JSON.stringify(now));
  say(`Built in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
}

function fingerprint() {
  const files = [...settings, ...['src', 'workers', 'test/bench'].flatMap(sourcesUnder)];
  const states = files.map((file) => {
    const { size, mtimeMs } = statSync(inProject(file));
    return `${file} ${size} ${mtimeMs}`;
  });
  return { names: digest(files), state: digest(states) };
}

function sourcesUnder(folder) {
  if (!existsSync(inProject(folder))) return [];
  return readdirSync(inProject(folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return path === 'src/web' ? [] : sourcesUnder(path);
      return entry.name.endsWith('.ts') ? [path] : [];
    })
    .sort();
}

const digest = (lines) => createHash('sha256').update(lines.join('\n')).digest('hex');

function lastBuild() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return null;
  }
}
