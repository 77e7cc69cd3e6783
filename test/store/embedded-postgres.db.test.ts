/** The embedded database through its whole life, with real servers: made, kept, killed, found again. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, readlink, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { silentLog } from '../../src/kernel/index.js';
import { isServerOf } from '../../src/store/embedded-process.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/store/embedded-postgres.js';

let place: string;
let dataDir: string;
const running: EmbeddedPostgres[] = [];

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'hub-embedded-'));
  await chmod(place, 0o755);
  dataDir = join(place, 'data');
});
afterEach(async () => {
  for (const postgres of running.splice(0)) await postgres.stop();
  const elsewhere = await pointer();
  if (elsewhere) await rm(elsewhere, { recursive: true });
  await rm(place, { recursive: true, force: true });
});

async function start(): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLog, fsync: false });
  running.push(postgres);
  return postgres;
}

async function ask<Row extends pg.QueryResultRow>(url: string, statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}

const pointer = async (): Promise<string | undefined> =>
  (await readFile(join(dataDir, 'postgres-lives-at'), 'utf8').catch(() => undefined))?.trim();
const home = async (): Promise<string> => (await pointer()) ?? join(dataDir, 'postgres');
const cluster = async (): Promise<string> => join(await home(), 'cluster');
const serverPid = async (): Promise<number> => Number((await readFile(join(await cluster(), 'postmaster.pid'), 'utf8')).split('\n')[0]);

/** Starts a hub of its own, keeps a row in its database, and gives the process and its server's number. */
async function hubToKill(): Promise<{ hub: ChildProcess; server: number }> {
  const loader = resolve('test/support/load-typescript.mjs');
  const hub = spawn(process.execPath, ['--import', loader, resolve('test/store/hub-to-kill.ts'), dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(hub.stdout, 'data')) as [Buffer];
  await ask(line.toString().trim(), "create table kept as select 'Zz-kept' as what");
  return { hub, server: await serverPid() };
}

async function eventually(holds: () => Promise<boolean>): Promise<boolean> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await holds()) return true;
    await pause(50);
  }
  return false;
}

describe('the embedded database', () => {
  it('speaks UTF-8 and UTC, orders text by code point, and brings the extensions that the hub uses', async () => {
    const { url } = await start();
    const [settings] = await ask(
      url,
      "select current_database() as name, pg_encoding_to_char(encoding) as encoding, datlocale, current_setting('timezone') as zone from pg_database where datname = 'hub'",
    );
    expect(settings).toEqual({ name: 'hub', encoding: 'UTF8', datlocale: 'C.UTF-8', zone: 'UTC' });
    for (const name of ['pg_trgm', 'unaccent', 'fuzzystrmatch', 'btree_gin', 'btree_gist', 'pgcrypto', 'pg_stat_statements']) {
      await ask(url, `create extension ${name}`);
    }
    expect(await ask(url, "select unaccent('Zz-Éloïse') as plain")).toEqual([{ plain: 'Zz-Eloise' }]);
  });

  it('keeps its data and its password from one start to the next, and lets nobody in without the password', async () => {
    const first = await start();
    await ask(first.url, "create table kept as select 'Zz-kept' as what");
    await first.stop();
    const second = await start();
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
    expect(await ask(second.url, 'select what from kept')).toEqual([{ what: 'Zz-kept' }]);
    await expect(ask(second.url.replace(/:[^:@]*@/, ':Zz-guess@'), 'select 1')).rejects.toMatchObject({ code: '28P01' });
    expect((await stat(join(dataDir, 'postgres-password'))).mode & 0o777).toBe(0o600);
  });

  it('makes the library links itself, so that packages installed without their scripts are enough', async () => {
    await start();
    const runtime = (await readdir(await home())).find((name) => name.startsWith('runtime-'));
    expect(await readlink(join(await home(), runtime ?? '', 'lib', 'libpq.so.5'))).toBe('libpq.so.5.18');
  });

  it('works in a folder that only its owner may enter, and keeps its data there too', async () => {
    await chmod(place, 0o700);
    const first = await start();
    await ask(first.url, 'create table kept ()');
    await first.stop();
    const second = await start();
    expect(await ask(second.url, 'select count(*) as rows from kept')).toEqual([{ rows: '0' }]);
    expect(Boolean(await pointer())).toBe(process.getuid?.() === 0);
  });

  it('writes no value that somebody typed into its log', async () => {
    const { url } = await start();
    await ask(url, 'create table person (mrn text primary key)');
    await ask(url, "insert into person values ('Zz-4711')");
    await expect(ask(url, "insert into person values ('Zz-4711')")).rejects.toMatchObject({ code: '23505' });
    await expect(ask(url, "select 'Zz-4711'::date")).rejects.toMatchObject({ code: '22007' });
    const log = await readFile(join(await home(), 'server.log'), 'utf8');
    expect(log).toContain('ready to accept connections');
    expect(log).not.toContain('Zz-');
  });

  it('refuses a folder that another hub is using, and names that process', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({
      code: 'DATA_FOLDER_UNUSABLE',
      message: expect.stringContaining(`process ${process.pid}`),
    });
  });

  it('refuses a folder that cannot be made, in one sentence', async () => {
    dataDir = '/proc/no-such-place/data';
    await expect(start()).rejects.toMatchObject({
      code: 'DATA_FOLDER_UNUSABLE',
      message: expect.stringMatching(/^The data folder .* cannot be written/),
    });
  });

  it('says what to restore where the password is gone', async () => {
    await (await start()).stop();
    await rm(join(dataDir, 'postgres-password'));
    await expect(start()).rejects.toMatchObject({ code: 'DATA_FOLDER_UNUSABLE', message: expect.stringContaining('Restore that file') });
  });

  it('clears away what a kill during its making left behind', async () => {
    const unfinished = join(dataDir, 'postgres', 'unfinished-0badcafe');
    await mkdir(unfinished, { recursive: true });
    const { url } = await start();
    expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await expect(stat(unfinished)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the embedded database after a kill', () => {
  it('ends by itself when its hub is killed', async () => {
    const { hub, server } = await hubToKill();
    hub.kill('SIGKILL');
    const folder = await cluster();
    expect(await eventually(async () => !(await isServerOf(folder, server)))).toBe(true);
  });

  it('is found and stopped by the next hub where it was left running, with nothing lost', async () => {
    const { hub, server } = await hubToKill();
    const watcher = await childNamed(hub.pid ?? 0, 'sh');
    process.kill(-watcher, 'SIGKILL');
    hub.kill('SIGKILL');
    expect(await isServerOf(await cluster(), server)).toBe(true);
    const { url } = await start();
    expect(await isServerOf(await cluster(), server)).toBe(false);
    expect(await ask(url, 'select what from kept')).toEqual([{ what: 'Zz-kept' }]);
  });

  it('does not take another program for its server, though postmaster.pid has its number', async () => {
    await (await start()).stop();
    await writeFile(join(await cluster(), 'postmaster.pid'), `${process.pid}\n`);
    const { url } = await start();
    expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('comes back at the same address when the server alone is killed', async () => {
    const { url } = await start();
    process.kill(await serverPid(), 'SIGKILL');
    expect(
      await eventually(() =>
        ask(url, 'select 1').then(
          () => true,
          () => false,
        ),
      ),
    ).toBe(true);
  });
});

async function childNamed(parent: number, name: string): Promise<number> {
  for (const entry of await readdir('/proc')) {
    const state = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    const [, command, , above] = /^\d+ \((.*)\) (\S) (\d+)/.exec(state) ?? [];
    if (command === name && Number(above) === parent) return Number(entry);
  }
  throw new Error(`No ${name} under process ${parent}.`);
}
