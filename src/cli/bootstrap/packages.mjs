/** Makes node_modules complete, and does nothing where it is. What `npm ci` left by hand is recognised by npm's own record,
 *  so an installation without development packages is completed, and one without install scripts is taken as it is. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Stop, inProject, lastLines, project, runQuietly, say } from './programs.mjs';

const stampFile = inProject('node_modules', '.hub-installed');
export async function installPackages() {
  const lock = readFileSync(inProject('package-lock.json'), 'utf8');
  const stamp = createHash('sha256').update(lock).digest('hex');
  if (readIfThere(stampFile) === stamp) return;
  const installed = readIfThere(inProject('node_modules', '.package-lock.json'));
  const problem = installed === null ? 'nothing is installed' : missing(JSON.parse(lock), JSON.parse(installed));
  if (problem) await install(problem);
  try {
    writeFileSync(stampFile, stamp);
  } catch {
    // Somebody else's folder, installed and complete: it is compared again next time.
  }
}

/** The first package that the lockfile wants on this machine and npm has not installed; null where all are there. Optional
 *  packages are wanted where they are made for this kind of machine: npm leaves out the others. */
export function missing(lock, installed, machine = { os: process.platform, cpu: process.arch, libc: 'glibc' }) {
  for (const [place, wanted] of Object.entries(lock.packages)) {
    if (place === '' || wanted.link || !isWanted(wanted, machine)) continue;
    if (installed.packages[place]?.version !== wanted.version)
      return `${place.replace(/^.*node_modules\//, '')} ${wanted.version} is missing`;
  }
  return null;
}

function isWanted(wanted, machine) {
  const kinds = ['os', 'cpu', 'libc'];
  if (wanted.optional && !kinds.some((kind) => wanted[kind])) return false;
  return kinds.every((kind) => suits(wanted[kind], machine[kind]));
}

const suits = (allowed, mine) => !allowed || allowed.includes(mine) || (allowed[0].startsWith('!') && !allowed.includes(`!${mine}`));

async function install(problem) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  say(`Installing packages (${problem}) ...`);
  const progress = setInterval(() => say(`  still installing, ${seconds()} s`), 10_000);
  const [program, ...words] = npmCommand();
  const options = [
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--loglevel=error',
    '--progress=false',
  ];
  const { code, output } = await runQuietly(program, [...words, 'ci', ...options]);
  clearInterval(progress);
  if (code !== 0) {
    say(lastLines(output, 15));
    throw new Stop(
      `npm could not install the packages (exit code ${code}): see its own words above. Check the network and that ${project} can be written, then try again.`,
    );
  }
  say(`Installed ${countPackages()} packages in ${seconds()} s.`);
}

/** The npm that called us, run on the Node that runs us; from PATH where the bootstrap was called without npm. */
function npmCommand() {
  const caller = process.env.npm_execpath;
  return caller && basename(caller) === 'npm-cli.js' && existsSync(caller) ? [process.execPath, caller] : ['npm'];
}

function countPackages() {
  try {
    const names = readdirSync(inProject('node_modules')).filter((name) => !name.startsWith('.'));
    const scoped = names.filter((name) => name.startsWith('@')).flatMap((scope) => readdirSync(inProject('node_modules', scope)));
    return names.filter((name) => !name.startsWith('@')).length + scoped.length;
  } catch {
    return 0;
  }
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
