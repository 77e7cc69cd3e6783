/** Whatever is wrong around it: no address, token, password or free text of hub.yaml or the environment is ever printed. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { readConfig } from '../../src/config/index.js';
import { HubError } from '../../src/kernel/index.js';
import { emptyFolder } from '../support/empty-folder.js';

const folder = emptyFolder();
const canary = 'Zq7';
const secret = fc.string({ minLength: 0, maxLength: 12 }).map((tail) => `${canary}${tail}`);
const anything = (inner: fc.Arbitrary<string>) =>
  fc.oneof(
    inner,
    inner.map((text) => [text]),
    inner.map((text) => ({ value: text })),
  );

/** A secret wherever one may stand, in shapes right and wrong, among settings that are wrong in other ways. */
const settings = fc.record(
  {
    sources: fc.array(
      fc.record(
        {
          name: fc.constantFrom('ehr', '1x', 7),
          kind: fc.constantFrom('fhir', 'fihr', 'fhir-files', 'x12', null),
          url: anything(secret.map((text) => `ftp://u:${text}@h`)),
          path: anything(secret),
          supplies: fc.constantFrom(['Patient'], [], ['Nothing'], 'Patient'),
          auth: fc.oneof(
            anything(secret),
            fc.record(
              {
                kind: fc.oneof(fc.constantFrom('none', 'bearer', 'basic', 'mtls'), secret),
                token: secret,
                tokenFile: anything(secret),
                user: anything(secret),
                password: secret,
                passwordFile: secret,
              },
              { requiredKeys: [] },
            ),
          ),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 3 },
    ),
    queue: fc.oneof(anything(secret), fc.record({ backend: fc.constantFrom('redis', 'kafka'), url: anything(secret) })),
    database: fc.oneof(anything(secret), fc.record({ url: anything(secret) })),
    auth: fc.oneof(
      anything(secret),
      fc.record(
        { issuer: anything(secret), jwksFile: anything(secret), jwksUrl: anything(secret), claims: anything(secret) },
        { requiredKeys: [] },
      ),
    ),
    smtp: fc.oneof(anything(secret), fc.record({ url: anything(secret), from: anything(secret) })),
    publicUrl: anything(secret),
    policy: anything(secret),
  },
  { requiredKeys: [] },
);

const environment = fc.record({ DATABASE_URL: secret, REDIS_URL: secret, PORT: fc.constant('x') }, { requiredKeys: [] });

function said(yaml: string, env: Readonly<Record<string, string | undefined>>): string {
  writeFileSync(join(folder, 'hub.yaml'), yaml);
  try {
    readConfig({ cwd: folder, env });
    return '';
  } catch (error) {
    if (error instanceof HubError) return error.message;
    throw error;
  }
}

describe('what a bad setting prints', () => {
  it('never holds a letter of a secret', () => {
    fc.assert(
      fc.property(settings, environment, (file, env) => !said(stringify(file), env).includes(canary)),
      { numRuns: 400 },
    );
  });

  it('never quotes a text that is not YAML', () => {
    const torn = fc.tuple(settings, fc.nat(), secret).map(([file, at, text]) => {
      const yaml = stringify(file);
      return `${yaml.slice(0, at % (yaml.length + 1))}"${text}: [ {*${text}\n\t- &${text} !${text}`;
    });
    fc.assert(
      fc.property(torn, (yaml) => !said(yaml, {}).includes(canary)),
      { numRuns: 400 },
    );
  });

  it('names settings by path and line, and nothing else', () => {
    fc.assert(
      fc.property(settings, environment, (file, env) =>
        said(stringify(file), env)
          .split('\n')
          .filter(Boolean)
          .every((line) => /^(hub\.yaml:\d+( [\w.[\]<>-]+)?|[A-Z_]+): (expected|unknown key) ?.*$/.test(line)),
      ),
      { numRuns: 200 },
    );
    expect(said('sources: []', {})).toBe('');
  });
});
