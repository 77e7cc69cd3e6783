/** Real services for tests, never doubles: a fresh, migrated database for whoever asks, and a Redis of one's own.
 *  HUB_TEST_DATABASE_URL (a superuser's) takes another server in place of the run's own; HUB_REDIS_SERVER names the program. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { HubError } from '../../src/kernel/index.js';
import { migrate, roleUrls } from '../../src/store/index.js';

export interface TestDatabase {
  /** Superuser on a database of the caller's own. */
  readonly url: string;
  /** The same database as the gateway and as the workers see it. */
  readonly gatewayUrl: string;
  readonly workerUrl: string;
  readonly name: string;
  drop(): Promise<void>;
}

export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
}

const passwords = { gatewayPassword: 'test', workerPassword: 'test' };

/** A copy of the migrated template, made in a fraction of the time that migrating takes. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = await serverUrl();
  const template = `hub_template_${process.env['HUB_TEST_RUN'] ?? 'alone'}`;
  const name = `hub_test_${randomBytes(6).toString('hex')}`;
  await onDatabase(server, async (client) => {
    // Suites in two workers may ask at once: the first one makes the template, the other waits.
    await client.query('select pg_advisory_lock(7462)');
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [template]);
    if (rowCount === 0) await makeTemplate(client, { server, template });
    await client.query(`create database ${name} template ${template}`);
  });
  const drop = (): Promise<void> =>
    onDatabase(server, async (client) => void (await client.query(`drop database if exists ${name} with (force)`)));
  const url = databaseUrl(server, name);
  const { gateway, worker } = roleUrls(url, passwords);
  return { url, gatewayUrl: gateway, workerUrl: worker, name, drop };
}

/** An empty Redis on a free port; it ends with `stop`, or with the worker that asked for it. */
export async function testRedis(): Promise<TestRedis> {
  const program = redisProgram();
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const words = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', '/tmp'];
    // The shell's input closes when this process ends, however it ends; then Redis goes too.
    const shell = spawn('sh', ['-c', '"$@" >/dev/null & cat >/dev/null; kill "$!"; wait', 'sh', program, ...words], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const url = `redis://127.0.0.1:${port}`;
    if (await answers(port)) return { url, stop: () => end(shell) };
    await end(shell);
    if (attempt === 3) throw new HubError('SERVICE_MISSING', `${program} does not answer on its port. Run it by hand to see why.`);
  }
}

async function makeTemplate(client: pg.Client, { server, template }: { server: string; template: string }): Promise<void> {
  const unfinished = `${template}_unfinished`;
  await client.query(`drop database if exists ${unfinished} with (force)`);
  await client.query(`create database ${unfinished}`);
  await migrate(databaseUrl(server, unfinished), passwords);
  await client.query(`alter database ${unfinished} rename to ${template}`);
}

let given: Promise<string> | undefined;

function serverUrl(): Promise<string> {
  const chosen = process.env['HUB_TEST_DATABASE_URL'];
  given ??= chosen ? Promise.resolve(chosen) : askForServer();
  return given;
}

async function askForServer(): Promise<string> {
  const socket = process.env['HUB_TEST_SERVICES'];
  if (!socket) throw new HubError('SERVICE_MISSING', 'No test services are running. Run tests through npm test or jest.');
  const answer = await text(connect(socket));
  if (!answer.startsWith('postgres:')) throw new HubError('SERVICE_MISSING', `No Postgres for the tests: ${answer}`);
  return answer;
}

function redisProgram(): string {
  const places = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'redis-server'));
  const program = [process.env['HUB_REDIS_SERVER'], ...places].find((place) => place && existsSync(place));
  if (program) return program;
  throw new HubError('SERVICE_MISSING', 'Redis is not installed. Run npm test, which fetches it, or: apt-get install redis-server');
}

async function onDatabase(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function answers(port: number): Promise<boolean> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const said = await ping(port);
    if (said.startsWith('+PONG')) return true;
    await pause(25);
  }
  return false;
}

function ping(port: number): Promise<string> {
  const visitor = connect(port, '127.0.0.1');
  visitor.end('PING\r\n');
  return text(visitor).catch(() => '');
}

async function end(shell: ChildProcess): Promise<void> {
  if (shell.exitCode !== null || shell.signalCode !== null) return;
  const ended = new Promise((resolve) => shell.once('exit', resolve));
  shell.stdin?.end();
  await ended;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
