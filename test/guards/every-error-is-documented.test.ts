/** The catalogue of errors and what the sources throw are the same list, both ways; each says what to do. */
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCatalogue, packageRoot } from '../../src/kernel/index.js';

const catalogue = 'src/kernel/errors.ts';
const sources = ['src', 'workers', 'test/support']
  .flatMap((folder) =>
    readdirSync(join(packageRoot, folder), { withFileTypes: true, recursive: true }).map((entry) => ({
      ...entry,
      name: entry.name,
      isFile: entry.isFile(),
      path: join(entry.parentPath, entry.name),
    })),
  )
  .filter(({ isFile, name, path }) => isFile && /[.](ts|mjs)$/.test(name) && !path.endsWith(catalogue))
  .map(({ path }) => readFileSync(path, 'utf8'))
  .join('\n');
const codes = Object.keys(errorCatalogue);

describe('an error code', () => {
  it('that a source throws is in the catalogue', () => {
    const thrown = [...sources.matchAll(/(?:new HubError\(|asHubError\([^,()]*,|refuse[dA-Z]?\w*\()\s*'([A-Z][A-Z_]+)'/g)].map(
      ([, code]) => code ?? '',
    );
    expect(new Set(thrown).size).toBeGreaterThan(10);
    expect([...new Set(thrown)].filter((code) => !codes.includes(code))).toEqual([]);
  });

  it('of the catalogue is one that a source gives', () => {
    expect(codes.filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
  });

  it('has a meaning in whole sentences, and a status of HTTP', () => {
    for (const [code, { status, meaning }] of Object.entries(errorCatalogue)) {
      expect([code, status >= 400 && status < 600]).toEqual([code, true]);
      expect([code, meaning]).toEqual([code, expect.stringMatching(/^[A-Z].{20,}\.$/)]);
    }
  });
});
