/** The parts on their own, as docker-compose.yml starts them: a database that is migrated first, two gateways and a worker
 *  beside it, jobs in Redis. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { uuidOfKey } from '../../src/directory/index.js';
import { at, listAt } from '../support/answers.js';
import { hubAudience, startIssuer, type TestIssuer } from '../support/issuer.js';
import { ask, builtHub, endHubs, ownFolder, runHub, startPart, type RunningHub } from '../support/hub.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, testRedis, type TestDatabase, type TestRedis } from '../support/services.js';

const patient = {
  resourceType: 'Patient',
  id: 'p1',
  name: [{ family: 'Zz-Ash', given: ['Zz-Ida'] }],
  birthDate: '1970-02-03',
  identifier: [{ system: 'urn:example:mrn', value: '1' }],
};

const engineer = {
  sub: 'f:1:ivo',
  claims: {
    hub_user: `usr_${uuidOfKey('user', 'integration-engineer')}`,
    realm_access: { roles: ['offline_access', 'INTEGRATION_ENGINEER'] },
    hub_purpose: 'HSYSADMIN',
  },
};

let database: TestDatabase;
let redis: TestRedis;
let home: { path: string; remove: () => Promise<void> };
let issuer: TestIssuer;
let env: Record<string, string>;
/** The parts sign in as roles of their own: the owner's address is for migrating alone. */
let gatewayEnv: Record<string, string>;
let workerEnv: Record<string, string>;

beforeAll(async () => {
  await builtHub();
  [database, redis, home, issuer] = await Promise.all([testDatabase(), testRedis(), ownFolder(), startIssuer([engineer])]);
  await writeFile(join(home.path, 'patients.ndjson'), `${JSON.stringify(patient)}\n`);
  const sources = 'sources:\n  - { name: files, kind: fhir-files, path: ./patients.ndjson }\n';
  await writeFile(join(home.path, 'no-issuer.yaml'), sources);
  const clients = '[{ id: dashboard, role: ANALYST, purpose: HQUALIMP }]';
  const claims = '{ user: hub_user, role: realm_access.roles }';
  const auth = `auth: { issuer: "${issuer.url}", audience: "${hubAudience}", claims: ${claims}, clients: ${clients} }\n`;
  await writeFile(join(home.path, 'hub.yaml'), `${sources}${auth}`);
  const gateway = { HUB_GATEWAY_DATABASE_URL: database.gatewayUrl };
  const worker = { HUB_WORKER_DATABASE_URL: database.workerUrl };
  const all = {
    REDIS_URL: redis.url,
    HUB_CONFIG: join(home.path, 'hub.yaml'),
    HUB_DATA: join(home.path, 'data'),
    HUB_LOG_LEVEL: 'error',
    PORT: '0',
    NODE_ENV: 'production',
  };
  env = { ...all, ...gateway, ...worker, DATABASE_URL: database.url };
  gatewayEnv = { ...all, ...gateway };
  workerEnv = { ...all, ...worker };
}, 300_000);

afterAll(async () => {
  await endHubs();
  await redis.stop();
  await issuer.close();
  await database.drop();
  await home.remove();
}, 60_000);

/** What holds at either gateway. */
async function expectDoors(gateways: readonly Pick<RunningHub, 'graphql'>[], tokens: { person: string; program: string }): Promise<void> {
  for (const gateway of gateways) {
    const byProgram = await ask(gateway, tokens.program, { document: 'sources.graphql' });
    expect([byProgram.status, at(byProgram.body, 'sources')]).toEqual([200, []]);
    const unregistered = await ask(gateway, tokens.person, { document: '{ sources { id } }' });
    expect([unregistered.status, at(unregistered.body, 'errors.0.extensions.code')]).toEqual([400, 'DOCUMENT_NOT_REGISTERED']);
    const forged = await ask(gateway, `${tokens.person.slice(0, -8)}AAAAAAAA`, { document: 'sources.graphql' });
    expect([forged.status, at(forged.body, 'errors.0.extensions.code')]).toEqual([401, 'UNAUTHENTICATED']);
  }
}

describe('the parts on their own', () => {
  it.each([['gateway'], ['up'], ['token', '--role', 'ADVOCATE']])(
    'refuse the development issuer in production: hub %s',
    async (...words) => {
      const { code, stderr } = await runHub(words, { ...env, HUB_CONFIG: join(home.path, 'no-issuer.yaml') });
      expect([code, stderr]).toEqual([
        1,
        'auth: expected the issuer of the hospital in hub.yaml, because NODE_ENV is production and the development issuer signs whatever it is asked for, found nothing.\n',
      ]);
    },
  );

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
    const token = await issuer.signIn(engineer.sub);
    const read = async (): Promise<unknown[]> => {
      const answers = await Promise.all([one, other].map((gateway) => ask(gateway, token, { document: 'sources.graphql' })));
      return answers.map(({ body }) =>
        listAt(body, 'sources').map((source) => [at(source, 'name'), at(source, 'records'), at(source, 'lastRun.state')]),
      );
    };
    const expected = [['files', 1, 'DONE']];
    for (let tries = 0; tries < 100 && JSON.stringify(await read()) !== JSON.stringify([expected, expected]); tries++) await pause(200);
    expect(await read()).toEqual([expected, expected]);
    await expectDoors([one, other], { person: token, program: await issuer.clientToken() });
    const byProgram = `select distinct u.name, u.machine, e.role, e.purpose from hub.audit_entry e join hub.directory_user u on u.uid = e.user_uid where e.role = 'ANALYST'`;
    expect(await asOwner(database.url, byProgram)).toEqual([{ name: 'dashboard', machine: true, role: 'ANALYST', purpose: 'HQUALIMP' }]);
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
