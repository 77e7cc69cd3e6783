/** hub.yaml and the environment: what is taken, and each thing that is wrong in the words a person gets to read. */
import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig, type HubConfig, type Settings } from '../../src/config/index.js';
import { HubError } from '../../src/kernel/index.js';

type Files = Readonly<Record<string, string>>;

function folderWith(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'hub-config-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

const read = (yaml: string, more: { files?: Files; env?: Settings['env']; flags?: Settings['flags'] } = {}): HubConfig =>
  readConfig({ cwd: folderWith({ 'hub.yaml': yaml, ...more.files }), env: more.env ?? {}, ...(more.flags ? { flags: more.flags } : {}) });

function linesOf(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof HubError && error.code === 'CONFIG_INVALID') return error.message.split('\n');
    throw error;
  }
  throw new Error('the settings were taken');
}

const ehr = '{ name: ehr, kind: fhir, url: http://127.0.0.1:8080/fhir, supplies: [Patient] }';

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
      claims: { role: 'hub_role', purpose: 'hub_purpose', departments: 'hub_departments', facility: 'hub_facility' },
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
    const yaml = 'database: { url: "postgres://file/hub" }\npublicUrl: https://file.example.org\n';
    const env = { DATABASE_URL: 'postgres://env/hub', PORT: '5000', HUB_DATA: '/from/env', HUB_PUBLIC_URL: 'https://env.example.org' };
    expect(read(yaml, { env, flags: { port: '0' } })).toMatchObject({
      database: { url: 'postgres://env/hub' },
      port: 0,
      data: '/from/env',
      publicUrl: 'https://env.example.org',
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
    expect(read(named, { files: { 'k.json': JSON.stringify(jwks) } }).auth).toEqual({
      kind: 'issuer',
      issuer: 'https://id.example.org/',
      audience: 'hub',
      keys: { kind: 'set', jwks },
      claims: { role: 'groups', purpose: 'hub_purpose', departments: 'hub_departments', facility: 'hub_facility' },
    });
    expect(read('auth: { issuer: https://id.example.org/, audience: hub }').auth).toMatchObject({ keys: { kind: 'discovery' } });
    expect(read('auth: { issuer: i, audience: hub, jwksUrl: https://id.example.org/keys }').auth).toMatchObject({
      keys: { kind: 'url', url: 'https://id.example.org/keys' },
    });
  });

  it('how long to keep things is said in calendar lengths', () => {
    expect(read('retention: { audit: 7y, documents: 18mo }').retention).toEqual({ audit: '7 years', documents: '18 months' });
    expect(read('').retention).toEqual({ audit: '6 years', documents: '2 years' });
  });

  it('what was read cannot be changed afterwards', () => {
    const config = read(`sources: [${ehr}]`);
    expect(Object.isFrozen(config) && Object.isFrozen(config.sources) && Object.isFrozen(config.sources[0])).toBe(true);
  });
});

describe('settings that cannot be taken', () => {
  it.each([
    [
      'a misspelt kind',
      'sources:\n  - name: ehr\n    kind: fihr',
      ["hub.yaml:3 sources[0].kind: expected fhir | fhir-files, found 'fihr'"],
    ],
    [
      'a kind that arrives later',
      'sources:\n  - { name: s, kind: hl7v2, listen: 127.0.0.1:2575 }',
      ["hub.yaml:2 sources[0].kind: expected fhir | fhir-files, found 'hl7v2', which a later version will take"],
    ],
    ['no kind', 'sources:\n  - { name: s }', ['hub.yaml:2 sources[0].kind: expected fhir | fhir-files, found nothing']],
    [
      'a source that is a word',
      'sources:\n  - ehr',
      ['hub.yaml:2 sources[0]: expected a mapping with kind fhir | fhir-files, found <set>'],
    ],
    ['sources that are no list', 'sources: { ehr: 1 }', ['hub.yaml:1 sources: expected a list of sources, found a mapping']],
    ['a file that is no mapping', '- a\n- b', ['hub.yaml:1: expected a mapping, found a list']],
    [
      'a duration without a unit',
      'sources:\n  - { name: a, kind: fhir-files, path: b, every: 5 }',
      ["hub.yaml:2 sources[0].every: expected a duration such as 30s, 5m or 1h, found '5'"],
    ],
    [
      'a page of nothing',
      `sources:\n  - ${ehr.replace(' }', ', pageSize: 0 }')}`,
      ["hub.yaml:2 sources[0].pageSize: expected a whole number from 1 to 1000, found '0'"],
    ],
    [
      'an address of another kind',
      `sources:\n  - ${ehr.replace('http:', 'ftp:')}`,
      ['hub.yaml:2 sources[0].url: expected an http or https address without user, password, query or fragment, found <set>'],
    ],
    [
      'an address with a password',
      `sources:\n  - ${ehr.replace('127', 'u:pw@127')}`,
      ['hub.yaml:2 sources[0].url: expected an http or https address without user, password, query or fragment, found <set>'],
    ],
    [
      'a type asked for twice',
      `sources:\n  - ${ehr.replace('[Patient]', '[Patient, Claim, Patient]')}`,
      ["hub.yaml:2 sources[0].supplies[2]: expected each type once, found 'Patient' again"],
    ],
    [
      'nothing asked for',
      `sources:\n  - ${ehr.replace('[Patient]', '[]')}`,
      ['hub.yaml:2 sources[0].supplies: expected at least one FHIR type, found an empty list'],
    ],
    ['an unknown key', 'sorces: []', ["hub.yaml:1 sorces: unknown key, the nearest known one is 'sources'"]],
    [
      'an unknown key further in',
      `queue: { backend: postgres }\nsources:\n  - name: a\n    kind: fhir-files\n    path: b\n    evry: 5m`,
      ["hub.yaml:6 sources[0].evry: unknown key, the nearest known one is 'every'"],
    ],
    [
      'a value that lost its space is no key to print',
      'database: {url:postgres://u:hunter2@h/db}',
      [
        'hub.yaml:1 database.url: expected a postgres:// address, found nothing',
        "hub.yaml:1 database.<set>: unknown key, the nearest known one is 'url'",
      ],
    ],
    [
      'the same name twice',
      'sources:\n  - { name: a, kind: fhir-files, path: b }\n  - { name: a, kind: fhir-files, path: c }',
      ["hub.yaml:3 sources[1].name: expected a name of its own, found 'a', which sources[0] has"],
    ],
    [
      'a way of signing in that arrives later',
      `sources:\n  - ${ehr.replace(' }', ', auth: { kind: smart-backend-services, keyFile: k } }')}`,
      ["hub.yaml:2 sources[0].auth.kind: expected none | bearer | basic, found 'smart-backend-services', which a later version will take"],
    ],
    [
      'a way of signing in that is none',
      `sources:\n  - ${ehr.replace(' }', ', auth: { kind: hunter2 } }')}`,
      ['hub.yaml:2 sources[0].auth.kind: expected none | bearer | basic, found <set>'],
    ],
    [
      'a token in the file itself',
      `sources:\n  - ${ehr.replace(' }', ', auth: { kind: bearer, token: hunter2 } }')}`,
      [
        'hub.yaml:2 sources[0].auth.tokenFile: expected a path, found nothing',
        "hub.yaml:2 sources[0].auth.token: unknown key, the nearest known one is 'tokenFile'",
      ],
    ],
    [
      'a token file that is not there',
      `sources:\n  - ${ehr.replace(' }', ', auth: { kind: bearer, tokenFile: ./hunter2 } }')}`,
      ['hub.yaml:2 sources[0].auth.tokenFile: expected a file with a token, found no such file'],
    ],
    [
      'a token file that is a folder',
      `sources:\n  - ${ehr.replace(' }', ', auth: { kind: bearer, tokenFile: . } }')}`,
      ['hub.yaml:2 sources[0].auth.tokenFile: expected a file with a token, found a folder'],
    ],
    [
      'two users',
      `sources:\n  - ${ehr.replace(' }', ', auth: { kind: basic, user: a, userFile: full, passwordFile: full } }')}`,
      ['hub.yaml:2 sources[0].auth: expected one of user | userFile, found both'],
    ],
    [
      'an empty password file',
      `sources:\n  - ${ehr.replace(' }', ', auth: { kind: basic, user: a, passwordFile: empty } }')}`,
      ['hub.yaml:2 sources[0].auth.passwordFile: expected a file with a password, found an empty file'],
    ],
    [
      'a key set that is none',
      'auth: { issuer: i, audience: a, jwksFile: full }',
      ['hub.yaml:1 auth.jwksFile: expected a file with a JSON Web Key Set, found a file with something else'],
    ],
    [
      'two places for keys',
      'auth: { issuer: i, audience: a, jwksFile: keys, jwksUrl: https://x }',
      ['hub.yaml:1 auth.jwksUrl: expected one of jwksFile | jwksUrl, found both'],
    ],
    [
      'an issuer without audience',
      'auth:\n  issuer: https://id.example.org',
      ['hub.yaml:1 auth.audience: expected the audience of its tokens, found nothing'],
    ],
    [
      'redis without an address',
      'queue: { backend: redis }',
      ['hub.yaml:1 queue.url: expected a redis:// address here or in REDIS_URL, found nothing'],
    ],
    [
      'an address that the backend does not use',
      'queue: { backend: postgres, url: redis://h }',
      ["hub.yaml:1 queue.url: expected nothing, because the postgres backend uses the hub's own database, found <set>"],
    ],
    ['another backend', 'queue: { backend: kafka }', ["hub.yaml:1 queue.backend: expected postgres | redis, found 'kafka'"]],
    ['a database as a word', 'database: postgres://u:hunter2@h/db', ['hub.yaml:1 database: expected a mapping, found <set>']],
    [
      'a length of no calendar',
      'retention: { audit: 6 }',
      ["hub.yaml:1 retention.audit: expected an interval such as 90d, 18mo or 6y, found '6'"],
    ],
    ['a setting without a value', 'sources:\npublicUrl: https://a', ['hub.yaml:1 sources: expected a list of sources, found nothing']],
    [
      'a key that stands twice',
      'publicUrl: https://a\npublicUrl: https://hunter2',
      ['hub.yaml:2: expected YAML, found that a key stands twice in one mapping'],
    ],
    ['tabs', 'queue:\n\tbackend: postgres', ['hub.yaml:2: expected YAML, found that a tab is used for indentation, expected spaces']],
    [
      'an open bracket',
      'sources: [',
      ['hub.yaml:1: expected YAML, found that the indentation does not fit the lines around it, or a bracket is not closed'],
    ],
    [
      'two documents',
      'sources: []\n---\nsources: []',
      ['hub.yaml:2: expected YAML, found that a second document begins here, expected one'],
    ],
  ])('%s', (_, yaml, expected) => {
    const files = { full: 'hunter2', empty: ' \n', keys: '{"keys":[{"kty":"EC"}]}' };
    expect(linesOf(() => read(yaml, { files }))).toEqual(expected);
  });

  it('says everything that is wrong at once, in the order of the lines, the environment last', () => {
    const yaml = [
      'sources:',
      '  - name: 1ehr',
      '    kind: fihr',
      '    url: hunter2',
      '    supplies: [Patient, Observation]',
      '    every: soon',
      '  - { name: b, kind: fhir-files }',
      'pubicUrl: x',
    ].join('\n');
    expect(
      linesOf(() => read(yaml, { env: { PORT: '99999', DATABASE_URL: 'hunter2', HUB_QUEUE: 'redis' }, flags: { port: 'x' } })),
    ).toEqual([
      "hub.yaml:2 sources[0].name: expected a name of letters, digits, - and _, found '1ehr'",
      "hub.yaml:3 sources[0].kind: expected fhir | fhir-files, found 'fihr'",
      'hub.yaml:4 sources[0].url: expected an http or https address without user, password, query or fragment, found <set>',
      expect.stringMatching(/^hub\.yaml:5 sources\[0\]\.supplies\[1\]: expected Patient \| Encounter \| .* found 'Observation'$/),
      "hub.yaml:6 sources[0].every: expected a duration such as 30s, 5m or 1h, found 'soon'",
      'hub.yaml:7 sources[1].path: expected a path, found nothing',
      "hub.yaml:8 pubicUrl: unknown key, the nearest known one is 'publicUrl'",
      'DATABASE_URL: expected a postgres:// address, found <set>',
      "PORT: expected a whole number from 0 to 65535, found '99999'",
      "--port: expected a whole number from 0 to 65535, found 'x'",
      'HUB_QUEUE: expected a redis:// address in REDIS_URL or queue.url beside it, found nothing',
    ]);
  });

  it('a file that the command line names must be there', () => {
    const folder = folderWith({});
    expect(linesOf(() => readConfig({ file: 'nope.yaml', cwd: folder, env: {} }))).toEqual([
      `--config: expected a readable settings file at ${join(folder, 'nope.yaml')}, found no such file`,
    ]);
    expect(linesOf(() => readConfig({ cwd: folder, env: { HUB_CONFIG: '.' } }))).toEqual([
      `HUB_CONFIG: expected a readable settings file at ${folder}, found a folder`,
    ]);
  });

  it('a text that unfolds without end is refused', () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x, x]',
      ...'bcdefgh'.split('').map((key, i) => `${key}: &${key} [${Array(10).fill(`*${'abcdefgh'[i]}`).join(', ')}]`),
    ].join('\n');
    expect(linesOf(() => read(bomb))).toEqual(['hub.yaml: expected YAML, found aliases that cannot be resolved']);
  });
});
