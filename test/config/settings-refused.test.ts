/** Each thing that can be wrong in hub.yaml or the environment, in the words a person gets to read. */
import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { readConfig } from '../../src/config/index.js';
import { ehr, folderWith, linesOf, read } from './settings-file.js';

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
      'a clock that may differ too much',
      'auth: { issuer: i, audience: a, clockSkew: 10m }',
      ["hub.yaml:1 auth.clockSkew: expected a duration from 0s to 5m, found '10m'"],
    ],
    [
      'clients of one id or one subject, and one without a purpose',
      'auth:\n  issuer: i\n  audience: a\n  clients:\n    - { id: d, role: A, purpose: P, subject: hunter2 }\n    - { id: d, role: A, purpose: P }\n    - { id: e, role: A, subject: hunter2 }',
      [
        'hub.yaml:6 auth.clients[1].id: expected an id of its own, found <set>, which auth.clients[0] has',
        'hub.yaml:7 auth.clients[2].purpose: expected a purpose of use, found nothing',
        'hub.yaml:7 auth.clients[2].subject: expected a subject of its own, found <set>, which auth.clients[0] has',
      ],
    ],
    [
      'a logoff that never comes',
      'idleLogoff: never',
      ["hub.yaml:1 idleLogoff: expected off, or a duration from 1m to 24h, found 'never'"],
    ],
    [
      'limits that are none',
      'limits:\n  depth: 0\n  trustedDocuments: yes\n  dept: 3',
      [
        "hub.yaml:2 limits.depth: expected a whole number from 1 to 100, found '0'",
        "hub.yaml:3 limits.trustedDocuments: expected on | off, found 'yes'",
        "hub.yaml:4 limits.dept: unknown key, the nearest known one is 'depth'",
      ],
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
      'settings that would do nothing yet',
      'taxonomy: ./t\nsmtp: { url: smtp://h }\npublicUrl: https://hunter2\nretention: { audit: 7y }',
      ['taxonomy', 'smtp', 'publicUrl', 'retention'].map(
        (name, at) => `hub.yaml:${at + 1} ${name}: expected nothing yet, found a setting which a later version will take`,
      ),
    ],
    ['a setting without a value', 'sources:\npolicy: ./a', ['hub.yaml:1 sources: expected a list of sources, found nothing']],
    [
      'a key that stands twice',
      'policy: ./a\npolicy: ./hunter2',
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
      'polcy: x',
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
      "hub.yaml:8 polcy: unknown key, the nearest known one is 'policy'",
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
