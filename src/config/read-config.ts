/** Reads hub.yaml, the environment and the command line once, at start, and answers either one frozen object or one
 *  HubError with a line for each thing that is wrong. Nothing else in the hub reads settings. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import { HubError, problemsOf, readYamlLines, type Problem } from '../kernel/index.js';
import { settleAuth } from './auth-settings.js';
import { crossChecks } from './cross-checks.js';
import { readStartSettings, type Flags, type StartSettings } from './environment.js';
import type { HubConfig, SourceAuth, SourceConfig } from './hub-config.js';
import { hubFile } from './hub-file.js';
import { settleLimits } from './limits-settings.js';
import { whatWasThere } from './secret-files.js';

export interface Settings {
  /** hub.yaml as the command line names it (--config). Without it: HUB_CONFIG, else hub.yaml in `cwd` where there is one. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** What else the command line says; it wins over the environment. */
  readonly flags?: Flags;
}

/** Automatic logoff, 45 CFR 164.312(a)(2)(iii). The development issuer's tokens rest as long as they like, unless told. */
const fifteenMinutes = 900_000;

type HubFile = z.output<ReturnType<typeof hubFile>>;

export function readConfig(settings: Settings): HubConfig {
  const { env, cwd, flags = {} } = settings;
  const file = findFile(settings);
  const start = readStartSettings(env, flags);
  const read = file ? checkFile(file, hasRedis(env)) : { lines: [], settings: hubFile(cwd).parse({}) };
  const startLines = start.success
    ? []
    : problemsOf(start.error).map((problem) => `${problem.path.map(String).join('.')}: ${problem.says}`);
  const queueLines = queueWithoutRedis(env, read.settings);
  const lines = [...read.lines, ...startLines, ...queueLines];
  if (lines.length > 0 || !read.settings || !start.success) throw new HubError('CONFIG_INVALID', lines.join('\n'));
  return freeze(settle({ file: file?.path ?? null, cwd }, read.settings, start.data));
}

interface FoundFile {
  readonly path: string;
  readonly text: string;
}

/** A file that was named must be there; one that was not is looked for in the working folder. */
function findFile({ file, env, cwd }: Settings): FoundFile | null {
  const named = file ?? (env['HUB_CONFIG'] || undefined);
  const path = resolve(cwd, named ?? 'hub.yaml');
  try {
    return { path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    const there = whatWasThere(error);
    if (named === undefined && there === 'no such file') return null;
    const by = file === undefined ? (named === undefined ? 'hub.yaml' : 'HUB_CONFIG') : '--config';
    throw new HubError('CONFIG_INVALID', `${by}: expected a readable settings file at ${path}, found ${there}`, { cause: error });
  }
}

function checkFile(file: FoundFile, redisElsewhere: boolean): { lines: readonly string[]; settings: HubFile | null } {
  const yaml = readYamlLines(basename(file.path), file.text);
  if (yaml.unreadable.length > 0) return { lines: yaml.unreadable, settings: null };
  const checked = hubFile(dirname(file.path)).safeParse(yaml.value ?? {});
  const problems: Problem[] = [...(checked.success ? [] : problemsOf(checked.error)), ...crossChecks(yaml.value, redisElsewhere)];
  const inOrder = problems.map((problem) => ({ line: yaml.lineOf(problem.path), said: yaml.say(problem) })).sort((a, b) => a.line - b.line);
  return { lines: [...new Set(inOrder.map(({ said }) => said))], settings: checked.success ? checked.data : null };
}

const hasRedis = (env: Settings['env']): boolean => Boolean(env['REDIS_URL']);

function queueWithoutRedis(env: Settings['env'], settings: HubFile | null): string[] {
  if (env['HUB_QUEUE'] !== 'redis' || hasRedis(env) || settings?.queue?.url) return [];
  return ['HUB_QUEUE: expected a redis:// address in REDIS_URL or queue.url beside it, found nothing'];
}

function settle(from: { file: string | null; cwd: string }, file: HubFile, start: StartSettings): HubConfig {
  const databaseUrl = start.DATABASE_URL ?? file.database?.url;
  const data = resolve(from.cwd, start['--data'] ?? start.HUB_DATA ?? '.hub');
  return {
    file: from.file,
    sources: file.sources.map(settleSource),
    queue: settleQueue(file, start),
    database: databaseUrl === undefined ? null : { url: databaseUrl },
    roles: { gatewayUrl: start.HUB_GATEWAY_DATABASE_URL ?? null, workerUrl: start.HUB_WORKER_DATABASE_URL ?? null },
    auth: settleAuth(file.auth),
    idleLogoffMs: file.idleLogoff === undefined ? (file.auth ? fifteenMinutes : null) : file.idleLogoff,
    limits: settleLimits(file.limits),
    production: start.NODE_ENV === 'production',
    rules: { policy: file.policy, clocks: file.clocks, calendars: file.calendars, directory: file.directory },
    streams: file.streams,
    audit: settleAudit(file.audit, data),
    host: start.HUB_HOST ?? '127.0.0.1',
    port: start['--port'] ?? start.PORT ?? 4000,
    data,
    logLevel: start.HUB_LOG_LEVEL ?? 'info',
  };
}

function settleAudit({ checkpoints, every, keepYears }: HubFile['audit'], data: string): HubConfig['audit'] {
  const folder = join(data, 'audit');
  return { checkpoints: checkpoints ?? join(folder, 'checkpoints.jsonl'), key: join(folder, 'checkpoint-key.pem'), every, keepYears };
}

function settleSource(source: HubFile['sources'][number]): SourceConfig {
  const { name, every: everyMs, supplies } = source;
  if (source.kind === 'fhir-files') return { name, kind: source.kind, path: source.path, ...(supplies && { supplies }), everyMs };
  return {
    name,
    kind: source.kind,
    url: source.url,
    supplies: source.supplies,
    everyMs,
    auth: settleSourceAuth(source.auth),
    pageSize: source.pageSize,
  };
}

type GivenAuth = Extract<HubFile['sources'][number], { kind: 'fhir' }>['auth'];

function settleSourceAuth(auth: GivenAuth): SourceAuth {
  if (auth?.kind === 'bearer') return { kind: 'bearer', token: auth.tokenFile };
  if (auth?.kind === 'basic') return { kind: 'basic', user: auth.user ?? auth.userFile ?? '', password: auth.passwordFile };
  return { kind: 'none' };
}

function settleQueue(file: HubFile, start: StartSettings): HubConfig['queue'] {
  const url = start.REDIS_URL ?? file.queue?.url;
  const backend = start.HUB_QUEUE ?? file.queue?.backend ?? (url === undefined ? 'postgres' : 'redis');
  return backend === 'redis' && url !== undefined ? { backend, url } : { backend: 'postgres' };
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  Object.values(value).forEach(freeze);
  return Object.freeze(value);
}
