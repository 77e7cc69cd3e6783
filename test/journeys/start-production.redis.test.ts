/** The parts on their own, as docker-compose.yml starts them: a database that is migrated first, two gateways and a worker
 *  beside it, jobs in Redis. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { at, listAt } from '../support/answers.js';
import { ask, builtHub, endHubs, ownFolder, runHub, startPart } from '../support/hub.js';
import { testDatabase, testRedis, type TestDatabase, type TestRedis } from '../support/services.js';

const patient = {
  resourceType: 'Patient',
  id: 'p1',
  name: [{ family: 'Zz-Ash', given: ['Zz-Ida'] }],
  birthDate: '1970-02-03',
  identifier: [{ system: 'urn:example:mrn', value: '1' }],
};

let database: TestDatabase;
let redis: TestRedis;
let home: { path: string; remove: () => Promise<void> };
let env: Record<string, string>;
/** The parts sign in as roles of their own: the owner's address is for migrating alone. */
let gatewayEnv: Record<string, string>;
let workerEnv: Record<string, string>;

beforeAll(async () => {
  await builtHub();
  [database, redis, home] = await Promise.all([testDatabase(), testRedis(), ownFolder()]);
  await writeFile(join(home.path, 'patients.ndjson'), `${JSON.stringify(patient)}\n`);
  await writeFile(join(home.path, 'hub.yaml'), 'sources:\n  - { name: files, kind: fhir-files, path: ./patients.ndjson }\n');
  const gateway = { HUB_GATEWAY_DATABASE_URL: database.gatewayUrl };
  const worker = { HUB_WORKER_DATABASE_URL: database.workerUrl };
  const all = {
    REDIS_URL: redis.url,
    HUB_CONFIG: join(home.path, 'hub.yaml'),
    HUB_DATA: join(home.path, 'data'),
    HUB_LOG_LEVEL: 'error',
    PORT: '0',
  };
  env = { ...all, ...gateway, ...worker, DATABASE_URL: database.url };
  gatewayEnv = { ...all, ...gateway };
  workerEnv = { ...all, ...worker };
}, 300_000);

afterAll(async () => {
  await endHubs();
  await redis.stop();
  await database.drop();
  await home.remove();
}, 60_000);

describe('the parts on their own', () => {
  it('refuse to answer under a policy that is not in force', async () => {
    const { code, stderr } = await runHub(['gateway'], gatewayEnv);
    expect([code, stderr]).toEqual([1, 'Expected a policy to be in force, found none. Run `hub migrate` or `hub policy apply` first.\n']);
  });

  it('answer alike from two gateways, with what a worker has read', async () => {
    const migrated = await runHub(['migrate'], env);
    expect([migrated.code, migrated.stdout]).toEqual([
      0,
      'Policy generation 1 is in force, from the files.\nThe database is prepared: policy generation 1, 1 sources.\n',
    ]);
    expect((await runHub(['migrate', '--check'], env)).stdout).toMatch(/^The database is current: \d+ migrations[.]\n$/);
    const [one, other, worker] = await Promise.all([
      startPart(['gateway'], gatewayEnv),
      startPart(['gateway'], gatewayEnv),
      startPart(['worker'], workerEnv),
    ]);
    const { stdout } = await runHub(['token', '--role', 'INTEGRATION_ENGINEER'], env);
    const token = stdout.trimEnd().split('\n').at(-1) ?? '';
    const read = async (): Promise<unknown[]> => {
      const answers = await Promise.all([one, other].map((gateway) => ask(gateway, token, { document: 'sources.graphql' })));
      return answers.map(({ body }) =>
        listAt(body, 'sources').map((source) => [at(source, 'name'), at(source, 'records'), at(source, 'lastRun.state')]),
      );
    };
    const expected = [['files', 1, 'DONE']];
    for (let tries = 0; tries < 100 && JSON.stringify(await read()) !== JSON.stringify([expected, expected]); tries++) await pause(200);
    expect(await read()).toEqual([expected, expected]);
    expect(await Promise.all([one, other, worker].map((part) => part.end('SIGTERM')))).toEqual([0, 0, 0]);
  }, 120_000);

  it('say what is missing where a database cannot be reached', async () => {
    const gone = { ...gatewayEnv, HUB_GATEWAY_DATABASE_URL: 'postgres://hub_gateway:x@127.0.0.1:1/hub' };
    const { code, stderr } = await runHub(['gateway'], gone);
    expect([code, stderr]).toEqual([1, 'The database did not answer (ECONNREFUSED). Check that it runs, its address and its password.\n']);
  });

  it('work only the queues that they are given, by names that exist', async () => {
    const { code, stderr } = await runHub(['worker', '--queues', 'sync,scop'], env);
    expect([code, stderr.split('\n')[0]]).toEqual([
      1,
      "error: option '--queues <names>' argument 'sync,scop' is invalid. expected some of sync, scope, reminders.",
    ]);
  });
});
