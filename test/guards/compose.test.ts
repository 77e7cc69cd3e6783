/** docker-compose.yml is checked as data: no engine for containers is needed to see that the topology it promises is
 *  there, that it speaks the hub's own commands and settings, and that no secret stands in it. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../src/kernel/index.js';

const service = z.looseObject({
  image: z.string(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.looseObject({ disable: z.boolean().optional(), test: z.array(z.string()).optional() }),
  ports: z.array(z.string()).default([]),
});
const compose = z.looseObject({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.unknown()) });

const textOf = (...path: string[]): string => readFileSync(join(packageRoot, ...path), 'utf8');
const text = textOf('docker-compose.yml');
const { services, volumes } = compose.parse(parse(text, { merge: true }));
const named = (name: string) => service.parse(services[name]);

const gateways = ['gateway-1', 'gateway-2'];
const workers = ['worker-1', 'worker-2'];
const ours = [...gateways, ...workers, 'migrate'];
const signIn: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgres://hub:${POSTGRES_PASSWORD}@postgres:5432/hub',
  HUB_GATEWAY_DATABASE_URL: 'postgres://hub_gateway:${HUB_GATEWAY_PASSWORD}@postgres:5432/hub',
  HUB_WORKER_DATABASE_URL: 'postgres://hub_worker:${HUB_WORKER_PASSWORD}@postgres:5432/hub',
};
/** Places inside the container. */
const mountsOf = (name: string): string[] =>
  z
    .array(z.string())
    .parse(named(name)['volumes'])
    .map((mount) => mount.replace(/:ro$/, '').split(':').at(-1) ?? '');
const hubCommands = ['gateway', 'worker', 'migrate'];

describe('docker-compose.yml', () => {
  it('runs two gateways and two workers on one PostgreSQL and one Valkey, after one migration', () => {
    expect(Object.keys(services).toSorted()).toEqual([...ours, 'postgres', 'valkey'].toSorted());
  });

  it.each(ours)('starts %s by a command that the hub has', (name) => {
    const [program, main, command, ...more] = named(name).command ?? [];
    expect([program, main, more]).toEqual(['node', 'dist/src/cli/main.js', []]);
    expect(command).toBe(name.replace(/-\d$/, ''));
    expect(hubCommands).toContain(command);
  });

  it.each([
    ['gateway-1', ['HUB_GATEWAY_DATABASE_URL']],
    ['gateway-2', ['HUB_GATEWAY_DATABASE_URL']],
    ['worker-1', ['HUB_WORKER_DATABASE_URL']],
    ['worker-2', ['HUB_WORKER_DATABASE_URL']],
    ['migrate', ['DATABASE_URL', 'HUB_GATEWAY_DATABASE_URL', 'HUB_WORKER_DATABASE_URL']],
  ])('gives %s the queue, and of the database %j only', (name, expected) => {
    const { REDIS_URL, ...rest } = named(name).environment;
    expect(REDIS_URL).toMatch(/^redis:\/\/:\$\{REDIS_PASSWORD:\?[^}]+\}@valkey:6379\/0$/);
    const addresses = Object.entries(rest).filter(([, value]) => /postgres:|PASSWORD/.test(value));
    expect(addresses.map(([key]) => key).toSorted()).toEqual(expected);
    for (const [key, value] of addresses) expect(value.replace(/:\?[^}]+/, '')).toBe(signIn[key]);
  });

  it('lets the workers share the checkpoints of the audit trail, and nothing else of ours leave anything behind', () => {
    for (const name of ours) expect(mountsOf(name)).toEqual(workers.includes(name) ? ['/etc/hub', '/var/lib/hub'] : ['/etc/hub']);
    for (const name of workers) expect(named(name).environment['HUB_DATA']).toBe('/var/lib/hub');
    for (const name of workers) expect(named(name)['volumes']).toContain('checkpoints:/var/lib/hub');
    expect(named('migrate').environment['HUB_DATA']).toMatch(/^[/]tmp[/]/);
  });

  it('keeps statements and values out of the log of PostgreSQL', () => {
    const settings = named('postgres').command ?? [];
    for (const setting of ['log_min_error_statement=panic', 'log_error_verbosity=terse', 'log_parameter_max_length_on_error=0'])
      expect(settings[settings.indexOf(setting) - 1]).toBe('-c');
  });

  it.each([...gateways, ...workers])('starts %s only once the engines are healthy and the migration is through', (name) => {
    expect(named(name).depends_on).toEqual({
      postgres: { condition: 'service_healthy' },
      valkey: { condition: 'service_healthy' },
      migrate: { condition: 'service_completed_successfully' },
    });
  });

  it('asks the gateways and the engines whether they are well', () => {
    for (const name of [...gateways, 'postgres', 'valkey']) expect(named(name).healthcheck.test?.length).toBeGreaterThan(1);
  });

  it('opens a port of this machine for each gateway, and none for the engines', () => {
    expect(gateways.flatMap((name) => named(name).ports)).toEqual(['127.0.0.1:4000:4000', '127.0.0.1:4001:4000']);
    for (const name of [...workers, 'migrate', 'postgres', 'valkey']) expect(named(name).ports).toEqual([]);
  });

  it('holds no secret: each must be given, and has no default', () => {
    const secrets = Object.values(services).flatMap(({ environment }) => Object.entries(environment));
    for (const [key, value] of secrets) if (/PASSWORD|AUTH|SECRET|TOKEN/.test(key)) expect(value).toMatch(/^\$\{\w+:\?[^}]+\}$/);
    expect(text).not.toMatch(/\$\{\w*(?:PASSWORD|SECRET|TOKEN)\w*(?::?-[^}]*)?\}/);
  });

  it('forbids the queue to forget jobs', () => {
    expect(named('valkey').command?.join(' ')).toMatch(/maxmemory-policy noeviction.*appendonly yes/);
  });

  it('uses only volumes that it declares', () => {
    const used = Object.values(services).flatMap((one) => z.array(z.string()).default([]).parse(one['volumes']));
    const byName = used.map((mount) => mount.split(':')[0] ?? '').filter((source) => /^[a-z]+$/.test(source));
    expect([...new Set(byName)].toSorted()).toEqual(Object.keys(volumes).toSorted());
  });

  it('builds from a Dockerfile that is there, ends as an ordinary user and starts on the Node that we test with', () => {
    const { build } = named('gateway-1');
    const dockerfile = textOf(build?.dockerfile ?? '');
    const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(new Set(images)).toEqual(new Set([`node:${process.versions.node.split('.')[0]}-bookworm-slim`]));
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile.lastIndexOf('\nRUN ')).toBeLessThan(dockerfile.lastIndexOf('\nUSER node'));
  });
});
