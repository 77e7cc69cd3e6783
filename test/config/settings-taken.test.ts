/** hub.yaml and the environment: what is taken, what it means, and which of two places wins. */
import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { readConfig } from '../../src/config/index.js';
import { ehr, folderWith, linesOf, read } from './settings-file.js';

describe('settings that can be taken', () => {
  it('a folder without hub.yaml gives a hub without sources on its own database', () => {
    const config = readConfig({ cwd: folderWith({}), env: {} });
    expect(config).toMatchObject({
      file: null,
      sources: [],
      queue: { backend: 'postgres' },
      database: null,
      port: 4000,
      host: '127.0.0.1',
      logLevel: 'info',
    });
    expect(config.auth).toEqual({
      kind: 'development',
      claims: { user: 'sub', role: 'hub_role', purpose: 'hub_purpose', departments: 'hub_departments', facility: 'hub_facility' },
    });
  });

  it.each(['', '# only a remark\n', 'sources: []\n'])('a hub.yaml that holds %j starts', (yaml) => {
    expect(read(yaml).sources).toEqual([]);
  });

  it('a FHIR source gets its durations in milliseconds and its defaults', () => {
    expect(
      read('sources:\n  - { name: ehr, kind: fhir, url: "https://ehr.example.org/fhir/", supplies: [Patient, Encounter], every: 30s }')
        .sources,
    ).toEqual([
      {
        name: 'ehr',
        kind: 'fhir',
        url: 'https://ehr.example.org/fhir',
        supplies: ['Patient', 'Encounter'],
        everyMs: 30_000,
        auth: { kind: 'none' },
        pageSize: 200,
      },
    ]);
  });

  it.each([
    ['5m', 300_000],
    ['30s', 30_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    ['1500ms', 1_500],
  ])('every %s is %d ms', (every, ms) => {
    expect(read(`sources:\n  - { name: a, kind: fhir-files, path: ./b, every: ${every} }`).sources[0]?.everyMs).toBe(ms);
  });

  it('relative paths count from the folder of the file, not from where the hub is started', () => {
    const folder = folderWith({ 'hub.yaml': 'sources: [{ name: a, kind: fhir-files, path: ./bundles }]\npolicy: ../policy\n' });
    const config = readConfig({ file: join(folder, 'hub.yaml'), cwd: '/', env: {} });
    expect(config.sources[0]).toMatchObject({ path: join(folder, 'bundles') });
    expect(config.rules.policy).toBe(join(folder, '..', 'policy'));
    expect(config.file).toBe(join(folder, 'hub.yaml'));
  });

  it('tokens and passwords are read from their files, without the line end', () => {
    const yaml = [
      'sources:',
      '  - { name: a, kind: fhir, url: http://a, supplies: [Patient], auth: { kind: bearer, tokenFile: t } }',
      '  - { name: b, kind: fhir, url: http://b, supplies: [Claim], auth: { kind: basic, user: hub, passwordFile: p } }',
      '  - { name: c, kind: fhir, url: http://c, supplies: [Claim], auth: { kind: basic, userFile: u, passwordFile: p } }',
    ].join('\n');
    const config = read(yaml, { files: { t: 'abc.def\n', p: 'a pass phrase\r\n', u: 'hub2' } });
    expect(config.sources.map((source) => source.kind === 'fhir' && source.auth)).toEqual([
      { kind: 'bearer', token: 'abc.def' },
      { kind: 'basic', user: 'hub', password: 'a pass phrase' },
      { kind: 'basic', user: 'hub2', password: 'a pass phrase' },
    ]);
  });

  it('the command line wins over the environment, and the environment over the file', () => {
    const yaml = 'database: { url: "postgres://file/hub" }\n';
    const env = { DATABASE_URL: 'postgres://env/hub', PORT: '5000', HUB_DATA: '/from/env' };
    expect(read(yaml, { env, flags: { port: '0' } })).toMatchObject({
      database: { url: 'postgres://env/hub' },
      port: 0,
      data: '/from/env',
    });
    expect(read(yaml, { env: { ...env, DATABASE_URL: '' }, flags: { data: '/from/flag' } })).toMatchObject({
      database: { url: 'postgres://file/hub' },
      port: 5000,
      data: '/from/flag',
    });
  });

  it('REDIS_URL alone chooses redis, but not against what hub.yaml says', () => {
    const env = { REDIS_URL: 'redis://127.0.0.1:6379' };
    expect(read('sources: []', { env }).queue).toEqual({ backend: 'redis', url: 'redis://127.0.0.1:6379' });
    expect(read('queue: { backend: redis }', { env }).queue).toEqual({ backend: 'redis', url: 'redis://127.0.0.1:6379' });
    expect(read('queue: { backend: postgres }', { env }).queue).toEqual({ backend: 'postgres' });
  });

  it('an issuer of the hospital comes with its keys, and the names of claims may differ', () => {
    const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] };
    const named = 'auth: { issuer: https://id.example.org/, audience: hub, jwksFile: k.json, claims: { role: groups } }';
    expect(read(named, { files: { 'k.json': JSON.stringify(jwks) } }).auth).toMatchObject({
      kind: 'issuer',
      issuer: 'https://id.example.org/',
      audience: 'hub',
      keys: { kind: 'set', jwks },
      claims: { user: 'sub', role: 'groups', purpose: 'hub_purpose', departments: 'hub_departments', facility: 'hub_facility' },
    });
    expect(read('auth: { issuer: https://id.example.org/, audience: hub }').auth).toMatchObject({ keys: { kind: 'discovery' } });
    expect(read('auth: { issuer: i, audience: hub, jwksUrl: https://id.example.org/keys }').auth).toMatchObject({
      keys: { kind: 'url', url: 'https://id.example.org/keys' },
    });
  });

  it('whose tokens are believed comes with clocks, keys, words for roles and programs', () => {
    const yaml = [
      'auth:',
      '  issuer: https://id.example.org',
      '  audience: hub',
      '  claims: { user: hub_user, role: realm_access.roles, purpose: "https://hub.example.org/purpose" }',
      '  roles: { /hub/advocates: ADVOCATE }',
      '  clockSkew: 0s',
      '  keysKept: 5m',
      '  keysGoOn: 2h',
      '  clients:',
      '    - { id: dashboard, role: ANALYST, purpose: HQUALIMP }',
      '    - { id: report, subject: 7f3a, role: ANALYST, purpose: HQUALIMP, idleLogoff: true }',
    ].join('\n');
    expect(read(yaml)).toMatchObject({
      auth: {
        claims: { user: 'hub_user', role: 'realm_access.roles', purpose: 'https://hub.example.org/purpose', facility: 'hub_facility' },
        roleNames: { '/hub/advocates': 'ADVOCATE' },
        clockSkewSeconds: 0,
        keyTimes: { keptMs: 300_000, goOnMs: 7_200_000, coolDownMs: 30_000 },
        clients: [
          { id: 'dashboard', subject: 'dashboard', role: 'ANALYST', purpose: 'HQUALIMP', idleLogoff: false },
          { id: 'report', subject: '7f3a', role: 'ANALYST', purpose: 'HQUALIMP', idleLogoff: true },
        ],
      },
    });
  });

  it('sessions are logged off after fifteen minutes, or as said; the development issuer logs off only where it is told', () => {
    const auth = 'auth: { issuer: i, audience: a }\n';
    expect([read(auth), read(`${auth}idleLogoff: 30m`), read(`${auth}idleLogoff: off`)].map((one) => one.idleLogoffMs)).toEqual([
      900_000,
      1_800_000,
      null,
    ]);
    expect([read('sources: []'), read('idleLogoff: 2m')].map((one) => one.idleLogoffMs)).toEqual([null, 120_000]);
  });

  it('limits hold only what is said; the rest is as the gateway has it', () => {
    const config = read('limits: { depth: 9, bodyKb: 64, burst: 5000, trustedDocuments: on, documents: ./m.json }');
    expect(config.limits).toEqual({
      depth: 9,
      bodyKb: 64,
      burst: 5_000,
      trustedDocumentsOnly: true,
      documents: join(config.file ?? '', '..', 'm.json'),
    });
    expect(read('sources: []').limits).toEqual({});
    expect([read('sources: []', { env: { NODE_ENV: 'production' } }), read('sources: []')].map((one) => one.production)).toEqual([
      true,
      false,
    ]);
  });

  it('what was read cannot be changed afterwards', () => {
    const config = read(`sources: [${ehr}]`);
    expect(Object.isFrozen(config) && Object.isFrozen(config.sources) && Object.isFrozen(config.sources[0])).toBe(true);
  });

  it('the audit trail is sealed every 1,000 entries beside the data and kept for six years, unless hub.yaml says more', () => {
    const folder = folderWith({});
    expect(readConfig({ cwd: folder, env: {} }).audit).toEqual({
      checkpoints: join(folder, '.hub/audit/checkpoints.jsonl'),
      key: join(folder, '.hub/audit/checkpoint-key.pem'),
      every: 1_000,
      keepYears: 6,
    });
    expect(read('audit: { checkpoints: /worm/trail.jsonl, every: 50, keepYears: 10 }').audit).toMatchObject({
      checkpoints: '/worm/trail.jsonl',
      every: 50,
      keepYears: 10,
    });
    expect(linesOf(() => read('audit: { keepYears: 5 }'))).toEqual([
      "hub.yaml:1 audit.keepYears: expected a whole number from 6 to 100, found '5'",
    ]);
  });
});
