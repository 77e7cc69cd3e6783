/** Programs that tests need and npm does not bring. Root lets apt install them; anybody else has apt download what is
 *  missing into a cache of their own and unpacks it there, which needs no rights and changes nothing on the machine. */
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { inProject, lastLines, runQuietly, say } from './programs.mjs';

/** `install` is for root: redis-tools alone, since installing redis-server would start a server on the machine. Its
 *  redis-check-rdb is the server under another name; so a link of the right name is all that is missing. */
const wanted = [
  {
    name: 'redis',
    program: 'redis-server',
    install: ['redis-tools'],
    sameAs: '/usr/bin/redis-check-rdb',
    unpack: ['redis-server'],
    variable: 'HUB_REDIS_SERVER',
    suites: '[.]redis[.]test[.]ts$',
  },
];

export const services = wanted.map((service) => ({ ...service, find: () => find(service) }));

/** The path of the service's program, installed or fetched if need be; or the reason why it cannot be had. */
async function find(service) {
  const cache = cacheFolder(service.name);
  const link = join(cache, 'bin', service.program);
  const onPath = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'].map((folder) =>
    join(folder, service.program),
  );
  for (const program of [process.env[service.variable], ...onPath, link]) if (await runs(program)) return { program };
  if (!existsSync('/usr/bin/apt-get'))
    return { reason: `${service.program} is not installed and this machine has no apt-get; install it and run again` };
  const problem = process.getuid() === 0 ? await installAsRoot(service, link) : null;
  if (await runs(link)) return { program: link };
  const unpackProblem = await unpack(service, { cache, link });
  if (await runs(link)) return { program: link };
  return { reason: `${service.program} could be neither installed nor fetched (${unpackProblem ?? problem ?? 'it does not run'})` };
}

async function runs(program) {
  return Boolean(program) && existsSync(program) && (await runQuietly(program, ['--version'])).code === 0;
}

async function installAsRoot(service, link) {
  say(`Installing ${service.install.join(' ')} with apt ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const updated = await runQuietly('apt-get', ['-q', 'update'], { env });
  const { code, output } = await runQuietly('apt-get', ['-qy', 'install', '--no-install-recommends', ...service.install], { env });
  if (code !== 0) return lastLines(output || updated.output, 1);
  if (existsSync(service.sameAs)) linkAnew(service.sameAs, link);
  return null;
}

/** apt works out the closure against what the machine has, downloads it into private folders, and dpkg only unpacks. */
async function unpack(service, { cache, link }) {
  say(`Fetching ${service.unpack.join(' ')} into ${cache} ...`);
  const [state, packages, root] = [join(cache, 'state'), join(cache, 'packages'), join(cache, 'root')];
  for (const folder of [join(state, 'lists', 'partial'), join(packages, 'archives', 'partial'), root])
    mkdirSync(folder, { recursive: true });
  const folders = { 'Dir::State': state, 'Dir::State::status': '/var/lib/dpkg/status', 'Dir::Cache': packages };
  const settings = { ...folders, 'Debug::NoLocking': '1', 'APT::Sandbox::User': userInfo().username };
  const options = ['-q', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])];
  const updated = await runQuietly('apt-get', [...options, 'update']);
  const download = ['--download-only', '-y', '--no-install-recommends', '--reinstall', 'install', ...service.unpack];
  const { code, output } = await runQuietly('apt-get', [...options, ...download]);
  if (code !== 0) return lastLines(output || updated.output, 1);
  for (const file of readdirSync(join(packages, 'archives')).filter((name) => name.endsWith('.deb'))) {
    const unpacked = await runQuietly('dpkg', ['-x', join(packages, 'archives', file), root]);
    if (unpacked.code !== 0) return lastLines(unpacked.output, 1);
  }
  const program = [join(root, 'usr', 'bin', service.program), service.sameAs].find((place) => existsSync(place));
  if (!program) return `the packages hold no ${service.program}`;
  writeStarter(link, { program, root });
  return null;
}

/** The libraries are named for this one program only, so that nothing else on the machine meets them. */
function writeStarter(link, { program, root }) {
  const parents = [join(root, 'usr', 'lib'), join(root, 'lib')].filter((folder) => existsSync(folder));
  const folders = parents.flatMap((parent) => [
    parent,
    ...readdirSync(parent)
      .filter((name) => name.includes('-linux-gnu'))
      .map((name) => join(parent, name)),
  ]);
  mkdirSync(join(link, '..'), { recursive: true });
  rmSync(link, { force: true });
  writeFileSync(link, `#!/bin/sh\nLD_LIBRARY_PATH='${folders.join(':')}' exec '${program}' "$@"\n`);
  chmodSync(link, 0o755);
}

function linkAnew(target, link) {
  mkdirSync(join(link, '..'), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(target, link);
}

/** Of the person where there is a home, so that clones share it; else of the project. */
function cacheFolder(name) {
  const home = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(home, 'patient-relations-hub', name);
  try {
    mkdirSync(folder, { recursive: true });
    return folder;
  } catch {
    return inProject('.cache', name);
  }
}
